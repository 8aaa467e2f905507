import type { JsonObject } from '../json.ts';
import type { Locate } from '../plugin/options.ts';

/** What the YAML beside a definition says of one job. */
export interface JobSettings {
  /** Repeats the type that the job's processors have; null when it is left out. */
  readonly jobType: string | null;
  readonly properties: JsonObject;
}

/** What the YAML beside a definition says, with the places where it says it. */
export interface WorkflowSettings {
  readonly properties: JsonObject;
  readonly jobs: ReadonlyMap<string, JobSettings>;
  readonly locate: Locate;
}

/** No YAML: everything is as the definition says. */
export const noSettings: WorkflowSettings = {
  properties: {},
  jobs: new Map(),
  locate: () => ({ file: null, line: null, column: null }),
};
