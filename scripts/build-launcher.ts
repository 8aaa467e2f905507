// Run in a package for one platform: builds the native launcher of @aiflow/process into its dist/, for this machine or,
// where there is a compiler for the other one (Debian's gcc-aarch64-linux-gnu), for that. Where it cannot be built dist/
// stays empty, @aiflow/process launches with Node alone, and check-launcher.ts keeps the package from being published.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const sources = join(import.meta.dirname, '../packages/process/native');
const program = join(process.cwd(), 'dist/aiflow-launcher');
// The same bytes from the same sources: no name of a build in them.
const flags = ['-std=gnu11', '-O2', '-s', '-Wl,--build-id=none', '-Wall', '-Wextra', '-Wshadow', '-Werror'];
const crossCompilers: Readonly<Record<string, string>> = {
  arm64: 'aarch64-linux-gnu-gcc',
  x64: 'x86_64-linux-gnu-gcc',
};

const { cpu } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly cpu: readonly [string] };
const compiler = cpu[0] === process.arch ? (process.env['CC'] ?? 'cc') : (crossCompilers[cpu[0]] ?? 'none');
mkdirSync('dist', { recursive: true });
const trouble = whyNot();
if (trouble === null) build();
else {
  rmSync(program, { force: true }); // built when it still could be
  console.log(`not built: ${trouble}`);
}

function whyNot(): string | null {
  if (process.platform !== 'linux') return `this machine is ${process.platform}-${process.arch}`;
  return spawnSync(compiler, ['--version']).status === 0
    ? null
    : `there is no C compiler for ${cpu[0]} (${compiler})`;
}
function build(): void {
  // Static, so that it runs whatever C library a system has. Not every compiler brings what that needs.
  const tried = compile(['-static']);
  const done = tried.status === 0 ? tried : compile([]);
  if (done.status !== 0) throw new Error(`${compiler} failed:\n${done.stderr}`);
  // In one step: the old one may be running.
  renameSync(`${program}.part`, program);
  if (done !== tried) console.log('built, but not statically: it runs only where the C library is like ours');
}

/** From within the sources, so that no path of this machine gets into the program. */
function compile(more: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const files = globSync('*.c', { cwd: sources }).toSorted();
  const options = { cwd: sources, encoding: 'utf8' } as const;
  return spawnSync(compiler, [...flags, ...more, ...files, '-o', `${program}.part`], options);
}
