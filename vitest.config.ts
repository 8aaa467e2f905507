import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// One run for all rooms: `vitest run`, or `vitest run --project @aiflow/core` for one of them.
const rooms = globSync(['packages/*', 'examples/*', 'tests/*', 'bench'], { cwd: import.meta.dirname })
  .filter((room) => existsSync(join(import.meta.dirname, room, 'test')))
  .toSorted();

export default defineConfig({
  test: {
    // Real processes, real SQLite, two cores: what never ends is caught, what is slow is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: rooms.map((room) => {
      const root = join(import.meta.dirname, room);
      // A room with needs of its own says them in its own file.
      if (existsSync(join(root, 'vitest.config.ts'))) return root;
      return { extends: true, root, test: { name: nameOf(room), include: ['test/**/*.test.ts'] } };
    }),
  },
});

function nameOf(room: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, room, 'package.json'), 'utf8'));
  return (manifest as { name: string }).name;
}
