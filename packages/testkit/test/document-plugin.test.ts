import { describe, expect, it } from 'vitest';
import { collect, failuresOf } from './collect.ts';
import { findingPlugin } from './reference/document-plugin.ts';
import { forgetfulPlugin } from './reference/forgetful-plugin.ts';
import { referenceJobSuite } from './reference/job-suite.ts';

describe("a job plugin in document 003's shape", () => {
  describe('that finds its jobs again', () => {
    referenceJobSuite(findingPlugin, { module: moduleOf('document') })({ describe, it });
  });

  it('of nine methods alone keeps all promises but those about jobs that outlive their process', async () => {
    const suite = referenceJobSuite(forgetfulPlugin, { module: moduleOf('forgetful'), patience: 5000 });
    // When a process dies in the middle of submitting, it is chance whether anything had begun.
    const failures = await failuresOf(suite, {
      only: (name) => !name.includes('in the middle of submitting'),
    });
    expect(failures.map(({ name }) => name)).toEqual([
      'a job goes on when the process that submitted it is killed, and findJob finds it',
      'a job that ends after the process that submitted it was killed is found with its result',
    ]);
    for (const { error } of failures) expect(error).toMatchObject({ code: 'job.lost' });
    expect(collect(suite).length).toBeGreaterThan(20);
  });
});

function moduleOf(name: string): URL {
  return new URL(`./reference/${name}-plugin.ts`, import.meta.url);
}
