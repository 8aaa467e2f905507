import type { Event, RuleState, Status } from '@aiflow/core';
import { applyEvent, isFinal } from '@aiflow/core';
import type { Graph } from './arbitraries.ts';

interface JobModel {
  status: Status | null;
  /** How many attempts may, and how many must, still begin. */
  mayBegin: number;
  mustBegin: number;
  isStopping: boolean;
  restarts: 'no' | 'perhaps' | 'yes';
}

/**
 * Goes through the events of an execution in which only rules acted, with every rule asked about every change. Gives
 * the attempts that began and no rule wanted, and those that a rule wanted and that did not begin.
 */
export function replay({ jobs, rules }: Graph, events: readonly Event[]): string[] {
  const wrong: string[] = [];
  const models = new Map(jobs.map((jobName) => [jobName, newModel()]));
  const states: (RuleState | null)[] = rules.map(() => null);
  const model = (jobName: string): JobModel => models.get(jobName) ?? newModel();
  const isOpen = ({ status, mustBegin }: JobModel): boolean =>
    mustBegin > 0 || (status !== null && !isFinal(status));

  for (const jobName of jobs) {
    if (!rules.some((rule) => rule.jobName === jobName && rule.action === 'START'))
      model(jobName).mustBegin = 1;
  }
  for (const event of events) {
    const status = event.value as Status;
    const changed = model(event.key);
    if (status === 'INIT') {
      if (changed.mustBegin + changed.mayBegin === 0) wrong.push(`${event.key} began, and no rule wanted it`);
      Object.assign(changed, { mustBegin: 0, mayBegin: 0, isStopping: false, restarts: 'no' });
    }
    changed.status = status;
    if (isFinal(status)) {
      if (changed.restarts === 'yes') changed.mustBegin = 1;
      if (changed.restarts === 'perhaps') changed.mayBegin = 1;
    }
    const decided = new Set<string>();
    for (const [index, rule] of rules.entries()) {
      const { fires, state } = applyEvent(rule, states[index] ?? null, event);
      states[index] = state;
      if (!fires || decided.has(rule.jobName)) continue;
      decided.add(rule.jobName);
      if (rule.action === 'NONE') continue;
      const target = model(rule.jobName);
      if (!isOpen(target)) {
        if (rule.action !== 'STOP') target.mustBegin = 1;
      } else if (rule.action === 'STOP') {
        Object.assign(target, { isStopping: true, restarts: 'no' });
      } else if (rule.action === 'RESTART' && !target.isStopping) {
        // An attempt that has no place yet is fresh and stays; from the events alone that cannot be told.
        const restarts = target.status === 'RUNNING' ? 'yes' : 'perhaps';
        Object.assign(target, { isStopping: restarts === 'yes', restarts });
      }
    }
  }
  for (const [jobName, { mustBegin }] of models) {
    if (mustBegin > 0) wrong.push(`${jobName} was to begin and did not`);
  }
  return wrong;
}

function newModel(): JobModel {
  return { status: null, mayBegin: 0, mustBegin: 0, isStopping: false, restarts: 'no' };
}
