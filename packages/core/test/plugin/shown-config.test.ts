import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../src/index.ts';
import { shownConfig } from '../../src/index.ts';

const secret = v.pipe(v.optional(v.string()), v.metadata({ writeOnly: true }));
const schema = toStandardJsonSchema(
  v.looseObject({
    secret,
    both: v.pipe(v.optional(v.union([v.string(), v.number()])), v.metadata({ writeOnly: true })),
    hosts: v.optional(v.array(v.looseObject({ secret }))),
  }),
);

describe('what .config shows', () => {
  it('is plain JSON that nobody can change', () => {
    const shown = shownConfig({ name: 'x', left: undefined, list: [1] });
    expect(shown).toEqual({ name: 'x', list: [1] });
    expect(Object.isFrozen(shown)).toBe(true);
  });

  it('leaves out the fields that the schema keeps for secrets, at every depth', () => {
    const config = {
      name: 'x',
      secret: 'hunter2',
      both: 12,
      hosts: [{ secret: 'hunter3', port: 1 }, { port: 2 }],
      unknown: { secret: 'not described' },
    };
    expect(shownConfig(config, schema)).toEqual({
      name: 'x',
      hosts: [{ port: 1 }, { port: 2 }],
      unknown: { secret: 'not described' },
    });
  });

  it('is all of it where the schema cannot describe itself', () => {
    const silent: Schema = { '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } };
    expect(shownConfig({ secret: 'x' }, silent)).toEqual({ secret: 'x' });
  });
});
