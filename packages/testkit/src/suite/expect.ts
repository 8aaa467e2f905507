import assert from 'node:assert/strict';
import { isAIFlowError, messageOf } from '@aiflow/core';

/** Fails unless `action` rejects or throws with an error of ours that has this code and a message of one line. */
export async function rejectsWithCode(action: () => Promise<unknown>, code: string): Promise<void> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    if (!isAIFlowError(error)) {
      assert.fail(`expected an AIFlowError with code ${code}, and ${String(error)} was thrown`);
    }
    assert.equal(error.code, code, `expected code ${code}, and got ${error.code}: ${messageOf(error)}`);
    assert.ok(error.message !== '' && !error.message.includes('\n'), 'the message of an error is one line');
    return;
  }
  assert.fail(`expected an error with code ${code}, and the call resolved with ${JSON.stringify(result)}`);
}

/** Fails unless both hold the same bytes, without listing millions of them as `deepEqual` would. */
export function equalBytes(actual: Uint8Array | null, expected: Uint8Array): void {
  assert.ok(actual !== null, `expected ${expected.length} bytes, and there is nothing`);
  const different = Buffer.compare(actual, expected) !== 0;
  assert.ok(
    !different,
    `expected ${expected.length} certain bytes, and got ${actual.length} that are not those`,
  );
}
