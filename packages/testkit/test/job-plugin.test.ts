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

  const killed = 'a job goes on when the process that submitted it is killed, and findJob finds it';
  const cutShort =
    'when the process is killed in the middle of submitting, the job is found or has never begun';
  const stopped = 'stopJob resolves when the job has ended, KILLED and without an error';

  it('notices what a stop and a submission that was cut short leave on an engine elsewhere', async () => {
    const suite = referenceJobSuite(undefined, { runningOf: async () => ['a job'], killAfter: [0] });
    const failures = await failuresOf(suite, { only: (name) => [killed, cutShort, stopped].includes(name) });
    expect(failures.map(({ name }) => name)).toEqual([stopped, killed, cutShort]);
    for (const { error } of failures) expect(String(error)).toContain('nobody would find it');
  });

  it('notices a job that runs twice on an engine elsewhere', async () => {
    const suite = referenceJobSuite(undefined, { runningOf: async () => ['this', 'that'] });
    const [failure] = await failuresOf(suite, { only: (name) => name === killed });
    expect(String(failure?.error)).toContain('runs once on the engine, and not as this and that');
  });
});
