import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadmeCheckout, readmeBlocks } from '../src/readme.ts';

/** Commands that are run elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm test': 'is what runs this test',
  'npm run engines': 'would bring hundreds of megabytes where they are not yet',
  'npm run bench': 'is run small by the tests of bench',
};

const blocks = readmeBlocks();
const lines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line !== '' && !(line in elsewhere));

describe('the README', () => {
  let checkout: ReadmeCheckout;

  beforeAll(async () => {
    checkout = await ReadmeCheckout.create();
  });

  afterAll(async () => {
    await checkout[Symbol.asyncDispose]();
  });

  it('has commands to run', () => {
    expect(lines).toContain('npm start');
  });

  // One after the other, as a reader would: a later one may need what an earlier one made.
  it.each(lines)('gives a command that works: %s', { timeout: 900_000 }, async (line) => {
    const ended = await checkout.run(line);
    expect(ended.exitCode, ended.stderr).toBe(0);
  });

  it('shows what npm start prints', async () => {
    const [shown = ''] = blocks.filter(({ language }) => language === '').map(({ text }) => text);
    const { stdout } = await checkout.run('npm start');
    expect(shown).toContain('penguins FINISHED');
    expect(withoutChance(shown)).toBe(withoutChance(stdout));
  });
});

/** Without what differs from run to run: durations, the execution's id, and where the checkout lies. */
function withoutChance(output: string): string {
  return output
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .replaceAll(/\(\w+-\w+\)/g, '(ID)')
    .replaceAll(/(…|\/[^\s]*)\/shared/g, '…/shared')
    .trim();
}
