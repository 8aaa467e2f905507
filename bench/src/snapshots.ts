import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Server } from '@aiflow-private/engines';
import { homeOf, isInstalled, startFaultProxy, startVersitygw, versitygw } from '@aiflow-private/engines';
import type { Bench, BenchContext } from './bench.ts';
import { commitAll, git } from './git.ts';
import { costOf, inTurn, median, timed } from './measure.ts';
import { writeProject } from './project-files.ts';
import { describeTime } from './report.ts';
import type { Contestant } from './s3-contestants.ts';
import { contestants } from './s3-contestants.ts';
import { writeCode, writeWeights } from './snapshot-files.ts';
import { chooseStore, newState, reach, storeStep } from './store-project.ts';

/** What a project holds, and how often it is measured. */
interface Load {
  readonly name: string;
  readonly rounds: number;
  readonly write: (directory: string) => void;
}

const mebibyte = 1024 * 1024;
const goals = { s3: 1, disk: 2, unchanged: 4 } as const;

export const snapshots: Bench = {
  summary: 'store projects on S3 and on the disk and fetch them again, beside s5cmd, rclone, tar and git',
  run: async (context) => {
    const { directory, scaled } = context;
    const [files, size] = [scaled(20_000), scaled(100 * mebibyte)];
    const loads: readonly Load[] = [
      { name: `${files} files of code`, rounds: scaled(3), write: (at) => writeCode(at, files) },
      {
        name: `20 files of ${(size / mebibyte).toFixed(1)} MiB`,
        rounds: 1,
        write: (at) => writeWeights(at, 20, size),
      },
    ];
    for (const load of loads) {
      const at = mkdtempSync(join(directory, 'load-'));
      writeProject(join(at, 'project'), 1);
      load.write(join(at, 'project', 'resources'));
      await onDisk(context, at, load);
      await onServer(context, at, load);
      rmSync(at, { recursive: true });
    }
  },
};

/** One way to take the files somewhere and back; in milliseconds, both from nothing. */
type Way = (round: number) => Promise<{ upload: number; download: number; memory: number }>;

async function onDisk({ report }: BenchContext, at: string, load: Load): Promise<void> {
  chooseStore(at, 'disk');
  const tar: Way = async () => {
    const [archive, target] = [join(at, 'archive.tar.zst'), mkdtempSync(join(at, 'tar-'))];
    const source = join(at, 'project', 'resources');
    const line = async (text: string, cwd: string): Promise<number> =>
      (await costOf(['bash', '-o', 'pipefail', '-c', text, archive], { cwd })).wall;
    const upload = await line('tar -cf - . | zstd -q -f -o "$0"', source);
    const download = await line('zstd -q -d -c "$0" | tar -xf -', target);
    rmSync(target, { recursive: true });
    return { upload, download, memory: 0 };
  };
  const ours: Way = async () => await thereAndBack(at, {});
  const taken = await inTurn(load.rounds, { ours, tar });
  tell(report, `${load.name} to the disk and back`, taken.ours, 'tar | zstd', taken.tar, goals.disk);
}

async function onServer(context: BenchContext, at: string, load: Load): Promise<void> {
  const { report } = context;
  if (!isInstalled(versitygw)) {
    report.skipped(`${load.name} to S3`, 'versitygw is not installed: npm run engines');
    return;
  }
  await using server = await startVersitygw(homeOf(versitygw));
  chooseStore(at, 's3');
  const { there, missing } = contestants(server);
  for (const name of missing) report.skipped(`${load.name} beside ${name}`, `npm run engines ${name}`);
  const ours: Way = async (round) => await thereAndBack(at, reach(server, `ours-${round}`));
  const ways: Record<string, Way> = { ours };
  for (const contestant of there) ways[contestant.name] = other(at, server, contestant);
  const { ours: own = [], ...taken } = await inTurn(load.rounds, ways);
  for (const { name } of there) {
    const goal = name === 's5cmd' ? goals.s3 : null;
    tell(report, `${load.name} to S3 and back`, own, name, taken[name] ?? [], goal);
  }
  await again(context, at, load, server);
}

/** Stores the project in a place where nothing is, and fetches it to a machine that knows nothing. */
async function thereAndBack(at: string, env: NodeJS.ProcessEnv): ReturnType<Way> {
  const state = newState(at);
  const up = await storeStep(at, state, env, 'upload');
  rmSync(join(state, 'index'), { force: true });
  const down = await storeStep(at, state, env, 'download', up.snapshotId, up.uri, join(state, 'copy'));
  rmSync(state, { recursive: true });
  return { upload: up.wall, download: down.wall, memory: Math.max(up.memory, down.memory) };
}

function other(at: string, server: S3Server, contestant: Contestant): Way {
  return async (round) => {
    const prefix = `other-${round}`;
    const target = mkdtempSync(join(at, 'other-'));
    const taken = {
      upload: await contestant.upload(join(at, 'project', 'resources'), prefix),
      download: await contestant.download(prefix, target),
      memory: 0,
    };
    rmSync(target, { recursive: true });
    for (const name of readdirSync(join(server.directory, 'bucket'))) {
      if (name.startsWith(prefix)) rmSync(join(server.directory, 'bucket', name), { recursive: true });
    }
    return taken;
  };
}

function tell(
  report: BenchContext['report'],
  what: string,
  ours: readonly Awaited<ReturnType<Way>>[],
  name: string,
  theirs: readonly Awaited<ReturnType<Way>>[],
  goal: number | null,
): void {
  for (const part of ['upload', 'download'] as const) {
    const [our, their] = [ours, theirs].map((times) => median(times.map((time) => time[part])));
    if (our === undefined || their === undefined) continue;
    report.measured({
      what: `${what}, ${part}`,
      ours: describeTime(our),
      beside: `${name} ${describeTime(their)}`,
      ratio: our / their,
      ...(goal !== null && { goal: { text: `at most ${goal} ×`, met: our / their <= goal } }),
    });
  }
  const memory = Math.max(...ours.map((time) => time.memory)) / mebibyte;
  if (goal !== null) report.note(`at most ${memory.toFixed(0)} MiB of memory, in a process of its own`);
}

/** What went to the server, and how long the step took. */
interface Sent {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly requests: number;
}

/** What a second submit of the project costs, unchanged and with a line more in one file. */
async function again(context: BenchContext, at: string, load: Load, server: S3Server): Promise<void> {
  const { report } = context;
  const projectDir = join(at, 'project');
  if (!commitAll(context, projectDir)) return;
  await using proxy = await startFaultProxy(server.url);
  const state = newState(at);
  const submit = async (): Promise<Sent> => {
    const before = proxy.requests.length;
    const step = await storeStep(at, state, reach(server, 'again', proxy.url), 'upload');
    const made = proxy.requests.slice(before);
    const bytes = made.reduce((sum, { size }) => sum + size, 0);
    return { milliseconds: step.milliseconds, bytes, requests: made.length };
  };
  await submit();
  const times = await inTurn<'ours' | 'git', Sent>(load.rounds * 3, {
    ours: submit,
    git: async () => {
      const milliseconds = await timed(() => git(projectDir, 'status', '--porcelain'));
      return { milliseconds, bytes: 0, requests: 0 };
    },
  });
  const [ours, status] = [times.ours, times.git].map((all) => median(all.map((one) => one.milliseconds)));
  if (ours === undefined || status === undefined) return;
  const unchanged = Math.max(...times.ours.map(({ bytes }) => bytes));
  report.measured({
    what: `${load.name} to S3 again, unchanged`,
    ours: `${describeTime(ours)}, ${unchanged} bytes sent`,
    beside: `git status ${describeTime(status)}`,
    ratio: ours / status,
    goal: { text: `at most ${goals.unchanged} ×`, met: ours / status <= goals.unchanged },
  });
  appendFileSync(join(projectDir, 'resources', 'one-more.py'), 'print("one more")\n');
  const { bytes, requests, milliseconds } = await submit();
  report.note(
    `with one small file more: ${bytes} bytes in ${requests} requests, ${describeTime(milliseconds)}`,
  );
}
