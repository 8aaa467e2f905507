import { describe, expect, it } from 'vitest';
import { failuresOf } from './collect.ts';
import { jobMutants } from './reference/job-mutants.ts';
import { referenceJobSuite } from './reference/job-suite.ts';

describe('the job plugin suite', () => {
  referenceJobSuite()({ describe, it });

  for (const { breaks, factory, module, crashes = false, fails } of jobMutants) {
    it(`notices that ${breaks}`, async () => {
      const options = { patience: 3000, ...(module === undefined ? {} : { module }) };
      const failures = await failuresOf(referenceJobSuite(factory, options), {
        only: (name) => crashes || !name.includes('killed'),
      });
      expect(failures.map(({ name }) => name)).toEqual(fails);
    });
  }
});
