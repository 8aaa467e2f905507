import { describe, expect, it } from 'vitest';
import { failuresOf } from './collect.ts';
import type { JobMutant } from './reference/job-mutants.ts';
import { jobMutants } from './reference/job-mutants.ts';
import { referenceJobSuite } from './reference/job-suite.ts';

const ofGenerator = /^(generates|refuses) /;
const ofCrash = /is killed|was killed/;

function appliesTo(concerns: JobMutant['concerns'], name: string): boolean {
  if (concerns === 'generator') return ofGenerator.test(name);
  return concerns === 'crash' || !ofCrash.test(name);
}

describe('the job plugin suite', () => {
  referenceJobSuite()({ describe, it });

  for (const { breaks, factory, module, concerns, fails } of jobMutants) {
    it(`notices that ${breaks}`, async () => {
      const options = { patience: 3000, ...(module === undefined ? {} : { module }) };
      const failures = await failuresOf(referenceJobSuite(factory, options), {
        only: (name) => appliesTo(concerns, name),
      });
      expect(failures.map(({ name }) => name)).toEqual(fails);
    });
  }
});
