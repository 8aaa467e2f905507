import { describe, expect, test } from 'vitest';
import { bashPropertiesSchema, readProperties } from '../src/options.ts';

async function issues(value: unknown): Promise<readonly string[]> {
  const result = await bashPropertiesSchema['~standard'].validate(value);
  return (result.issues ?? []).map((issue) => issue.message);
}

describe('the properties', () => {
  test('have a default for all that is left out', () => {
    expect(readProperties({})).toEqual({
      env: {},
      output_encoding: 'utf-8',
      shell_options: ['errexit', 'pipefail'],
      stop_grace_seconds: 5,
    });
  });

  test.each([
    { env: { 'A=B': '1' } },
    { env: { AIFLOW_ATTEMPT_ID: '1' } },
    { env: { A: 1 } },
    { output_encoding: 'klingon' },
    { output_encoding: 'utf-16le' },
    { shell_options: ['posix'] },
    { shell_options: 'errexit' },
    { stop_grace_seconds: -1 },
    { stop_grace_seconds: Number.POSITIVE_INFINITY },
    { shel_options: [] },
  ])('refuse %j', async (value) => {
    expect(await issues(value)).toHaveLength(1);
  });

  test.each([
    { output_encoding: 'latin1' },
    { env: { A: '${B}' } },
    { stop_grace_seconds: 0.5 },
    { shell_options: [] },
  ])('take %j', async (value) => {
    expect(await issues(value)).toEqual([]);
  });
});
