import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { JsonObject } from '../../json.ts';
import type { Schema } from '../../plugin/schema.ts';
import type { JobKeys } from './job.ts';
import { jobSchema } from './job.ts';
import type { Maybe, Part } from './parts.ts';
import { mapping, name, namePattern, said, texts, wholeNumber } from './parts.ts';
import type { PeriodicKeys } from './periodic.ts';
import { periodic } from './periodic.ts';

const ownKeys = {
  workflow_name: said(name, 'Repeats the name of the workflow.'),
  properties: said(mapping, 'Anything that jobs and plugins are to find in the compiled workflow.'),
  dependencies: said(
    v.record(v.string(), v.nullable(texts)) as Part<JsonObject>,
    'What the workflow needs, by kind: lists of files below dependencies/, for plugins to read.',
    { examples: [{ jars: ['a.jar'] }] },
  ),
  periodic_config: periodic,
  workflow: said(
    v.strictObject({
      max_running_jobs: said(
        wholeNumber(1, 1_000_000),
        'At most this many jobs of the workflow run at once, over all its executions.',
      ),
      max_running_executions: said(
        wholeNumber(1, 1_000_000),
        'At most this many executions of the workflow run at once; those beyond wait.',
      ),
    }),
    'How much of the workflow may run at once.',
  ),
};

export interface WorkflowKeys {
  readonly workflow_name?: Maybe<string>;
  readonly properties?: Maybe<JsonObject>;
  readonly dependencies?: Maybe<JsonObject>;
  readonly periodic_config?: Maybe<PeriodicKeys | PeriodicKeys[]>;
  readonly workflow?: Maybe<{
    readonly max_running_jobs?: Maybe<number>;
    readonly max_running_executions?: Maybe<number>;
  }>;
}

/** The YAML beside a definition; every key that is not one of {@link WorkflowKeys} is the name of a job. */
export const workflowFileSchema: Schema<WorkflowKeys> = toStandardJsonSchema(
  v.pipe(
    v.objectWithRest(ownKeys, jobSchema),
    v.metadata({
      title: 'A workflow of AIFlow',
      description: 'workflows/<name>/<name>.yaml: each key beside the ones named here is a job.',
      propertyNames: namePattern,
    }),
  ),
);

/** What stands under the name of a job. */
export function jobKeys(file: WorkflowKeys, jobName: string): JobKeys {
  return (Reflect.get(file, jobName) ?? {}) as JobKeys; // the schema has passed it
}

export const workflowKeyNames: readonly string[] = Object.keys(ownKeys);
