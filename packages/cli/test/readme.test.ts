import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestProject } from './aiflow.ts';

const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));

/** What it calls, each with what it shows of the output. */
const calls = blocks
  .filter(({ language }) => language === 'console')
  .flatMap(({ body }) => body.split(/^\$ aiflow /m).slice(1))
  .map((part) => {
    const [call = '', ...shown] = part.trimEnd().split('\n');
    return { call, shown };
  });

describe('the README', () => {
  let place: TestProject;

  beforeAll(async () => {
    place = await TestProject.create();
    await place.aiflow('init', 'my-project');
    for (const { body } of blocks) {
      const [, path] = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(body) ?? [];
      if (path !== undefined) await place.write({ [`my-project/${path}`]: body });
    }
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  it('has commands to run', () => {
    expect(calls.length).toBeGreaterThan(0);
  });

  it.each(calls)('shows what aiflow $call prints', async ({ call, shown }) => {
    const ended = await place.aiflow(...call.split(' '), '--project', 'my-project');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout.replaceAll('my-project/schemas', 'schemas')).toMatch(patternOf(shown));
  });
});

/** A line `…` stands for any lines. */
function patternOf(shown: readonly string[]): RegExp {
  const lines = shown.map((line) =>
    line === '…' ? '[\\s\\S]*' : line.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  );
  return new RegExp(`^${lines.join('\n')}$`);
}
