import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { endNode, startNode } from '../src/run-node.ts';

test("a node that has ended is not signalled: its number may be a stranger's", async () => {
  const root = mkdtempSync(join(tmpdir(), 'aiflow-node-'));
  const kill = vi.spyOn(process, 'kill');
  try {
    const argv = ['/bin/sh', '-c', 'exit 0'] as const;
    const running = startNode(
      { id: 'n', argv, inputs: [], variables: {}, stdout: join(root, 'o'), stderr: join(root, 'e') },
      {},
    );
    expect(await running.ended).toMatchObject({ failure: null });
    await endNode(running, 60_000);
    expect(kill).not.toHaveBeenCalled();
  } finally {
    kill.mockRestore();
    rmSync(root, { recursive: true, force: true });
  }
});
