import { pause } from '../abort.ts';
import type { Clock, Logger } from './host.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, options = {}) => pause(milliseconds, options.signal),
};

/** A logger that keeps nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A logger on stderr: warnings and errors, and with `AIFLOW_DEBUG` in the environment everything. */
export function stderrLogger(environment: Readonly<Record<string, string | undefined>>): Logger {
  const shown = (level: string) => (message: string) => void process.stderr.write(`${level}: ${message}\n`);
  const isQuiet = environment['AIFLOW_DEBUG'] === undefined;
  return {
    debug: isQuiet ? () => undefined : shown('debug'),
    info: isQuiet ? () => undefined : shown('info'),
    warn: shown('warning'),
    error: shown('error'),
  };
}
