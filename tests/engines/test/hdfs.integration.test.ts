import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hdfs } from '../src/hdfs.ts';
import { whereEngine } from '../src/where-engine.ts';

whereEngine(hdfs, (home) => {
  test('HDFS ends when the process that started it is killed', { timeout: 400_000 }, async () => {
    const starter = new URL('../src/start-hdfs.ts', import.meta.url).href;
    const program = `
      const { startHdfs } = await import(${JSON.stringify(starter)});
      const { nameNodes } = await startHdfs(${JSON.stringify(home)});
      console.log(nameNodes[0]);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = `${line.toString().trim()}/webhdfs/v1/?op=LISTSTATUS`;
    expect((await fetch(url)).status).toBe(200);
    child.kill('SIGKILL');
    const isThere = async (): Promise<boolean> =>
      await fetch(url).then(
        () => true,
        () => false,
      );
    for (const deadline = Date.now() + 60_000; await isThere(); await pause(50)) {
      if (Date.now() > deadline) throw new Error('HDFS is there after a minute');
    }
  });
});
