// Run in a package for one platform: builds the native launcher of @aiflow/process into its dist/. Where it cannot be
// built (another platform, no C compiler) dist/ stays empty, and @aiflow/process launches with Node alone.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const sources = join(import.meta.dirname, '../packages/process/native');
const program = join(process.cwd(), 'dist/aiflow-launcher');
const compiler = process.env['CC'] ?? 'cc';
const flags = ['-std=gnu11', '-O2', '-s', '-Wall', '-Wextra', '-Wshadow', '-Werror'];

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<Record<'os' | 'cpu', string[]>>;
mkdirSync('dist', { recursive: true });
const trouble = whyNot();
if (trouble === null) build();
else {
  rmSync(program, { force: true }); // built when it still could be
  console.log(`not built: ${trouble}`);
}

function whyNot(): string | null {
  const { platform, arch } = process;
  if (!manifest.os.includes(platform) || !manifest.cpu.includes(arch))
    return `this machine is ${platform}-${arch}`;
  return spawnSync(compiler, ['--version']).status === 0 ? null : `there is no C compiler (${compiler})`;
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
