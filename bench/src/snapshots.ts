import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
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
  /** In bytes. */
  readonly size: number;
  /** How much longer ours may take than the fastest of the others. */
  readonly goal: number;
  readonly write: (directory: string) => void;
}

const mebibyte = 1024 * 1024;
const goals = { unchanged: 4, memory: 200_000_000 } as const;

export const snapshots: Bench = {
  summary: 'store projects on S3 and on the disk and fetch them again, beside s5cmd, rclone, tar and git',
  run: async (context) => {
    const { directory, scaled } = context;
    const [files, size] = [scaled(20_000), scaled(100 * mebibyte)];
    const loads: readonly Load[] = [
      {
        name: `${files} files of code`,
        rounds: scaled(3),
        size: files * 5_000,
        goal: 1,
        write: (at) => writeCode(at, files),
      },
      {
        name: `20 files of ${(size / mebibyte).toFixed(1)} MiB`,
        rounds: scaled(3),
        size: 20 * size,
        goal: 1 / 0.9,
        write: (at) => writeWeights(at, 20, size),
      },
    ];
    for (const load of loads) {
      const at = mkdtempSync(join(directory, 'load-'));
      writeProject(join(at, 'project'), 1);
      load.write(join(at, 'project', 'resources'));
      await onDisk(context, at, load);
      await onServer(context, at, load);
      if (load === loads[0]) await again(context, at, load);
      rmSync(at, { recursive: true });
    }
  },
};

/** One way to take the files somewhere and back; in milliseconds, both from nothing. */
type Way = (round: number) => Promise<{ upload: number; download: number; memory: number }>;

async function onDisk({ report }: BenchContext, at: string, load: Load): Promise<void> {
  chooseStore(at, 'disk');
  const settled = async (): Promise<void> => await settle(at, load.size);
  const tar: Way = async () => {
    const [archive, target] = [join(at, 'archive.tar.zst'), mkdtempSync(join(at, 'tar-'))];
    const source = join(at, 'project', 'resources');
    const line = async (text: string, cwd: string): Promise<number> =>
      (await costOf(['bash', '-o', 'pipefail', '-c', text, archive], { cwd })).wall;
    await settled();
    const upload = await line('tar -cf - . | zstd -q -f -o "$0" && sync "$0"', source);
    await settled();
    const download = await line('zstd -q -d -c "$0" | tar -xf -', target);
    await removeLarge(target);
    return { upload, download, memory: 0 };
  };
  const ours: Way = async () => await thereAndBack(at, {}, settled);
  const { ours: own, ...others } = await inTurn(load.rounds, { ours, 'tar | zstd, flushed': tar });
  tell(report, `${load.name} to the disk and back`, own, others, load.goal);
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
  const settled = async (): Promise<void> => await settle(at, load.size);
  const ours: Way = async (round) => await thereAndBack(at, reach(server, `ours-${round}`), settled);
  const ways: Record<string, Way> = { ours };
  for (const contestant of there) ways[contestant.name] = other(at, server, contestant, settled);
  const { ours: own = [], ...others } = await inTurn(load.rounds, ways);
  tell(report, `${load.name} to S3 and back`, own, others, load.goal);
}

/**
 * Puts the machine in the same state before each measurement: nothing waits to be written, and as much memory as the
 * files take was in use a moment ago. A virtual machine gets memory that it has not used for a while from its host,
 * page by page, which takes several times as long as to fill it; whoever comes first would pay that for all. Where the
 * kernel gives free memory back after two seconds (free page reporting), who takes longer pays for the rest all the same.
 */
async function settle(at: string, bytes: number): Promise<void> {
  const line = 'head -c "$1" /dev/zero > "$0" && rm "$0" && sync';
  await costOf(['bash', '-c', line, join(at, 'settle'), String(2 * bytes)], { cwd: at });
}

/**
 * Gives back the space of what was copied, as far as it is much. Small files stay until all is over: for minutes after
 * thousands were removed, ext4 without a journal looks past each of them whenever it makes a file, which takes many
 * times as long and would count against whoever comes next.
 */
async function removeLarge(directory: string): Promise<void> {
  await costOf(['find', directory, '-type', 'f', '-size', '+1M', '-delete'], { cwd: '/' });
}

/** Stores the project in a place where nothing is, and fetches it to a machine that knows nothing. */
async function thereAndBack(
  at: string,
  env: NodeJS.ProcessEnv,
  settled: () => Promise<void>,
): ReturnType<Way> {
  const state = newState(at);
  await settled();
  const up = await storeStep(at, state, env, 'upload');
  rmSync(join(state, 'index'), { force: true });
  await settled();
  const down = await storeStep(at, state, env, 'download', up.snapshotId, up.uri, join(state, 'copy'));
  await removeLarge(state);
  return { upload: up.wall, download: down.wall, memory: Math.max(up.memory, down.memory) };
}

function other(at: string, server: S3Server, contestant: Contestant, settled: () => Promise<void>): Way {
  return async (round) => {
    const prefix = `other-${round}`;
    const target = mkdtempSync(join(at, 'other-'));
    await settled();
    const upload = await contestant.upload(join(at, 'project', 'resources'), prefix);
    await settled();
    const download = await contestant.download(prefix, target);
    for (const directory of [target, join(server.directory, 'bucket')]) await removeLarge(directory);
    return { upload, download, memory: 0 };
  };
}

type Times = readonly Awaited<ReturnType<Way>>[];

/** Beside each of the others; the goal is held against the fastest of them. */
function tell(
  report: BenchContext['report'],
  what: string,
  ours: Times,
  others: Readonly<Record<string, Times>>,
  goal: number,
): void {
  for (const part of ['upload', 'download'] as const) {
    const middle = (times: Times): number => median(times.map((time) => time[part]));
    const our = middle(ours);
    const theirs = Object.entries(others).map(([name, times]) => ({ name, time: middle(times) }));
    const fastest = Math.min(...theirs.map(({ time }) => time));
    for (const { name, time } of theirs) {
      report.measured({
        what: `${what}, ${part}`,
        ours: describeTime(our),
        beside: `${name} ${describeTime(time)}`,
        ratio: our / time,
        ...(time === fastest && {
          goal: { text: `at most ${goal.toFixed(2)} × the fastest`, met: our / time <= goal },
        }),
      });
    }
  }
  const memory = Math.max(...ours.map((time) => time.memory));
  report.measured({
    what: `memory of ${what}`,
    ours: `${(memory / 1e6).toFixed(0)} MB`,
    beside: `${goals.memory / 1e6} MB`,
    ratio: memory / goals.memory,
    goal: { text: 'less than that, in a process of its own', met: memory < goals.memory },
  });
}

/** What a second submit of the project costs in the same process: unchanged, and with a change in one file. */
async function again(context: BenchContext, at: string, load: Load): Promise<void> {
  const { report, scaled } = context;
  const projectDir = join(at, 'project');
  if (!isInstalled(versitygw) || !commitAll(context, projectDir)) return;
  await using server = await startVersitygw(homeOf(versitygw));
  await using proxy = await startFaultProxy(server.url);
  const state = newState(at);
  const direct = reach(server, 'again');
  // The proxy counts, and takes its time.
  const counted = async (): Promise<{ bytes: number; requests: number; milliseconds: number }> => {
    const from = proxy.requests.length;
    const { milliseconds } = await storeStep(at, state, reach(server, 'again', proxy.url), 'upload');
    const made = proxy.requests.slice(from);
    return { bytes: made.reduce((sum, { size }) => sum + size, 0), requests: made.length, milliseconds };
  };
  const count = scaled(9);
  const status: number[] = [];
  const timeStatus = async (): Promise<void> => {
    for (let left = count; left > 0; left -= 1)
      status.push(await timed(() => git(projectDir, 'status', '--porcelain')));
  };
  await storeStep(at, state, direct, 'upload');
  await timeStatus();
  const { all } = await storeStep(at, state, direct, 'upload', String(count + 1));
  await timeStatus();
  const ours = median(all.slice(1));
  report.measured({
    what: `${load.name} to S3 again, unchanged`,
    ours: describeTime(ours),
    beside: `git status ${describeTime(median(status))}`,
    ratio: ours / median(status),
    goal: { text: `at most ${goals.unchanged} ×`, met: ours / median(status) <= goals.unchanged },
  });
  const unchanged = await counted();
  report.note(
    `unchanged, it sends ${unchanged.bytes} bytes, none of them content, in ${unchanged.requests} requests`,
  );
  appendFileSync(join(projectDir, 'resources', 'package_0', 'part_0', 'file_0.py'), 'print("one more")\n');
  const changed = await counted();
  report.note(
    `with a line more in one file, ${changed.bytes} bytes in ${changed.requests} requests, ` +
      `in ${describeTime(changed.milliseconds)} in a new process and through a proxy`,
  );
}
