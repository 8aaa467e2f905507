import { expect, test } from 'vitest';
import { pythonPropertiesSchema, readProperties } from '../src/options.ts';

test('what is left out gets its default', () => {
  expect(readProperties({})).toEqual({ python_executable_path: 'python3', env: {}, stop_grace_seconds: 5 });
});

test.each([
  [{ python_executable: 'python3' }],
  [{ python_executable_path: '' }],
  [{ python_executable_path: 3 }],
  [{ env: { A: 1 } }],
  [{ env: { 'A=B': 'x' } }],
  [{ env: { AIFLOW_ATTEMPT_ID: 'x' } }],
  [{ stop_grace_seconds: -1 }],
  [{ stop_grace_seconds: 1e9 }],
  [{ stop_grace_seconds: '5' }],
])('%j is refused', async (properties) => {
  expect((await pythonPropertiesSchema['~standard'].validate(properties)).issues).toHaveLength(1);
});
