import type { Json, Logger } from '@aiflow/core';

export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** A logger that keeps what it is told. */
export interface RecordingLogger extends Logger {
  /** Oldest first. */
  readonly records: readonly LogRecord[];
}

export function createRecordingLogger(): RecordingLogger {
  const records: LogRecord[] = [];
  const at =
    (level: LogRecord['level']) =>
    (message: string, fields: Readonly<Record<string, Json>> = {}): void => {
      records.push({ level, message, fields });
    };
  return { records, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
