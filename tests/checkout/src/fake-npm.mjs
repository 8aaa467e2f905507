// Stands for npm: `npm install --prefix DIR … NAME@VERSION` with a registry that answers at once, fails, or hangs
// after half of the files (FAKE_NPM). What it installs are shell scripts that say when they are called.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const args = process.argv.slice(2);
const spec = args.at(-1);
const modules = join(args[args.indexOf('--prefix') + 1], 'node_modules');
const calls = process.env.FAKE_CALLS;
appendFileSync(calls, `npm install ${spec}\n`);

if (process.env.FAKE_NPM === 'fails') {
  console.error('npm error network: the registry does not answer');
  process.exit(1);
}

const program = (path, lines) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
};
const name = spec.slice(0, spec.lastIndexOf('@'));
if (name === 'pnpm') {
  // Its install brings turbo, whose build makes dist/.
  program(join(modules, '@pnpm/exe.some-platform/pnpm'), [
    `echo "pnpm $*" >> '${calls}'`,
    'mkdir -p node_modules/.bin packages/cli/dist',
    `printf '#!/bin/sh\\necho "turbo $*" >> ${calls}\\nmkdir -p packages/cli/dist\\n' > node_modules/.bin/turbo`,
    'chmod +x node_modules/.bin/turbo',
  ]);
} else {
  program(join(modules, name, 'bin/node'), [`exec '${process.execPath}' "$@"`]);
}
if (process.env.FAKE_NPM === 'hangs') {
  writeFileSync(`${calls}.hanging`, '');
  setInterval(() => {}, 1000);
}
