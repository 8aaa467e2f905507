import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '@aiflow/core';
import { protocolVersion } from './launcher-protocol.ts';
import type { ProcessTable } from './process-table.ts';

/** The most that a socket's path may have, in bytes: `sun_path` of unix(7), which ends with a NUL. */
const mostBytes = 107;

/**
 * Where the launcher of this process listens: in a directory of the user alone, below the system's directory for
 * temporary files. (Not below XDG_RUNTIME_DIR, which is removed when the user logs out: launchers live longer.) The name
 * says whose it is, so that all who use the same program in this process mean the same, and nobody else does. Throws
 * `process.no_launcher` when there is no place for it.
 */
export function ownSocketPath(
  table: ProcessTable,
  program: string,
  bases: readonly string[] = [tmpdir(), '/tmp'],
): string {
  const troubles: string[] = [];
  for (const base of new Set(bases)) {
    try {
      const directory = join(base, `aiflow-${process.geteuid?.() ?? 0}`);
      ensurePrivate(directory);
      const path = join(directory, nameOfThisProcess(table, program));
      if (isUsable(path)) return path;
      troubles.push(`${path} is too long for a socket, or has odd characters`);
    } catch (error) {
      troubles.push(messageOf(error));
    }
  }
  throw new AIFlowError('process.no_launcher', `there is no place for a socket: ${troubles.join('; ')}`);
}

function nameOfThisProcess(table: ProcessTable, program: string): string {
  const start = table.look(process.pid)?.startTicks;
  const namespace = readlinkSync('/proc/self/ns/pid');
  const parts = [table.bootId(), namespace, process.pid, start, program, protocolVersion];
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 16);
}

/** Records name the path, in JSON that a C program writes. */
function isUsable(path: string): boolean {
  return Buffer.byteLength(path) <= mostBytes && /^\/[\w./-]*$/.test(path);
}

/** Makes the directory; refuses one that is somebody else's or that others may enter. */
function ensurePrivate(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const found = lstatSync(directory);
  if (found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0) return;
  throw new Error(
    `${directory} must be a directory of this user that nobody else may enter: remove it, or correct its owner and mode`,
  );
}
