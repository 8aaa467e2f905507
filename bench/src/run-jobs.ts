import { globSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, BenchContext } from './bench.ts';
import { buildTools, parallel } from './build-tools.ts';
import { commandLine } from './command-line.ts';
import type { Cost } from './measure.ts';
import { costOf, inTurn, median } from './measure.ts';
import { timeByPlace } from './profile.ts';
import { writeProject } from './project-files.ts';
import type { Report } from './report.ts';
import { describeTime } from './report.ts';
import { openSubmission } from './submission.ts';

const most = 1.25;
const mostMemory = 300e6;

/** The `f_type` of a tmpfs (statfs(2)), where making something durable costs nothing. */
const tmpfs = 0x01021994;

export const runJobs: Bench = {
  summary:
    'trivial bash jobs of one workflow by `aiflow run`, durable, with logs and results, beside build tools',
  run: async (context) => {
    const { report, directory, scaled } = context;
    const jobs = scaled(10_000);
    const projectDir = join(directory, 'project');
    writeProject(projectDir, jobs);
    const others = buildTools(context, jobs, 'bash -c true');
    const costs = await inTurn(scaled(3), { aiflow: () => run(directory, jobs), ...others });
    const ours: readonly Run[] = costs.aiflow;
    for (const [name, theirs] of Object.entries<readonly Cost[]>(costs)) {
      if (name === 'aiflow') continue;
      compare(report, `${jobs} jobs`, name, wallOf(ours), wallOf(theirs));
    }
    const memory = Math.max(...ours.map((one) => one.memory));
    report.measured({
      what: 'the most memory that the command had',
      ours: `${(memory / 2 ** 20).toFixed(0)} MiB`,
      beside: `${jobs} jobs`,
      ratio: null,
      goal: { text: `under ${mostMemory / 1e6} MB`, met: memory < mostMemory },
    });
    report.note(
      `${parallel} at once everywhere, all run "bash -c true"; a build tool starts it by /bin/sh, and`,
    );
    report.note('keeps no logs, results or records of what it runs');
    if (statfsSync(directory).type === tmpfs) {
      report.note(`${directory} is in memory, where durability costs nothing: set TMPDIR to a disk`);
    }
    await split(context, jobs, ours);
  },
};

function compare(report: Report, what: string, name: string, ours: number, theirs: number): void {
  const beside = `${name} ${describeTime(theirs)}`;
  const ratio = ours / theirs;
  const goal = name === 'ninja' ? { goal: { text: `at most ${most} ×`, met: ratio <= most } } : {};
  report.measured({ what, ours: describeTime(ours), beside, ratio, ...goal });
}

const wallOf = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.wall));

/** One `aiflow run` from nothing: new state, so that it compiles, stores and fetches the project as well. */
interface Run extends Cost {
  /** Milliseconds until the execution began, until it ended, and until the command ended. */
  readonly before: number;
  readonly inside: number;
  readonly after: number;
  /** The most that the command's process had resident, in bytes. */
  readonly memory: number;
}

async function run(directory: string, jobs: number, nodeOptions: readonly string[] = []): Promise<Run> {
  // Not the place of the last run, emptied: ext4 looks past each file that was removed in the last seconds before it
  // makes a new one.
  const state = mkdtempSync(join(directory, 'state-'));
  const memoryFile = join(state, 'memory');
  const options = ['--import', join(import.meta.dirname, 'tell-memory.ts'), ...nodeOptions];
  const began = Date.now();
  const cost = await costOf(
    [process.execPath, ...options, commandLine, 'run', 'bench', '--project', 'project', '-o', 'json'],
    { cwd: directory, env: { ...process.env, AIFLOW_HOME: state, BENCH_MEMORY_FILE: memoryFile } },
  );
  const result = JSON.parse(cost.stdout) as RunResult;
  const finished = result.jobs.filter((job) => job.status === 'FINISHED').length;
  if (result.status !== 'FINISHED' || finished !== jobs)
    throw new Error(`aiflow run ended ${result.status} with ${finished} of ${jobs} jobs finished`);
  const [start, end] = [Date.parse(result.start_date), Date.parse(result.end_date)];
  const memory = Number(readFileSync(memoryFile, 'utf8'));
  return { ...cost, before: start - began, inside: end - start, after: began + cost.wall - end, memory };
}

/** What is read of `aiflow run -o json`. */
interface RunResult {
  readonly status: string;
  readonly start_date: string;
  readonly end_date: string;
  readonly jobs: readonly { readonly status: string }[];
}

/** Says where our time goes: by step, and of the command's own thread by package. */
async function split(context: BenchContext, jobs: number, runs: readonly Run[]): Promise<void> {
  const { report, directory } = context;
  const middle = (part: 'before' | 'inside' | 'after'): string =>
    describeTime(median(runs.map((one) => one[part])));
  const submission = await openSubmission(join(directory, 'project'), join(directory, 'split'));
  const { build, store } = await submission.submit('bench');
  report.note(
    `before the first job ${middle('before')} (define and compile ${describeTime(build)}, snapshot and upload ` +
      `${describeTime(store)}), running ${middle('inside')}, after the last ${middle('after')}`,
  );
  const profiles = join(directory, 'profiles');
  await run(directory, jobs, ['--cpu-prof', `--cpu-prof-dir=${profiles}`]);
  // The definition's thread leaves a profile too; the command's is the one that knows its scheduler.
  const [main = []] = globSync(join(profiles, '*.cpuprofile'))
    .map((path) => timeByPlace(path))
    .toSorted((a, b) => total(b) - total(a));
  const all = total(main);
  const shares = main
    .filter(([, time]) => time >= all / 100)
    .map(([place, time]) => `${place} ${((100 * time) / all).toFixed(0)} %`);
  report.note(`the command's thread in ${describeTime(all)}: ${shares.join(', ')}`);
}

function total(places: readonly (readonly [string, number])[]): number {
  return places.reduce((sum, [, time]) => sum + time, 0);
}
