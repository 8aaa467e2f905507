// Everything that must pass, one section after the other; all of them run, and what failed is said at the end.
// `npm test` makes the checkout ready and then runs this.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';

interface Section {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  /** Where vitest leaves its numbers. A section without counts as one check. */
  readonly report?: string;
}

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The tests that failed, by their whole names, and the files that did not load. */
  readonly names: readonly string[];
}

/** What is read of vitest's report, which is written in the form of Jest's. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const root = join(import.meta.dirname, '..');
const reports = join(root, '.tools', 'reports');
const packed = '@aiflow-private/packed';

// Type-aware lint and unused code need the declarations of the other packages, so the build comes first.
const sections: readonly Section[] = [
  { title: 'format', command: ['oxfmt', '--check'] },
  { title: 'build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
  { title: 'types', command: ['turbo', 'run', 'typecheck', 'typecheck:root', '--output-logs=errors-only'] },
  { title: 'lint', command: ['oxlint'] },
  { title: 'unused code', command: ['knip', '--no-config-hints'] },
  vitest('rooms, unit and integration tests', 'tests.json', ['--project', `!${packed}`]),
  vitest('packed tarballs, publint and attw', 'packed.json', ['--project', packed]),
];

function vitest(title: string, file: string, args: readonly string[]): Section {
  const report = join(reports, file);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { title, report, command: ['vitest', 'run', ...reporters, ...args] };
}

function environment(): NodeJS.ProcessEnv {
  // What `npm test` tells its scripts about this repository would mislead the npm that the tests call elsewhere.
  const aboutUs =
    /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath)|npm_config_(local_)?prefix|INIT_CWD)$/i;
  const own = Object.entries(process.env).filter(([name]) => !aboutUs.test(name));
  const first = [join(root, '.tools', 'bin'), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''];
  return {
    ...Object.fromEntries(own),
    PATH: first.join(delimiter),
    ...(process.stdout.isTTY || 'FORCE_COLOR' in process.env ? {} : { NO_COLOR: '1' }),
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
  };
}

function run(section: Section, env: NodeJS.ProcessEnv): Count {
  console.log(`\n━━ ${section.title} ━━ ${section.command.join(' ')}`);
  const began = Date.now();
  const [command, ...args] = section.command;
  const ended = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (ended.error !== undefined) console.error(ended.error.message);
  // Ctrl-C is for all of us: the section got it as well.
  if (ended.signal === 'SIGINT' || ended.status === 130) process.exit(130);
  const well = ended.status === 0;
  console.log(
    `━━ ${section.title}: ${well ? 'passed' : 'FAILED'} in ${((Date.now() - began) / 1000).toFixed(1)} s`,
  );
  const counted = section.report === undefined ? null : readReport(section.report);
  if (counted === null) return { passed: well ? 1 : 0, failed: well ? 0 : 1, skipped: 0, names: [] };
  // A run can fail without a failed test: a file that does not load, an error after the last test.
  return { ...counted, failed: well ? counted.failed : Math.max(counted.failed, 1) };
}

function readReport(path: string): Count | null {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      names: report.testResults.flatMap(failuresOf),
    };
  } catch {
    return null; // vitest ended before it wrote one, and says why above
  }
}

function failuresOf(file: Report['testResults'][number]): readonly string[] {
  const path = relative(root, file.name);
  const tests = file.assertionResults.filter(({ status }) => status === 'failed');
  if (tests.length === 0 && file.status === 'failed') return [path];
  return tests.map(({ fullName }) => `${path} > ${fullName}`);
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const env = environment();
const counts = sections.map((section) => ({ title: section.title, count: run(section, env) }));
const failed = counts.filter(({ count }) => count.failed > 0).map(({ title }) => title);
const sum = (key: Exclude<keyof Count, 'names'>): number =>
  counts.reduce((total, { count }) => total + count[key], 0);

console.log(failed.length === 0 ? '\nAll sections passed.' : `\nFAILED: ${failed.join('; ')}`);
for (const name of counts.flatMap(({ count }) => count.names)) console.log(`  ${name}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;
