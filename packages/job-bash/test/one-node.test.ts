import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bash, bashFile } from '../src/index.ts';
import { withRun } from './with-run.ts';

describe('the value of a node', () => {
  test.each([
    ['printf "one\\ntwo\\n"', 'two'],
    ['printf "one\\ntwo"', 'two'],
    ['printf "one\\r\\ntwo\\r\\n"', 'two'],
    ['printf "one\\n\\n"', ''],
    ['echo', ''],
    ['true', null],
    ['echo err >&2', null],
    ['printf "é🐧\\n"', 'é🐧'],
    ['head -c 65536 /dev/zero | tr "\\0" x', 'x'.repeat(65536)],
  ])('of %j is its last line of output', async (command, value) => {
    await withRun(
      (job) => job.node(bash(command)),
      {},
      async (run) => {
        expect(await run.result()).toEqual({ status: 'FINISHED', values: { node_1: value }, error: null });
      },
    );
  });

  test('is decoded as output_encoding says', async () => {
    const properties = { output_encoding: 'latin1' };
    await withRun(
      (job) => job.node(bash("printf '\\xe9t\\xe9\\n'")),
      { properties },
      async (run) => {
        expect((await run.result()).values).toEqual({ node_1: 'été' });
      },
    );
  });

  test('is null, with a warning, when the line is too long for one', async () => {
    await withRun(
      (job) => job.node(bash('echo first; head -c 65537 /dev/zero')),
      {},
      async (run) => {
        expect(await run.result()).toEqual({ status: 'FINISHED', values: { node_1: null }, error: null });
        expect(run.host.logger.records.map((record) => record.level)).toContain('warn');
      },
    );
  });
});

describe('a failure', () => {
  test('carries the exit code, the last lines of stderr and where the rest is', async () => {
    const command = 'for i in $(seq 30); do echo "line $i" >&2; done; exit 3';
    await withRun(
      (job) => job.node(bash(command), { name: 'count' }),
      {},
      async (run) => {
        expect(await run.result()).toEqual({
          status: 'FAILED',
          values: {},
          error: {
            code: 'bash.failed',
            message: 'node "count" ended with exit code 3: line 30',
            context: {
              node_id: 'count',
              exit_code: 3,
              signal: null,
              stderr_tail: Array.from({ length: 20 }, (_, index) => `line ${index + 11}`),
              log_path: join(run.env.logDir, 'stderr.log'),
            },
          },
        });
      },
    );
  });

  test('by a signal names it', async () => {
    await withRun(
      (job) => job.node(bash('kill -SEGV $$')),
      {},
      async (run) => {
        const { error } = await run.result();
        expect(error?.context).toMatchObject({ exit_code: 139, signal: 'SIGSEGV' });
        expect(error?.message).toContain('SIGSEGV');
      },
    );
  });

  test('in the middle of a command or of a pipe fails the job, unless shell_options says otherwise', async () => {
    for (const command of ['false; echo done', 'false | cat']) {
      await withRun(
        (job) => job.node(bash(command)),
        {},
        async (run) => {
          expect((await run.result()).status).toBe('FAILED');
        },
      );
      await withRun(
        (job) => job.node(bash(command)),
        { properties: { shell_options: [] } },
        async (run) => {
          expect((await run.result()).status).toBe('FINISHED');
        },
      );
    }
    const properties = { shell_options: ['nounset'] } as const;
    await withRun(
      (job) => job.node(bash('echo "$NOT_SET"')),
      { properties },
      async (run) => {
        expect((await run.result()).error?.message).toContain('NOT_SET');
      },
    );
  });

  test('of a process that was killed with whoever keeps its exit code is a job that was lost', async () => {
    await withRun(
      (job) => job.node(bash('kill -KILL $PPID 0')),
      {},
      async (run) => {
        expect(await run.result()).toMatchObject({ status: 'FAILED', error: { code: 'job.lost' } });
      },
    );
  });
});

describe('the environment', () => {
  test('has env over what is inherited, with secrets, and the facts of the execution', async () => {
    const options = {
      properties: { env: { GREETING: 'hello ${WHO}', PRICE: '$${x}', INHERITED: 'own' } },
      secrets: { WHO: 'secret world' },
      environment: { INHERITED: 'inherited', KEPT: 'kept' },
    };
    const command = 'echo "$GREETING|$PRICE|$INHERITED|$KEPT|$AIFLOW_JOB_NAME|$AIFLOW_ATTEMPT_ID"';
    await withRun(
      (job) => job.node(bash(command)),
      options,
      async (run) => {
        const expected = `hello secret world|\${x}|own|kept|job|${run.env.attemptId}`;
        expect((await run.result()).values).toEqual({ node_1: expected });
      },
    );
  });

  test('with a secret that is not known keeps the job from beginning', async () => {
    await withRun(
      (job) => job.node(bash('true')),
      { properties: { env: { A: '${NO_SUCH}' } } },
      async (run) => {
        await expect(run.submit()).rejects.toMatchObject({ code: 'secret.missing' });
        expect(await run.controller.findJob(run.job, run.env)).toBeNull();
      },
    );
  });

  test('is all that differs: a command is never put together from parts', async () => {
    const odd = `"; touch hacked; echo '$(touch hacked)' \``;
    await withRun(
      (job) => job.node(bash('echo "$ODD"')),
      { properties: { env: { ODD: odd } } },
      async (run) => {
        expect((await run.result()).values).toEqual({ node_1: odd });
      },
    );
  });
});

describe('a job', () => {
  test('runs in its working directory, with its output in the log directory', async () => {
    await withRun(
      (job) => job.node(bash('echo err >&2; pwd -P')),
      {},
      async (run) => {
        expect((await run.result()).values).toEqual({ node_1: run.env.workingDir });
        expect(run.log('stdout.log')).toBe(`${run.env.workingDir}\n`);
        expect(run.log('stderr.log')).toBe('err\n');
      },
    );
  });

  test('that leaves processes running has ended all the same, and they are ended with a warning', async () => {
    await withRun(
      (job) => job.node(bash('sleep 600 & setsid sleep 600 & echo done')),
      {},
      async (run) => {
        expect((await run.result()).status).toBe('FINISHED');
        expect(run.host.logger.records.map((record) => record.message)).toEqual([
          'job "job" left 2 processes running in the background: they were ended',
        ]);
      },
    );
  });

  test('that leaves one process running is told of one', async () => {
    await withRun(
      (job) => job.node(bash('sleep 600 & echo done')),
      {},
      async (run) => {
        expect((await run.result()).status).toBe('FINISHED');
        expect(run.host.logger.records.map((record) => record.message)).toEqual([
          'job "job" left a process running in the background: it was ended',
        ]);
      },
    );
  });

  test('without bash on its PATH says so, and never began', async () => {
    await withRun(
      (job) => job.node(bash('true')),
      { properties: { env: { PATH: '/nowhere' } } },
      async (run) => {
        await expect(run.submit()).rejects.toMatchObject({ code: 'bash.not_found' });
        expect(await run.controller.findJob(run.job, run.env)).toBeNull();
      },
    );
  });

  test('with a command that is longer than the system takes says what to do', async () => {
    await withRun(
      (job) => job.node(bash(`: ${'x'.repeat(3_000_000)}`)),
      {},
      async (run) => {
        const refused = run.submit();
        await expect(refused).rejects.toMatchObject({ code: 'bash.command_too_long' });
        await expect(refused).rejects.toThrow(
          'bashFile(), and long parameters or a long context of the execution',
        );
      },
    );
  });
});

describe('bashFile', () => {
  test('runs a file of the project with its arguments, in the working directory', async () => {
    const files = { 'resources/show.sh': 'printf "%s," "$@"; pwd -P\n' };
    await withRun(
      (job) => job.node(bashFile('./resources/show.sh', ['a b', '$HOME'])),
      { files },
      async (run) => {
        expect((await run.result()).values).toEqual({ node_1: `a b,$HOME,${run.env.workingDir}` });
      },
    );
  });

  test('of a file that is not in the snapshot, or is a directory, is job.file_not_found', async () => {
    for (const path of ['resources/missing.sh', 'resources']) {
      await withRun(
        (job) => job.node(bashFile(path)),
        { files: { 'resources/other.sh': '' } },
        async (run) => {
          await expect(run.submit()).rejects.toMatchObject({
            code: 'job.file_not_found',
            context: { file: path },
          });
          expect(await run.controller.findJob(run.job, run.env)).toBeNull();
        },
      );
    }
  });

  test('does not follow a link out of the project', async () => {
    await withRun(
      (job) => job.node(bashFile('resources/link.sh')),
      { files: { 'resources/x': '' } },
      async (run) => {
        const link = join(run.env.projectDir, 'resources/link.sh');
        symlinkSync('/etc/profile', link);
        await expect(run.submit()).rejects.toMatchObject({ code: 'path.outside' });
        rmSync(link);
      },
    );
  });
});
