import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { validateOptions } from '../../src/plugin/options.ts';
import type { Schema } from '../../src/plugin/schema.ts';

const schema = toStandardJsonSchema(
  v.strictObject({
    bucket: v.pipe(v.string(), v.minLength(3, 'expected the name of a bucket')),
    access_key: v.pipe(v.nullish(v.string()), v.metadata({ writeOnly: true })),
    headers: v.pipe(v.optional(v.record(v.string(), v.string()), {}), v.metadata({ writeOnly: true })),
    mode: v.optional(v.picklist(['slow', 'fast'])),
    retries: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(9))),
    endpoint: v.optional(
      v.union([v.string(), v.strictObject({ host: v.string(), port: v.optional(v.number()) })]),
    ),
    parts: v.optional(v.array(v.strictObject({ name: v.string(), size: v.optional(v.number()) }))),
    env: v.optional(v.record(v.string(), v.string())),
  }),
);

const locate = (path: readonly (string | number)[]): { file: string; line: number; column: null } => ({
  file: 'f.yaml',
  line: path.length,
  column: null,
});

async function problemsIn(options: JsonObject, of: Schema = schema): Promise<readonly Problem[]> {
  const { problems } = await validateOptions(of, { bucket: 'penguins', ...options }, ['blob'], locate);
  return problems ?? [];
}

describe('options', () => {
  it('that are right come with their defaults', async () => {
    const validated = await validateOptions(schema, { bucket: 'penguins' }, [], locate);
    expect(validated).toEqual({ value: { bucket: 'penguins', headers: {} } });
  });

  it('have every unknown key named, at every depth, with its place and the nearest that is known', async () => {
    const problems = await problemsIn({
      bukket: 1,
      moed: 'fast',
      endpoint: { host: 'h', prt: 1 },
      parts: [{ name: 'a' }, { nam: 'b', sise: 1 }],
    });
    expect(
      problems.map(({ key, line, message }) => [key, line, /did you mean "(.*)"\?/.exec(message)?.[1]]),
    ).toEqual([
      ['blob.bukket', 2, 'bucket'],
      ['blob.moed', 2, 'mode'],
      ['blob.endpoint.prt', 3, 'port'],
      ['blob.parts.1.nam', 4, 'name'],
      ['blob.parts.1.sise', 4, 'size'],
      ['blob.parts.1.name', 4, undefined],
    ]);
  });

  it.each<[JsonObject, string, string]>([
    [{ retries: 10 }, 'blob.retries', 'expected a number from 0 to 9 (found 10)'],
    [{ retries: 'hunter2' }, 'blob.retries', 'expected a number from 0 to 9 (found a text)'],
    [{ mode: 'fats' }, 'blob.mode', 'expected "slow" or "fast" (found a text): did you mean "fast"?'],
    [{ endpoint: 3 }, 'blob.endpoint', 'expected a text or a mapping of keys to values (found 3)'],
    [{ endpoint: { host: 3 } }, 'blob.endpoint.host', 'expected a text (found 3)'],
    [{ endpoint: {} }, 'blob.endpoint.host', 'expected a text (it is missing)'],
    [{ bucket: 'x' }, 'blob.bucket', 'expected the name of a bucket (found a text)'],
    [{ bucket: null }, 'blob.bucket', 'expected a text (found no value)'],
    [{ env: ['A=b'] }, 'blob.env', 'expected a mapping of keys to values (found a list)'],
  ])('say what was expected and what was found: %j', async (options, key, message) => {
    const problems = await problemsIn(options);
    expect(problems).toMatchObject([{ key, message: `"${key}" is not valid: ${message}` }]);
  });

  it('must refer to a secret, and may not hold it', async () => {
    for (const good of ['${KEY}', 'Bearer ${KEY}', '', null])
      expect(await problemsIn({ access_key: good })).toEqual([]);
    const problems = await problemsIn({ access_key: 'hunter2', headers: { 'X-Key': '$${hunter2}' } });
    expect(problems.map(({ message }) => message)).toEqual([
      '"blob.access_key" holds a secret as it is: write ${ACCESS_KEY} and set the environment variable ACCESS_KEY',
      '"blob.headers.X-Key" holds a secret as it is: write ${X_KEY} and set the environment variable X_KEY',
    ]);
  });

  it('are never quoted, whatever the library of a schema says', async () => {
    const talkative: Schema = {
      '~standard': {
        version: 1,
        vendor: 'talkative',
        validate: (value) => ({
          issues: [
            { message: `no good: ${JSON.stringify(value)}`, path: ['bucket'] },
            { message: 'was (hunter2)', path: ['key'] },
          ],
        }),
      },
    };
    const problems = await problemsIn({ bucket: 'penguins', key: 'hunter2' }, talkative);
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|penguins/);
  });

  it('are shown as they were written where references were resolved', async () => {
    const resolved = { bucket: 'penguins', retries: 4711 };
    const written = { bucket: 'penguins', retries: '${PIN}' };
    const { problems } = await validateOptions(schema, resolved, [], locate, written);
    expect(problems?.[0]?.message).toBe(
      '"retries" is not valid: expected a number from 0 to 9 (found a text)',
    );
  });
});
