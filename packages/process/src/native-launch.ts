import { rmdirSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { environmentNames, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import { checkSpec, launchFailed } from './check-spec.ts';
import type { LaunchedChild } from './launched-child.ts';
import type { LauncherConnection } from './launcher-connection.ts';
import type { Answer } from './launcher-protocol.ts';
import { launchBody, mostBytes, steps } from './launcher-protocol.ts';
import type { ProcessSpec } from './launcher.ts';
import { claimRecords } from './records.ts';
import type { WatchedChild } from './watched-child.ts';
import { watchedChild } from './watched-child.ts';

/** A process that began. `child` is null when nobody will tell of its end. */
export interface Launched {
  readonly pid: number;
  readonly child: LaunchedChild | null;
}

/** What a launch asks for; throws `process.launch_failed` for what can be known to fail before anything is begun. */
export function requestBody(spec: ProcessSpec): Buffer {
  const hasToken = spec.environment[environmentNames.attemptId] === spec.token;
  const environment = hasToken
    ? spec.environment
    : { ...spec.environment, [environmentNames.attemptId]: spec.token };
  const argv = checkSpec(spec);
  if ([spec.recordDir, spec.cwd, spec.stdout, spec.stderr, ...argv].some(hasNul) || holdsNul(environment)) {
    throw launchFailed(
      spec,
      'ERR_INVALID_ARG_VALUE',
      'its paths, arguments and environment must not hold a NUL',
    );
  }
  const body = launchBody({ ...spec, argv, environment });
  if (body.length + 8 <= mostBytes) return body;
  throw launchFailed(spec, 'E2BIG', 'its arguments and environment are longer than the system takes');
}

function hasNul(text: string): boolean {
  return text.includes('\0');
}

function holdsNul(environment: ProcessSpec['environment']): boolean {
  return Object.keys(environment).some((name) => hasNul(name) || hasNul(environment[name] ?? ''));
}

/**
 * Launches by this launcher; null when it, or the keeper, was gone before it said how that went: the records tell. Throws `process.launch_failed` with
 * nothing left behind, and `process.already_launched`.
 */
export async function launchBy(
  launcher: LauncherConnection,
  spec: ProcessSpec,
  body: Buffer,
): Promise<Launched | null> {
  claim(spec);
  const { promise, resolve } = Promise.withResolvers<WatchedChild | Answer | null>();
  let child: WatchedChild | null = null;
  launcher.hold();
  launcher.launch(body, (answer) => {
    if (child !== null) return child.hear(answer);
    if (answer?.kind !== 'started') return resolve(answer);
    child = watchedChild(launcher, answer.value);
    resolve(child);
  });
  const launched = await promise;
  launcher.release();
  if (launched === null) return null;
  if ('hear' in launched) return { pid: launched.pid, child: launched };
  // The keeper was killed before it could say anything; one that fails takes back what it wrote, and says so.
  if (launched.detail === steps.fork && launched.value === constants.errno.ECHILD) return null;
  const reason = getSystemErrorName(-launched.value);
  // Somebody who looked for this process has decided that it never begins: the records are theirs.
  const isTheirs = launched.detail === steps.records && reason === 'EEXIST';
  if (!isTheirs) rmdirSync(spec.recordDir);
  throw launchFailed(spec, reason, `the system says ${reason} ${whatFor(launched.detail)}`);
}

function claim(spec: ProcessSpec): void {
  try {
    claimRecords(spec.recordDir);
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    throw launchFailed(spec, errorCode(error) ?? 'unknown', messageOf(error), error);
  }
}

function whatFor(step: number): string {
  switch (step) {
    case steps.records:
      return 'for its record directory';
    case steps.output:
      return 'for the files of its output';
    case steps.directory:
      return 'for its working directory';
    case steps.program:
      return 'for the program';
    default:
      return 'for a new process';
  }
}
