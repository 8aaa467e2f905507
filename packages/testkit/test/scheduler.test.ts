import { describe, it } from 'vitest';
import { schedulerSuite } from '../src/index.ts';
import { ReferenceScheduler } from './reference/scheduler/scheduler.ts';

describe('the scheduler suite', () => {
  schedulerSuite({ describe, it, name: 'reference', open: (place) => new ReferenceScheduler(place) });
});
