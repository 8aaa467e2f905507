import type { Engine } from './engine.ts';
import { run } from './run.ts';

/** A command line for many stores, for benches: github.com/rclone/rclone, as `bin/rclone`. */
export const rclone: Engine = {
  name: 'rclone',
  version: '1.76.0',
  needs: ['go'],
  install(directory) {
    const env = { ...process.env, GOBIN: `${directory}/bin`, GOFLAGS: '-mod=mod' };
    run('go', ['install', 'github.com/rclone/rclone@v1.76.0'], { env, cwd: directory });
  },
};
