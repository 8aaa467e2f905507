import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { run } from './run.ts';

const goMod = `module engine

go 1.21

require github.com/peak/s5cmd/v2 v2.3.0
`;

/** A fast command line for S3, for benches: github.com/peak/s5cmd, as `bin/s5cmd`. */
export const s5cmd: Engine = {
  name: 's5cmd',
  version: '2.3.0',
  needs: ['go'],
  install(directory) {
    // In a module of its own: `go install` also asks for a list of versions, which not every proxy has.
    const source = join(directory, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'go.mod'), goMod);
    const env = { ...process.env, GOFLAGS: '-mod=mod' };
    const output = join(directory, 'bin', 's5cmd');
    run('go', ['build', '-o', output, 'github.com/peak/s5cmd/v2'], { env, cwd: source });
    rmSync(source, { recursive: true });
  },
};
