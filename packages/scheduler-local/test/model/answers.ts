import assert from 'node:assert/strict';
import { errorCode } from '@aiflow/core';
import { translated } from './infos.ts';
import type { Answer } from './requests.ts';
import { Refused } from './requests.ts';
import type { State } from './state.ts';

/** Something that was asked of the scheduler, and what came of it so far. */
export interface Asked {
  readonly what: string;
  outcome: { readonly value: unknown } | { readonly error: unknown } | null;
}

/** What was asked, and what each state of the model says that the answer is to be. */
export class Answers {
  readonly #asked: Asked[] = [];
  readonly #foretold: Answer[] = [];

  add(
    what: string,
    promise: Promise<unknown>,
    states: readonly State[],
    foretell: (state: State) => Answer,
  ): void {
    const asked: Asked = { what, outcome: null };
    promise.then(
      (value) => (asked.outcome = { value }),
      (error: unknown) => (asked.outcome = { error }),
    );
    const number = this.#asked.push(asked) - 1;
    for (const state of states) state.asked.set(number, this.#foretold.push(foretell(state)) - 1);
  }

  /** Each is answered exactly when the model says so, and as it says. Those need no looking after any more. */
  check(state: State): void {
    for (const [number, answer] of state.asked) {
      const [asked, foretold] = [this.#asked[number], this.#foretold[answer]];
      assert.ok(asked !== undefined && foretold !== undefined);
      checkOne(state, asked, foretold);
      if (asked.outcome !== null) state.asked.delete(number);
    }
  }

  /** Whoever waits when a scheduler closes is told so. */
  async checkClosed(states: readonly State[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const number of states[0]?.asked.keys() ?? []) {
      const { what, outcome } = this.#asked[number] ?? { what: '', outcome: null };
      const code = outcome !== null && 'error' in outcome ? errorCode(outcome.error) : null;
      assert.equal(code, 'scheduler.closed', `what waits for ${what}`);
    }
  }
}

function checkOne(state: State, { what, outcome }: Asked, foretold: Answer): void {
  assert.equal(outcome !== null, foretold.isDue(state), `whether ${what} is answered`);
  if (outcome === null) return;
  let value: unknown;
  try {
    value = translated(state, foretold.value(state));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const code = 'error' in outcome ? errorCode(outcome.error) : null;
    assert.equal(code, error.code, `how ${what} is refused`);
    return;
  }
  if ('error' in outcome) assert.fail(`${what} is answered, and not refused: ${String(outcome.error)}`);
  assert.deepEqual(partLike(outcome.value, value), value, `what ${what} gives`);
}

/** Of what was found the part that was foretold; of an error its code. */
function partLike(found: unknown, foretold: unknown): unknown {
  if (Array.isArray(found)) {
    return found.map((item, at) => partLike(item, Array.isArray(foretold) ? foretold[at] : item));
  }
  if (!isRecord(found) || !isRecord(foretold)) return found;
  return Object.fromEntries(
    Object.keys(foretold).map((key) => {
      const value = found[key];
      return [key, key === 'error' && isRecord(value) ? value['code'] : value];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
