import { registrationSuite, schedulerSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import { localScheduler } from '../src/plugin.ts';

schedulerSuite({
  name: 'local',
  describe,
  it,
  capabilities: localScheduler.capabilities,
  open: ({ directory, host }) =>
    localScheduler.create(
      { database: `${directory}/scheduler.db`, max_running_jobs: 64, pools: { pair: 2 } },
      host,
    ),
});

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });
