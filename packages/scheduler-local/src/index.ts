import { registerScheduler } from '@aiflow/core';
import { localScheduler } from './plugin.ts';

export type { LocalSchedulerOptions } from './options.ts';
export { localSchedulerOptions } from './options.ts';
export { localScheduler } from './plugin.ts';
export { LocalScheduler } from './scheduler.ts';

registerScheduler(localScheduler);
