import assert from 'node:assert/strict';
import type { Scheduler } from '@aiflow/core';
import type { ScriptedAttempt } from '@aiflow/testkit';
import { Answers } from './answers.ts';
import { nextDue } from './due.ts';
import { Endless, follow, nameOf } from './follow.ts';
import { compare, observe } from './observe.ts';
import type { Real } from './real.ts';
import type { Answer } from './requests.ts';
import type { ModelAttempt, OutsideEnd, State } from './state.ts';
import { isOpen, newState } from './state.ts';

/** The model and the scheduler side by side: both are asked the same, and then must agree. */
export class Pair {
  readonly real: Real;
  /** What the model may have come to: where the log says too little, all that it leaves open. */
  #states: State[];
  readonly #answers: Answers = new Answers();

  constructor(real: Real, maxRunning: number, pools: Readonly<Record<string, number>>) {
    this.real = real;
    this.#states = [newState(real.clock.now(), maxRunning, pools)];
  }

  /** Any of them: in what there is to be seen they are the same. */
  get state(): State {
    const [state] = this.#states;
    assert.ok(state !== undefined);
    return state;
  }

  /** Asks the scheduler, and the model what it is to answer. */
  readonly ask = (
    what: string,
    request: (scheduler: Scheduler) => Promise<unknown>,
    foretell: (state: State) => Answer,
  ): void => this.#answers.add(what, request(this.real.scheduler), this.#states, foretell);

  /** Something is otherwise from now on. */
  readonly change = (how: (state: State) => unknown): void => {
    for (const state of this.#states) how(state);
  };

  /** Whoever waits when a scheduler closes is told so. */
  async refuseAsked(): Promise<void> {
    await this.#answers.checkClosed(this.#states);
  }

  /** Nobody waits for an answer of a scheduler that is gone. */
  forgetAsked(): void {
    this.change(({ asked }) => asked.clear());
  }

  /** Lets the scheduler come to rest; then all that can be seen must be what the model says. */
  async agree(): Promise<void> {
    const isAtRest = await this.real.rest();
    this.#states = follow(this.#states, await this.real.log(), isAtRest);
    if (!isAtRest) throw new Endless();
    const observed = await observe(this.real, this.state);
    const wrong: Error[] = [];
    this.#states = this.#states.filter((state) => {
      try {
        this.#answers.check(state);
        compare(state, observed);
        return true;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        wrong.push(error);
        return false;
      }
    });
    const [first] = wrong;
    if (this.#states.length === 0 && first !== undefined) throw first;
  }

  /** Time goes on, with a halt whenever something is due. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.state.now + milliseconds;
    while (this.state.now < end) {
      const { now } = this.state;
      const due = this.#states.map((state) => nextDue(state) ?? Infinity);
      const next = Math.max(now, Math.min(...due, end));
      await this.real.clock.advance(next - now);
      this.change((state) => (state.now = next));
      if (due.some((at) => at <= next)) await this.agree();
    }
  }

  /** An attempt that runs outside ends by itself. */
  end(picked: number, end: OutsideEnd): void {
    const { name, jobName, scripted } = this.#pick(picked) ?? {};
    if (name === undefined || scripted === undefined) return;
    this.change((state) => (find(state, name).outside = end));
    if (end === 'FINISHED') scripted.finish({ node: jobName ?? '' });
    else if (end === 'FAILED') scripted.fail();
    else if (end === 'KILLED') scripted.confirmStop();
    else scripted.lose();
  }

  /** An attempt that runs cannot be found any more. */
  vanish(picked: number): void {
    const { name, status, scripted } = this.#pick(picked) ?? {};
    if (name === undefined || scripted === undefined || status !== 'RUNNING') return;
    this.change((state) => (find(state, name).outside = 'gone'));
    this.real.vanish(scripted);
  }

  idOf({ name }: { readonly name: string }): string {
    return nameOf(this.state, name);
  }

  #pick(picked: number): (ModelAttempt & { readonly scripted: ScriptedAttempt }) | null {
    const running = this.state.attempts.filter((attempt) => isOpen(attempt) && attempt.outside === 'runs');
    const attempt = running[picked % Math.max(1, running.length)];
    if (attempt === undefined) return null;
    const id = this.idOf(attempt);
    const scripted = this.real.running.find((each) => each.attempt.attemptId === id);
    assert.ok(scripted !== undefined, `${attempt.name} runs outside`);
    return { ...attempt, scripted };
  }
}

function find({ attempts }: State, name: string): ModelAttempt {
  const found = attempts.find((each) => each.name === name);
  assert.ok(found !== undefined);
  return found;
}
