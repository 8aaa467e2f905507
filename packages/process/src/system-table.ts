import { linuxTable } from './linux-table.ts';
import type { ProcessTable } from './process-table.ts';
import { psTable } from './ps-table.ts';

/** What knows the processes of this machine. */
export function systemTable(): ProcessTable {
  return process.platform === 'linux' ? linuxTable() : psTable();
}
