export type { TestRunner } from './suite/runner.ts';

export type { LogRecord, RecordingLogger } from './host/recording-logger.ts';
export { settle } from './host/settle.ts';
export type { ManualClock } from './host/manual-clock.ts';
export { createManualClock } from './host/manual-clock.ts';
export type { TestEnvOptions } from './host/test-env.ts';
export { createTestEnv, testAttempt } from './host/test-env.ts';
export type { ContextOf, TestHost, TestHostOptions } from './host/test-host.ts';
export { createTestHost } from './host/test-host.ts';

export type { JobFixture, JobFixtures, JobPluginSuiteOptions, SucceedingJob } from './job-plugin/options.ts';
export { jobPluginSuite } from './job-plugin/suite.ts';

export type { BlobManagerSuiteOptions } from './blob-manager/options.ts';
export { blobManagerSuite } from './blob-manager/suite.ts';
export type {
  ObjectFacts,
  ObjectStoreSuiteOptions,
  ObjectStoreUnderTest,
  SignalOptions,
} from './object-store/options.ts';
export { objectStoreSuite } from './object-store/suite.ts';
export type { StorePlace } from './suite/place.ts';
export type { ScriptedAttempt, ScriptedRunner, ScriptedRunnerOptions } from './scheduler/scripted-runner.ts';
export { createScriptedRunner } from './scheduler/scripted-runner.ts';
export type { SchedulerPlace, SchedulerSuiteOptions } from './scheduler/options.ts';
export { schedulerSuite } from './scheduler/suite.ts';

export type { RegistrationSuiteOptions } from './registration/options.ts';
export { registrationSuite } from './registration/suite.ts';
