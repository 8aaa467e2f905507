import type { Engine } from './engine.ts';
import { run } from './run.ts';

/** An S3-compatible server over a directory: github.com/versity/versitygw, as `bin/versitygw`. */
export const versitygw: Engine = {
  name: 'versitygw',
  version: '1.8.0',
  needs: ['go'],
  install(directory) {
    const env = { ...process.env, GOBIN: `${directory}/bin`, GOFLAGS: '-mod=mod' };
    run('go', ['install', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'], { env, cwd: directory });
  },
};
