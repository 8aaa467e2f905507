import { execFileSync } from 'node:child_process';
import type { Bench } from './bench.ts';
import { commandLine } from './command-line.ts';
import { inTurn, median, timed } from './measure.ts';
import { describeTime } from './report.ts';

const goal = 60;

export const startUp: Bench = {
  summary: 'what it costs to start the command line',
  run: async ({ report, directory, scaled }) => {
    const start = (...args: string[]): Promise<number> =>
      timed(() => execFileSync(process.execPath, args, { cwd: directory, stdio: 'ignore' }));
    const contestants = { aiflow: () => start(commandLine, 'version'), node: () => start('-e', '0') };
    await inTurn(1, contestants); // both are in the page cache from now on
    const times = await inTurn(scaled(31), contestants);
    const [aiflow, node] = [median(times.aiflow), median(times.node)];
    const extra = aiflow - node;
    report.measured({
      what: 'aiflow version',
      ours: `${describeTime(aiflow)} (${describeTime(extra)} more)`,
      beside: `node -e 0 ${describeTime(node)}`,
      ratio: aiflow / node,
      goal: { text: `at most ${goal} ms more`, met: extra <= goal },
    });
  },
};
