import { expect, test } from 'vitest';
import { accumulatorsIn, understand } from '../src/client-words.ts';

const [first, second] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
const at = (logger: string): string => `2026-11-28 22:46:56,732 INFO  org.apache.flink.${logger} [] - `;

test('a client tells where its JobManager is, and which jobs it has submitted', () => {
  const log = `${at('client.program.rest.RestClusterClient')}Submitting job 'it's (one)' (${first}).
${at('client.program.rest.RestClusterClient')}Successfully submitted job 'it's (one)' (${first}) to 'http://flink:8081'.
${at('client.program.rest.RestClusterClient')}Submitting job 'two' (${second}).
`;
  const output = `Job has been submitted with JobID ${first}
Program execution finished
Job with JobID ${first} has finished.
`;
  expect(understand(log + output)).toEqual({
    jobmanager: 'http://flink:8081',
    submitted: [first, second],
    ended: [first],
  });
});

test('the clients of YARN and Kubernetes tell it before they submit', () => {
  const yarn = `${at('yarn.YarnClusterDescriptor')}Found Web Interface node-7:41823 of application 'application_1656406122617_0002'.`;
  expect(understand(yarn)).toEqual({ jobmanager: 'node-7:41823', submitted: [], ended: [] });
  const kubernetes = `${at('kubernetes.KubernetesClusterDescriptor')}Retrieve flink cluster c1 successfully, JobManager Web Interface: http://10.0.0.7:8081`;
  expect(understand(kubernetes).jobmanager).toBe('http://10.0.0.7:8081');
});

test('a client that tells nothing is not known to have done anything', () => {
  expect(understand('Starting\n')).toEqual({ jobmanager: null, submitted: [], ended: [] });
});

test('the accumulators are those that the client prints, and nothing that the program prints', () => {
  const output = `- mine (java.lang.Long): 7
Program execution finished
Job with JobID ${first} has finished.
Job Runtime: 1623 ms
Accumulator Results: 
- seen (java.lang.Long): 3
- rows read (all) (java.util.ArrayList) [2 elements]

- mine (java.lang.Long): 8
`;
  expect(accumulatorsIn(output)).toEqual({ seen: '3', 'rows read (all)': '[2 elements]' });
  expect(accumulatorsIn('Job Runtime: 1 ms\n')).toEqual({});
});
