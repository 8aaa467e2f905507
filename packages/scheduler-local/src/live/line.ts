import { Heap } from './heap.ts';
import type { LiveAttempt } from './live-execution.ts';

/** What an attempt takes of a line, and how much of it may be taken then. */
export interface Measure {
  slotsOf(attempt: LiveAttempt): number;
  sizeFor(attempt: LiveAttempt): number;
}

/** Places of one kind: how many are taken, and those who wait for some. */
export class Line {
  readonly lines: Map<string, Line>;
  readonly key: string;
  #taken = 0;
  readonly #measure: Measure;
  readonly #waiting: Heap<LiveAttempt> = bySeq();

  constructor(lines: Map<string, Line>, key: string, measure: Measure) {
    this.lines = lines;
    this.key = key;
    this.#measure = measure;
  }

  get isIdle(): boolean {
    return this.#taken === 0 && this.#first() === undefined;
  }

  /** Whether there is room for it, and nobody waits who came before: one that needs much is not passed by for ever. */
  admits(attempt: LiveAttempt): boolean {
    const first = this.#first();
    return this.#hasRoom(attempt, this.#taken) && (first === undefined || first.seq > attempt.seq);
  }

  hold(attempt: LiveAttempt): void {
    this.#waiting.push(attempt);
  }

  take(attempt: LiveAttempt): void {
    this.#taken += this.#measure.slotsOf(attempt);
  }

  leave(attempt: LiveAttempt): void {
    this.#taken -= this.#measure.slotsOf(attempt);
  }

  /** Those who need not wait here any more. */
  release(): LiveAttempt[] {
    const released: LiveAttempt[] = [];
    let taken = this.#taken;
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (!this.#hasRoom(first, taken)) break;
      taken += this.#measure.slotsOf(first);
      this.#waiting.pop();
      released.push(first);
    }
    return released;
  }

  #hasRoom(attempt: LiveAttempt, taken: number): boolean {
    return taken + this.#measure.slotsOf(attempt) <= this.#measure.sizeFor(attempt);
  }

  #first(): LiveAttempt | undefined {
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      if (!isGone(first)) return first;
      this.#waiting.pop();
    }
    return undefined;
  }
}

/** Whether it was stopped while it waited. */
export function isGone(attempt: LiveAttempt): boolean {
  return attempt.stopFor !== null;
}

/** Attempts in the order in which they came. */
export function bySeq(): Heap<LiveAttempt> {
  return new Heap((attempt) => attempt.seq);
}
