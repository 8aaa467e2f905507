import { exitCodes } from './exit-codes.ts';

/** Watches for Ctrl-C and `kill`. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** What the command's exit code is once it has been interrupted. */
  exitCode(): number;
  /** Gives the signals their usual meaning back. */
  release(): void;
}

/** From now on SIGINT, SIGTERM and SIGHUP abort the signal instead of ending this process. */
export function watchInterrupt(): Interrupt {
  const controller = new AbortController();
  let received: NodeJS.Signals = 'SIGINT';
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) received = signal;
    controller.abort(new Error(`interrupted by ${signal}`));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => (received === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated),
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
