// @ts-check
import { readFileSync } from 'node:fs';

/**
 * The most memory that this process had resident, in bytes. To Linux, what `resourceUsage()` says is never less than
 * what the parent had when it started the process; so there the process's own memory is asked for.
 *
 * @returns {number}
 */
export function mostResident() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1]) * 1024;
}
