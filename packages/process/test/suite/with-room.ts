import { test } from 'vitest';
import type { ProcessLauncher } from '../../src/index.ts';
import { Room } from '../room.ts';
import type { SuiteOptions } from '../suite.ts';

/** A case with a launcher and a room of its own. */
export function withRoom(
  { create }: Pick<SuiteOptions, 'create'>,
  name: string,
  run: (room: Room, launcher: ProcessLauncher) => Promise<void>,
): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both stand where a case is written
  test(name, async () => {
    const room = new Room();
    try {
      await run(room, create());
    } finally {
      room.dispose();
    }
  });
}
