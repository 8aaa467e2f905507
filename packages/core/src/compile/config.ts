import type { JobConfig, WorkflowLimits } from '../define/graph.ts';
import type { JsonObject } from '../json.ts';
import type { Locate } from '../plugin/options.ts';
import type { Schedule } from '../schedule/schedule.ts';

/** What the YAML beside a definition says of one job; it wins over the definition, key by key. */
export interface JobSettings {
  /** Repeats the type that the job's processors have; null when it is left out. */
  readonly jobType: string | null;
  readonly properties: JsonObject;
  /** The rest of its configuration, as far as the YAML says it. */
  readonly config: Partial<Omit<JobConfig, 'jobName' | 'jobType' | 'properties'>>;
}

/** What the YAML beside a definition says, with the places where it says it. */
export interface WorkflowSettings {
  readonly properties: JsonObject;
  readonly jobs: ReadonlyMap<string, JobSettings>;
  /** Null when the YAML says nothing of them. */
  readonly schedules: readonly Schedule[] | null;
  readonly limits: WorkflowLimits;
  readonly dependencies: JsonObject;
  readonly locate: Locate;
}

/** No YAML: everything is as the definition says. */
export const noSettings: WorkflowSettings = {
  properties: {},
  jobs: new Map(),
  schedules: null,
  limits: {},
  dependencies: {},
  locate: () => ({ file: null, line: null, column: null }),
};
