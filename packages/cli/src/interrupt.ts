import { errorLines } from './error-lines.ts';
import { exitCodes } from './exit-codes.ts';

/** Watches for Ctrl-C, `kill`, and what a plugin throws where nobody catches it. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** What the command's exit code is once it has been interrupted. */
  exitCode(): number;
  /** Gives the signals their usual meaning back. */
  release(): void;
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP abort the signal instead of ending this process, and so does an error that
 * nobody catches, which is shown: whatever happens, there is time to stop what was started.
 */
export function watchInterrupt(): Interrupt {
  const controller = new AbortController();
  let exitCode: number = exitCodes.interrupted;
  const abort = (code: number, reason: Error): void => {
    if (!controller.signal.aborted) exitCode = code;
    controller.abort(reason);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    abort(code, new Error(`interrupted by ${signal}`));
  };
  const onUncaught = (error: unknown): void => {
    process.stderr.write(errorLines(error));
    abort(exitCodes.failed, new Error('something broke where nobody expected it', { cause: error }));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const faults = ['uncaughtException', 'unhandledRejection'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  for (const fault of faults) process.on(fault, onUncaught);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
      for (const fault of faults) process.off(fault, onUncaught);
    },
  };
}
