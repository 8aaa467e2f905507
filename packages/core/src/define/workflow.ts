import { AIFlowError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { findNonJson, frozenCopy, isJsonObject } from '../json.ts';
import { checkName } from '../names.ts';
import { checkKeys } from './check.ts';
import type { Condition, JobReference } from './conditions.ts';
import { isCondition, jobsOf } from './conditions.ts';
import { findRuleCycle } from './cycle.ts';
import type { AIGraph, AINode, DataEdge, JobConfig } from './graph.ts';
import { brandGraph } from './graph.ts';
import type { PropertiesOf } from './job-types.ts';
import type { JobBuilder } from './job.ts';
import { drawJob, isThenable } from './job.ts';
import type { JobAction, JobRule } from './rules.ts';

export interface JobOptions<Type extends string> {
  /** Which plugin runs the job. Without it the job's processors say. */
  readonly type: Type;
  /** The plugin's configuration; what the workflow's YAML says for the same key wins. */
  readonly properties?: PropertiesOf<Type>;
}

/** A job that has been drawn: what rules refer to, and where its own rules are set. */
export interface DefinedJob extends JobReference {
  /** Starts the job when the condition is met; with several, any of them. A job without one starts with the workflow. */
  startWhen(condition: Condition): DefinedJob;
  /** Stops the job when the condition is met. */
  stopWhen(condition: Condition): DefinedJob;
  /** Stops the job if it runs and starts it again when the condition is met. */
  restartWhen(condition: Condition): DefinedJob;
}

/** Draws a workflow; only within the block that it was given to. */
export interface WorkflowBuilder {
  readonly workflowName: string;
  /** Adds a job. Throws `define.name_taken`, `define.nested_job` or `define.empty_job`, and what `JobBuilder.node` throws. */
  job(jobName: string, build: (job: JobBuilder) => void): DefinedJob;
  job<const Type extends string>(
    jobName: string,
    options: JobOptions<Type>,
    build: (job: JobBuilder<Type>) => void,
  ): DefinedJob;
  /** Merges into the properties that the workflow carries. */
  properties(properties: JsonObject): void;
}

/**
 * Draws a workflow. `workflows/<name>/<name>.ts` exports the result as its default. Mistakes throw at once, with
 * codes that begin with `define.`; rules by which a job could never start are found at the end
 * (`define.cycle`, naming the path).
 */
export function defineWorkflow(workflowName: string, build: (workflow: WorkflowBuilder) => void): AIGraph {
  if (reserved.includes(checkName('workflow', workflowName))) {
    throw new AIFlowError(
      'name.invalid',
      `workflow name "${workflowName}" is taken: a job finds its workflow's files under that name, beside ${reserved.join(', ')}`,
    );
  }
  const sketch = new WorkflowSketch(workflowName);
  if (typeof build !== 'function') {
    throw new AIFlowError(
      'define.invalid_block',
      `workflow "${workflowName}" needs a function that draws it as its last argument`,
    );
  }
  const returned: unknown = build(sketch);
  return sketch.end(returned);
}

/** What else stands in a job's working directory. */
const reserved: readonly string[] = ['resources', 'dependencies', 'generated', 'project.yaml'];

class WorkflowSketch implements WorkflowBuilder {
  readonly workflowName: string;
  #ended = false;
  #drawing: string | null = null;
  #properties: JsonObject = {};
  readonly #jobs = new Map<string, JobConfig>();
  readonly #nodes: AINode[] = [];
  readonly #dataEdges: DataEdge[] = [];
  readonly #rules: JobRule[] = [];

  constructor(workflowName: string) {
    this.workflowName = workflowName;
  }

  job<const Type extends string>(
    jobName: string,
    ...rest: [(job: JobBuilder) => void] | [JobOptions<Type>, (job: JobBuilder<Type>) => void]
  ): DefinedJob {
    this.#checkOpen();
    checkName('job', jobName);
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
    const [options, build] = rest.length === 1 ? [null, rest[0]] : rest;
    if (typeof build !== 'function') {
      throw new AIFlowError(
        'define.invalid_block',
        `job "${jobName}" needs a function that draws it as its last argument`,
      );
    }
    checkKeys(options ?? {}, ['type', 'properties'], `job "${jobName}"`);
    const properties = plainObject(options?.properties ?? {}, `the properties of job "${jobName}"`);
    this.#drawing = jobName;
    const drawn = drawJob(jobName, options?.type ?? null, build);
    this.#drawing = null;
    this.#jobs.set(jobName, Object.freeze({ jobName, jobType: drawn.jobType, properties }));
    for (const node of drawn.nodes) this.#nodes.push(node);
    for (const edge of drawn.dataEdges) this.#dataEdges.push(edge);
    return this.#defined(jobName);
  }

  properties(properties: JsonObject): void {
    this.#checkOpen();
    this.#properties = { ...this.#properties, ...plainObject(properties, 'the workflow properties') };
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
    const cycle = findRuleCycle([...this.#jobs.keys()], this.#rules);
    if (cycle !== null) {
      throw new AIFlowError(
        'define.cycle',
        `these jobs wait for each other and could never start: ${cycle.join(' → ')}`,
        { context: { path: cycle } },
      );
    }
    return brandGraph({
      workflowName: this.workflowName,
      properties: Object.freeze(this.#properties),
      jobs: Object.freeze([...this.#jobs.values()]),
      nodes: Object.freeze(this.#nodes),
      dataEdges: Object.freeze(this.#dataEdges),
      rules: Object.freeze(this.#rules),
      workflowRules: [],
      schedules: [],
      contextExtractor: null,
      limits: {},
    });
  }

  #defined(jobName: string): DefinedJob {
    const rule =
      (action: JobAction) =>
      (condition: Condition): DefinedJob => {
        this.#checkOpen();
        this.#checkCondition(jobName, action, condition);
        this.#rules.push(frozenCopy({ jobName, action, condition }));
        return defined;
      };
    const defined: DefinedJob = Object.freeze({
      jobName,
      startWhen: rule('START'),
      stopWhen: rule('STOP'),
      restartWhen: rule('RESTART'),
    });
    return defined;
  }

  #checkCondition(jobName: string, action: JobAction, condition: Condition): void {
    const verb = action.toLowerCase();
    if (!isCondition(condition)) {
      throw new AIFlowError(
        'define.invalid_rule',
        `${verb}When() of job "${jobName}" needs a condition, such as finished(otherJob) or all(…) with at least one`,
      );
    }
    for (const other of jobsOf(condition)) {
      if (!this.#jobs.has(other)) {
        throw new AIFlowError(
          'define.unknown_job',
          `${verb}When() of job "${jobName}" names job "${other}", which workflow "${this.workflowName}" does not have`,
        );
      }
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

function plainObject(value: object, what: string): JsonObject {
  const notPlain = isJsonObject(value) ? findNonJson(value) : 'value';
  if (notPlain !== null) {
    throw new AIFlowError(
      'define.not_plain',
      `${what} must be an object of plain JSON, and ${notPlain} is not`,
    );
  }
  return frozenCopy(value) as JsonObject;
}
