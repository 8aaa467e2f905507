import type { ScheduleSpec } from '../schedule/schedule-spec.ts';
import { checkOneOf } from './check.ts';
import type { Condition } from './conditions.ts';
import type { JobAction } from './rules.ts';
import { jobActions } from './rules.ts';
import type { DefinedJob } from './workflow-builder.ts';

/** The workflow that a job was drawn in: what is said of the job goes there. `call` is how it was said. */
export interface JobOwner {
  addJobRule(call: string, jobName: string, action: JobAction, condition: Condition): void;
  addJobSchedule(jobName: string, spec: ScheduleSpec): void;
}

/** One of a class rather than an object of functions: a workflow may have 100,000. */
export class DrawnJobHandle implements DefinedJob {
  readonly jobName: string;
  readonly #owner: JobOwner;

  constructor(jobName: string, owner: JobOwner) {
    this.jobName = jobName;
    this.#owner = owner;
    Object.freeze(this);
  }

  startWhen(condition: Condition): DefinedJob {
    return this.#add('startWhen()', 'START', condition);
  }

  stopWhen(condition: Condition): DefinedJob {
    return this.#add('stopWhen()', 'STOP', condition);
  }

  restartWhen(condition: Condition): DefinedJob {
    return this.#add('restartWhen()', 'RESTART', condition);
  }

  when(condition: Condition, action: JobAction): DefinedJob {
    const what = `the action of when() of job "${this.jobName}"`;
    return this.#add('when()', checkOneOf(action, jobActions, what), condition);
  }

  schedule(spec: ScheduleSpec): DefinedJob {
    this.#owner.addJobSchedule(this.jobName, spec);
    return this;
  }

  #add(call: string, action: JobAction, condition: Condition): DefinedJob {
    this.#owner.addJobRule(call, this.jobName, action, condition);
    return this;
  }
}
