// `npm run bench [-- [NAME…] [--scale N]]`: each measurement on a line, as a ratio to another program in the same
// run. A goal that is missed is shown; only what breaks makes the exit code 1.
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { runBench } from './bench.ts';
import { createReport } from './report.ts';

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  'start-up': async () => (await import('./start-up.ts')).startUp,
  compile: async () => (await import('./compile.ts')).compile,
  rules: async () => (await import('./rules.ts')).rules,
  submit: async () => (await import('./submit.ts')).submit,
  snapshots: async () => (await import('./snapshots.ts')).snapshots,
  launch: async () => (await import('./launch.ts')).launch,
  reaction: async () => (await import('./reaction.ts')).reaction,
  events: async () => (await import('./events.ts')).events,
  scale: async () => (await import('./scale.ts')).scale,
  restart: async () => (await import('./restart.ts')).restart,
  'run-jobs': async () => (await import('./run-jobs.ts')).runJobs,
  flink: async () => (await import('./flink.ts')).flinkSubmission,
};

async function main(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { scale: { type: 'string', default: '1' } },
    allowPositionals: true,
  });
  const scale = Number(values.scale);
  const unknown = positionals.find((name) => !(name in benches));
  if (unknown !== undefined || !(scale > 0)) {
    const wrong = unknown === undefined ? `--scale ${values.scale}` : unknown;
    process.stderr.write(
      `bench: expected any of ${Object.keys(benches).join(', ')} and --scale N (1 is all), not ${wrong}\n`,
    );
    return 2;
  }
  const report = createReport((text) => process.stdout.write(text));
  let broken = 0;
  for (const [name, load] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      const bench = await load();
      process.stdout.write(`${name}: ${bench.summary}\n`);
      await runBench(bench, scale, report);
    } catch (error) {
      broken += 1;
      process.stderr.write(`bench: ${name} broke: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  return broken === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
