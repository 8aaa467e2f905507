import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { linuxTable } from '../src/linux-table.ts';

test.skipIf(process.platform !== 'linux')(
  'a process is seen with its token also while it becomes another program',
  () => {
    const token = `exec-window-${process.pid}`;
    // A shell that does nothing but become itself again, so that many looks meet it half way.
    const script = 'i=$1; [ "$i" -gt 3000 ] || exec "$0" -c "$2" "$0" $((i + 1)) "$2"';
    const child = spawn('/bin/sh', ['-c', script, '/bin/sh', '0', script], {
      env: { AIFLOW_ATTEMPT_ID: token },
      stdio: 'ignore',
    });
    const { pid = 0 } = child;
    const table = linuxTable();
    let looks = 0;
    // Until it has ended: then nobody has the number, or a zombie, which holds nothing.
    for (; table.look(pid) !== null; looks += 1) {
      expect(table.holds(pid, token) || table.look(pid) === null).toBe(true);
    }
    expect(looks).toBeGreaterThan(100);
  },
);
