import { AIFlowError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { checkName } from '../names.ts';
import type { ScheduleSpec } from '../schedule/schedule-spec.ts';
import { toSchedule } from '../schedule/schedule-spec.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { jobCondition, workflowCondition } from './check-rule.ts';
import { checkKeys, checkOneOf, plainObjectCopy, told } from './check.ts';
import type { Condition, WorkflowCondition } from './conditions.ts';
import type { ContextExtractor, ContextExtractorSpec } from './context-extractor.ts';
import { contextExtractor } from './context-extractor.ts';
import type { JobOwner } from './drawn-job.ts';
import { DrawnJobHandle } from './drawn-job.ts';
import type { AIGraph, AINode, DataEdge, JobConfig, WorkflowLimits } from './graph.ts';
import { brandGraph } from './graph.ts';
import type { JobPolicy } from './job-policy.ts';
import { jobPolicy, jobPolicyKeys } from './job-policy.ts';
import type { JobBuilder } from './job.ts';
import { drawJob, isThenable } from './job.ts';
import { workflowLimits } from './limits.ts';
import { DatasetBook } from './operators.ts';
import { checkJobName, checkWorkflowName } from './reserved.ts';
import type { JobAction, JobRule, WorkflowAction, WorkflowRule } from './rules.ts';
import { workflowActions } from './rules.ts';
import type { DefinedJob, JobOptions, WorkflowBuilder } from './workflow-builder.ts';

/**
 * Draws a workflow. `workflows/<name>/<name>.ts` exports the result as its default. Mistakes throw at once, with
 * codes that begin with `define.`; that jobs wait for each other is found when the workflow is compiled, because the
 * YAML may give one of them a schedule.
 */
export function defineWorkflow(workflowName: string, build: (workflow: WorkflowBuilder) => void): AIGraph {
  const sketch = new WorkflowSketch(checkWorkflowName(workflowName));
  if (typeof build !== 'function') {
    throw new AIFlowError(
      'define.invalid_block',
      `workflow "${workflowName}" needs a function that draws it as its last argument`,
    );
  }
  const returned: unknown = build(sketch);
  return sketch.end(returned);
}

/** What the options of a job come to; `type` is null where they leave it to the processors. */
interface Configured extends JobPolicy {
  readonly type: string | null;
  readonly properties: JsonObject;
}

const unsaid: Configured = { type: null, properties: Object.freeze({}) };
const jobKeys = ['type', 'properties', ...jobPolicyKeys];

function configure(jobName: string, options: JobOptions<string>): Configured {
  const what = `job "${jobName}"`;
  checkKeys(options, jobKeys, what);
  const { type, properties = {} } = options;
  return {
    type: type === undefined ? null : checkName(`the type of ${what}:`, type),
    properties: plainObjectCopy(properties, `the properties of ${what}`),
    ...jobPolicy(options, what),
  };
}

class WorkflowSketch implements WorkflowBuilder, JobOwner {
  readonly workflowName: string;
  #ended = false;
  #drawing: string | null = null;
  #properties: JsonObject = {};
  #limits: WorkflowLimits = {};
  #extractor: ContextExtractor | null = null;
  readonly #jobs = new Map<string, JobConfig>();
  readonly #datasets = new DatasetBook();
  readonly #nodes: AINode[] = [];
  readonly #dataEdges: DataEdge[] = [];
  readonly #rules: JobRule[] = [];
  readonly #workflowRules: WorkflowRule[] = [];
  readonly #schedules: Schedule[] = [];
  readonly #jobSchedules = new Map<string, Schedule[]>();

  constructor(workflowName: string) {
    this.workflowName = workflowName;
  }

  job<const Type extends string = string>(
    jobName: string,
    ...rest: [(job: JobBuilder) => void] | [JobOptions<Type>, (job: JobBuilder<Type>) => void]
  ): DefinedJob {
    this.#checkOpen();
    checkJobName(jobName);
    this.#checkNew(jobName);
    const [options, build] = rest.length === 1 ? [null, rest[0]] : rest;
    if (typeof build !== 'function') {
      throw new AIFlowError(
        'define.invalid_block',
        `job "${jobName}" needs a function that draws it as its last argument`,
      );
    }
    const { type, ...config } = options === null ? unsaid : configure(jobName, options);
    this.#drawing = jobName;
    const { jobType, nodes, dataEdges } = drawJob(jobName, type, this.#datasets, build);
    this.#drawing = null;
    this.#jobs.set(jobName, Object.freeze({ jobName, jobType, ...config }));
    for (const node of nodes) this.#nodes.push(node);
    for (const edge of dataEdges) this.#dataEdges.push(edge);
    return new DrawnJobHandle(jobName, this);
  }

  properties(properties: JsonObject): void {
    this.#checkOpen();
    const own = plainObjectCopy(properties, `the properties of workflow "${this.workflowName}"`);
    this.#properties = { ...this.#properties, ...own };
  }

  schedule(spec: ScheduleSpec): void {
    this.#checkOpen();
    this.#schedules.push(told(`schedule() of workflow "${this.workflowName}"`, () => toSchedule(spec)));
  }

  startWhen(condition: WorkflowCondition): void {
    this.#addRule('startWhen()', 'START', condition);
  }

  stopWhen(condition: WorkflowCondition): void {
    this.#addRule('stopWhen()', 'STOP', condition);
  }

  when(condition: WorkflowCondition, action: WorkflowAction): void {
    const what = `the action of when() of workflow "${this.workflowName}"`;
    this.#addRule('when()', checkOneOf(action, workflowActions, what), condition);
  }

  extractContext(extractor: ContextExtractorSpec): void {
    this.#checkOpen();
    if (this.#extractor !== null) {
      throw new AIFlowError(
        'define.extractor_taken',
        `extractContext() of workflow "${this.workflowName}" was called twice: an event has one context extractor`,
      );
    }
    this.#extractor = contextExtractor(extractor, this.workflowName);
  }

  limit(limits: WorkflowLimits): void {
    this.#checkOpen();
    this.#limits = {
      ...this.#limits,
      ...workflowLimits(limits, `limit() of workflow "${this.workflowName}"`),
    };
  }

  /** Called by the jobs that were drawn. */
  addJobRule(call: string, jobName: string, action: JobAction, condition: Condition): void {
    this.#checkOpen();
    const what = `${call} of job "${jobName}"`;
    const { workflowName } = this;
    const checked = jobCondition(condition, { what, workflowName }, (name) => this.#jobs.has(name));
    this.#rules.push(Object.freeze({ jobName, action, condition: checked }));
  }

  addJobSchedule(jobName: string, spec: ScheduleSpec): void {
    this.#checkOpen();
    const schedule = told(`schedule() of job "${jobName}"`, () => toSchedule(spec));
    const schedules = this.#jobSchedules.get(jobName);
    if (schedules === undefined) this.#jobSchedules.set(jobName, [schedule]);
    else schedules.push(schedule);
  }

  end(returned: unknown): AIGraph {
    this.#ended = true;
    if (isThenable(returned)) {
      throw new AIFlowError(
        'define.async_block',
        `the block of workflow "${this.workflowName}" must not be async: draw everything before it returns`,
      );
    }
    if (this.#jobs.size === 0) {
      throw new AIFlowError(
        'define.empty_workflow',
        `workflow "${this.workflowName}" has no job: call workflow.job()`,
      );
    }
    for (const [jobName, schedules] of this.#jobSchedules) {
      const job = this.#jobs.get(jobName);
      if (job) this.#jobs.set(jobName, Object.freeze({ ...job, schedules: Object.freeze(schedules) }));
    }
    return brandGraph({
      workflowName: this.workflowName,
      properties: Object.freeze(this.#properties),
      jobs: Object.freeze([...this.#jobs.values()]),
      nodes: Object.freeze(this.#nodes),
      dataEdges: Object.freeze(this.#dataEdges),
      rules: Object.freeze(this.#rules),
      workflowRules: Object.freeze(this.#workflowRules),
      schedules: Object.freeze(this.#schedules),
      contextExtractor: this.#extractor,
      limits: Object.freeze(this.#limits),
    });
  }

  #addRule(call: string, action: WorkflowAction, condition: WorkflowCondition): void {
    this.#checkOpen();
    const { workflowName } = this;
    const what = `${call} of workflow "${workflowName}"`;
    const checked = workflowCondition(condition, { what, workflowName });
    this.#workflowRules.push(Object.freeze({ action, condition: checked }));
  }

  #checkNew(jobName: string): void {
    if (this.#drawing !== null) {
      throw new AIFlowError(
        'define.nested_job',
        `job "${jobName}" is drawn inside the block of job "${this.#drawing}": draw one job after the other`,
      );
    }
    if (this.#jobs.has(jobName)) {
      throw new AIFlowError(
        'define.name_taken',
        `workflow "${this.workflowName}" already has a job "${jobName}": give this one another name`,
      );
    }
  }

  #checkOpen(): void {
    if (!this.#ended) return;
    throw new AIFlowError(
      'define.block_ended',
      `workflow "${this.workflowName}" was changed after its block had ended: draw it inside the block`,
    );
  }
}
