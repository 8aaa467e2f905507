import type { Engine } from './engine.ts';
import { run } from './run.ts';

/** Alibaba's own client of OSS for Python, from PyPI, as the folder `lib` for a `PYTHONPATH`. */
export const oss2: Engine = {
  name: 'oss2',
  version: '2.19.1',
  needs: ['python3'],
  install(directory) {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-cache-dir'];
    run('python3', ['-m', 'pip', 'install', ...quiet, '--target', `${directory}/lib`, 'oss2==2.19.1']);
  },
};
