import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bash } from '../src/index.ts';
import { withRun } from './with-run.ts';

describe('a job with several nodes', () => {
  test('runs independent nodes side by side', async () => {
    // Each waits for a file that only the other makes.
    const meet = (own: string, other: string) =>
      bash(`touch ${own}; until [ -e ${other} ]; do sleep 0.01; done; echo ${own}`);
    await withRun(
      (job) => {
        job.node(meet('a', 'b'), { name: 'a' });
        job.node(meet('b', 'a'), { name: 'b' });
      },
      {},
      async (run) => {
        expect(await run.result()).toEqual({ status: 'FINISHED', values: { a: 'a', b: 'b' }, error: null });
      },
    );
  });

  test('orders them by their data edges, and hands the values over as they are', async () => {
    await withRun(
      (job) => {
        const odd = job.node(bash(`echo '"; $(touch hacked) é'`), { name: 'odd' });
        const silent = job.node(bash('true'), { name: 'silent' });
        job.node(bash('printf "%s|%s|%s\\n" "$AIFLOW_INPUT_0" "$AIFLOW_INPUT_1" "$AIFLOW_INPUT_2"'), {
          name: 'last',
          inputs: [odd, silent, odd],
        });
      },
      {},
      async (run) => {
        const value = '"; $(touch hacked) é';
        expect((await run.result()).values).toEqual({ odd: value, silent: null, last: `${value}||${value}` });
        expect(existsSync(join(run.env.workingDir, 'hacked'))).toBe(false);
      },
    );
  });

  test('keeps the output of each node in files of its own, and tells in its own what happened', async () => {
    await withRun(
      (job) => {
        const first = job.node(bash('echo one; echo err >&2'), { name: 'first' });
        job.node(bash('echo two'), { name: 'second', inputs: [first] });
      },
      {},
      async (run) => {
        await run.result();
        expect(run.log('first.stdout.log')).toBe('one\n');
        expect(run.log('first.stderr.log')).toBe('err\n');
        expect(run.log('second.stdout.log')).toBe('two\n');
        expect(run.log('stdout.log').trim().split('\n')).toEqual([
          'node "first" begins',
          'node "first" ends well',
          'node "second" begins',
          'node "second" ends well',
        ]);
        expect(run.log('stderr.log')).toBe('');
      },
    );
  });

  test('fails with the first node that fails, ends the others and starts nothing more', async () => {
    await withRun(
      (job) => {
        const good = job.node(bash('echo good'), { name: 'good' });
        job.node(bash('trap "touch ended; exit 1" TERM; touch ready; while :; do sleep 0.01; done'), {
          name: 'long',
        });
        const bad = job.node(bash('until [ -e ready ]; do sleep 0.01; done; echo why >&2; exit 4'), {
          name: 'bad',
          inputs: [good],
        });
        job.node(bash('touch never'), { name: 'behind', inputs: [bad] });
      },
      { properties: { stop_grace_seconds: 60 } },
      async (run) => {
        expect(await run.result()).toMatchObject({
          status: 'FAILED',
          values: { good: 'good' },
          error: {
            code: 'bash.failed',
            message: 'node "bad" ended with exit code 4: why',
            context: { node_id: 'bad', exit_code: 4, log_path: join(run.env.logDir, 'bad.stderr.log') },
          },
        });
        expect(existsSync(join(run.env.workingDir, 'ended'))).toBe(true);
        expect(existsSync(join(run.env.workingDir, 'never'))).toBe(false);
      },
    );
  });

  test('kills a node that does not end when another has failed', async () => {
    await withRun(
      (job) => {
        job.node(bash(`trap '' TERM; touch ready; while :; do sleep 0.01; done`), { name: 'stubborn' });
        job.node(bash('until [ -e ready ]; do sleep 0.01; done; kill -SEGV $$'), { name: 'bad' });
      },
      { properties: { stop_grace_seconds: 0.1 } },
      async (run) => {
        expect((await run.result()).error?.context).toMatchObject({
          node_id: 'bad',
          signal: 'SIGSEGV',
          exit_code: 139,
        });
      },
    );
  });

  test('without bash on its PATH says so', async () => {
    const options = { properties: { env: { PATH: '/nowhere' } } };
    await withRun(
      (job) => [bash('true'), bash('true')].forEach((node) => job.node(node)),
      options,
      async (run) => {
        expect(await run.result()).toMatchObject({ status: 'FAILED', error: { code: 'bash.not_found' } });
      },
    );
  });

  test('whose main process is killed is lost, and its nodes are ended', async () => {
    await withRun(
      (job) => {
        job.node(bash('touch ready; exec sleep 600'));
        job.node(bash('until [ -e ready ]; do sleep 0.01; done; kill -KILL $PPID; sleep 600'));
      },
      {},
      async (run) => {
        expect(await run.result()).toMatchObject({ status: 'FAILED', error: { code: 'bash.graph_failed' } });
        expect(run.host.logger.records.map((record) => record.message)).toEqual([
          expect.stringContaining('processes running in the background'),
        ]);
      },
    );
  });
});
