import { Heap } from './heap.ts';
import type { LiveAttempt, LiveExecution } from './live-state.ts';

export interface PlaceLimits {
  /** Attempts at once, over all executions. */
  readonly maxRunning: number;
  /** Places by the pool's name. */
  readonly pools: ReadonlyMap<string, number>;
}

const ahead = 64;

/**
 * Who may begin: in the order in which the attempts came, as far as places are free over all, in their execution and
 * in their pool. An attempt for which only its own execution or pool is full waits aside, and holds up nobody else.
 */
export class Places {
  readonly #limits: PlaceLimits;
  /** May hold attempts that were stopped meanwhile; whoever takes one looks. */
  readonly #ready: Heap<LiveAttempt> = bySeq();
  readonly #pools = new Map<string, Line>();
  readonly #executions = new Map<LiveExecution, Line>();
  #taken = 0;
  /** How many begin before it is looked again who is next. */
  #lookedAhead = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  enter(attempt: LiveAttempt): void {
    this.#ready.push(attempt);
  }

  /** The next attempt that has a place now, which is its from then on; null when nobody can begin. */
  next(): LiveAttempt | null {
    while (this.#taken < this.#limits.maxRunning) {
      const attempt = this.#ready.pop();
      if (attempt === undefined) return null;
      if (isGone(attempt)) {
        this.giveUp(attempt); // it was let out of a line, which has room for another
        continue;
      }
      const lines = this.#linesOf(attempt);
      const full = lines.find((line) => !line.admits(attempt));
      if (full === undefined) {
        this.#lookedAhead -= 1;
        this.occupy(attempt);
        return attempt;
      }
      full.hold(attempt);
      // The place that it leaves in its other line may be another's.
      for (const line of lines) if (line !== full) this.#release(line);
    }
    return null;
  }

  /**
   * Those who will probably begin next; none when there were enough of them a short time ago. So whoever prepares them
   * is ahead of the places that become free, and does little for each.
   */
  upcoming(): readonly LiveAttempt[] {
    if (this.#lookedAhead > ahead / 2) return [];
    const found: LiveAttempt[] = [];
    while (found.length < ahead) {
      const attempt = this.#ready.pop();
      if (attempt === undefined) break;
      if (!isGone(attempt)) found.push(attempt);
    }
    for (const attempt of found) this.#ready.push(attempt);
    this.#lookedAhead = found.length;
    return found;
  }

  /** Counts an attempt that has a place already, as after a restart. */
  occupy(attempt: LiveAttempt): void {
    this.#taken += 1;
    for (const line of this.#linesOf(attempt)) line.take(attempt);
  }

  leave(attempt: LiveAttempt): void {
    this.#taken -= 1;
    for (const line of this.#linesOf(attempt)) {
      line.leave(attempt);
      this.#release(line);
    }
  }

  /** One that waited is stopped: those behind it may have room. */
  giveUp(attempt: LiveAttempt): void {
    for (const line of this.#linesOf(attempt)) this.#release(line);
  }

  forget(execution: LiveExecution): void {
    this.#executions.delete(execution);
  }

  #release(line: Line): void {
    for (const attempt of line.release()) this.#ready.push(attempt);
  }

  #linesOf({ execution, jobName }: LiveAttempt): readonly Line[] {
    const lines: Line[] = [];
    const { limits, jobs } = execution.version;
    const pool = jobs.get(jobName)?.config.pool;
    if (limits.jobs !== undefined) lines.push(lineOf(this.#executions, execution, limits.jobs, () => 1));
    if (pool !== undefined) {
      const size = this.#limits.pools.get(pool) ?? 0;
      lines.push(lineOf(this.#pools, pool, size, (attempt) => Math.min(slotsOf(attempt), size || 1)));
    }
    return lines;
  }
}

/** A number of places, and those who wait for some of them. */
class Line {
  #free: number;
  readonly #slotsOf: (attempt: LiveAttempt) => number;
  readonly #waiting: Heap<LiveAttempt> = bySeq();

  constructor(size: number, slotsOf: (attempt: LiveAttempt) => number) {
    this.#free = size;
    this.#slotsOf = slotsOf;
  }

  /** Whether there is room for it, and nobody waits who came before: one that needs much is not passed by for ever. */
  admits(attempt: LiveAttempt): boolean {
    const first = this.#first();
    return this.#slotsOf(attempt) <= this.#free && (first === undefined || first.seq > attempt.seq);
  }

  hold(attempt: LiveAttempt): void {
    this.#waiting.push(attempt);
  }

  take(attempt: LiveAttempt): void {
    this.#free -= this.#slotsOf(attempt);
  }

  leave(attempt: LiveAttempt): void {
    this.#free += this.#slotsOf(attempt);
  }

  /** Those who need not wait here any more. */
  release(): LiveAttempt[] {
    const released: LiveAttempt[] = [];
    let room = this.#free;
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      room -= this.#slotsOf(first);
      if (room < 0) break;
      this.#waiting.pop();
      released.push(first);
    }
    return released;
  }

  #first(): LiveAttempt | undefined {
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      if (!isGone(first)) return first;
      this.#waiting.pop();
    }
    return undefined;
  }
}

function lineOf<Key>(
  lines: Map<Key, Line>,
  key: Key,
  size: number,
  slotsOf: (attempt: LiveAttempt) => number,
): Line {
  const line = lines.get(key) ?? new Line(size, slotsOf);
  lines.set(key, line);
  return line;
}

function slotsOf({ execution, jobName }: LiveAttempt): number {
  return execution.version.jobs.get(jobName)?.config.poolSlots ?? 1;
}

function isGone(attempt: LiveAttempt): boolean {
  return attempt.stopFor !== null;
}

function bySeq(): Heap<LiveAttempt> {
  return new Heap((attempt) => attempt.seq);
}
