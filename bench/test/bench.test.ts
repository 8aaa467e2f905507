import { join } from 'node:path';
import { flink, isInstalled, s5cmd, versitygw } from '@aiflow-private/engines';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../src/main.ts');

describe('npm run bench', () => {
  it('measures everything, here with little of it', { timeout: 600_000 }, async () => {
    const { exitCode, stdout, stderr } = await bench('--scale', '0.003');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    // Something of each bench, and every goal.
    for (const what of [
      'aiflow version',
      '300 jobs',
      '30 rules of which one fires',
      'snapshot of 60 files',
      'bytes sent',
      'to the disk and back',
      'before the first job',
      'from publish to the process',
      '0 lost, 0 twice',
      'a job of 300',
      '3 running and 30 queued',
    ])
      expect(stdout).toContain(what);
    // Without a server or the programs beside it, less of the snapshots is measured, and nothing of Flink.
    const onServer = isInstalled(versitygw) ? (isInstalled(s5cmd) ? 7 : 3) : 0;
    const besideFlink = isInstalled(flink) ? 1 : 0; // else that line says why it was skipped
    expect(stdout).toContain('flink: ');
    expect(stdout.match(/goal .*: (met|MISSED)/g)).toHaveLength(17 + onServer + besideFlink);
  });

  it('measures only what it is asked for', async () => {
    const { exitCode, stdout } = await bench('compile', '--scale', '0.0001');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^compile: .*\n +\d+\.\d\d × {2}10 jobs: /);
    expect(stdout).not.toContain('aiflow version');
  });

  it('names what it can measure when it is asked for something else', async () => {
    const { exitCode, stdout, stderr } = await bench('compiled');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      'bench: expected any of start-up, compile, rules, submit, snapshots, launch, reaction, events, scale, restart, run-jobs, flink and --scale N (1 is all), not compiled',
    );
  });
});

async function bench(
  ...args: readonly string[]
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], { reject: false });
  return { exitCode, stdout, stderr };
}
