import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { Checkout } from '../src/checkout.ts';

// What the command line sees when `npm run aiflow -- ARGS` starts it: a program that reports it, and then ends as
// it is told to.
const program = `
process.on('SIGINT', () => process.exit(130));
console.log(JSON.stringify({ directory: process.cwd(), args: process.argv.slice(2) }));
if (process.argv[2] === 'wait') setTimeout(() => {}, 60_000);
else process.exit(Number(process.argv[2]));
`;

it('gives the command its arguments, the directory of the caller, and takes its exit code', async () => {
  await using checkout = await ready();
  const args = ['7', 'two words', '*', "it's", ''];
  const ended = await aiflow(checkout, args);
  expect(JSON.parse(ended.stdout)).toEqual({ directory: join(checkout.directory, 'packages'), args });
  expect({ exitCode: ended.exitCode, stderr: ended.stderr }).toEqual({ exitCode: 7, stderr: '' });
});

it('becomes the command, so that a signal reaches it', async () => {
  await using checkout = await ready();
  const running = aiflow(checkout, ['wait']);
  running.stdout.once('data', () => running.kill('SIGINT'));
  expect((await running).exitCode).toBe(130);
});

async function ready(): Promise<Checkout> {
  const checkout = await Checkout.create();
  await checkout.bootstrap([]);
  await checkout.write('packages/cli/dist/bin.js', program);
  await checkout.write('packages/cli/package.json', '{ "type": "module" }');
  return checkout;
}

function aiflow(checkout: Checkout, args: readonly string[]) {
  const env = { INIT_CWD: join(checkout.directory, 'packages') };
  const options = { cwd: checkout.directory, env, reject: false } as const;
  return execa('sh', [join(checkout.directory, 'scripts/aiflow.sh'), ...args], options);
}
