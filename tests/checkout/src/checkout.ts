import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../../..');

/** A process that was started in the checkout, or its end. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A copy of this repository's scripts in an empty directory, on a machine that seems to have Node 20 and an npm
 * whose registry answers at once. Each call of that npm, of the pnpm that it brings and of turbo is a line in `calls`.
 */
export class Checkout implements AsyncDisposable {
  readonly directory: string;
  readonly #nodeVersion: string;

  private constructor(directory: string, nodeVersion: string) {
    this.directory = directory;
    this.#nodeVersion = nodeVersion;
  }

  static async create(options: { nodeVersion?: string } = {}): Promise<Checkout> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'aiflow-checkout-')));
    const checkout = new Checkout(directory, options.nodeVersion ?? '20.1.0');
    for (const name of [
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
      'turbo.json',
    ]) {
      await cp(join(root, name), join(directory, name));
    }
    for (const name of ['aiflow.sh', 'bootstrap.mjs', 'bundle.ts']) {
      await cp(join(root, 'scripts', name), join(directory, 'scripts', name));
    }
    await checkout.write('packages/cli/package.json', '{ "name": "@aiflow/cli" }');
    await checkout.write('packages/cli/src/bin.ts', '// what turbo would build');
    await cp(join(import.meta.dirname, 'fake-npm.mjs'), join(directory, 'npm-cli.js'));
    return checkout;
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const full = join(this.directory, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    await chmod(full, mode);
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.directory, path), { recursive: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.directory, path));
  }

  /** The programs that were started so far, one line each. */
  async calls(): Promise<string[]> {
    if (!this.has('calls')) return [];
    const text = await readFile(join(this.directory, 'calls'), 'utf8');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Runs bootstrap.mjs. `npm` says how the registry behaves: it answers, fails, or never ends. */
  async bootstrap(args: readonly string[], npm: 'answers' | 'fails' = 'answers'): Promise<Ended> {
    const ended = await this.start(args, npm);
    return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
  }

  /** Like `bootstrap`, as the process that it is: in a group of its own, to be killed whole. */
  start(args: readonly string[], npm: 'answers' | 'fails' | 'hangs') {
    const versions = { ...process.versions, node: this.#nodeVersion };
    const pretend = `Object.defineProperty(process, 'versions', { value: ${JSON.stringify(versions)} })`;
    const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
    const script = join(this.directory, 'scripts/bootstrap.mjs');
    const env = {
      PATH: '/usr/bin:/bin',
      FAKE_NPM: npm,
      FAKE_CALLS: join(this.directory, 'calls'),
      npm_execpath: join(this.directory, 'npm-cli.js'),
    };
    const options = { cwd: this.directory, env, extendEnv: false, reject: false, detached: true } as const;
    return execa(process.execPath, ['--import', preload, script, ...args], options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
