import type { Condition } from '@aiflow/core';
import { isFinal } from '@aiflow/core';
import type { Runs } from './runs.ts';

/** How often a condition must at least, and may at most, have come to be met. */
export interface Firings {
  readonly least: 0 | 1;
  readonly most: number;
  /** Whether the ends that stand meet it, in whatever order they came. */
  readonly stands: boolean;
}

/** Of a condition that looks at the ends of jobs alone; null for one that looks at something else. */
export function firingsOf(condition: Condition, runs: ReadonlyMap<string, Runs>): Firings | null {
  switch (condition.kind) {
    case 'event':
      return null;
    case 'job_status': {
      const { jobName, status } = condition;
      const of = runs.get(jobName);
      if (!isFinal(status) || of === undefined) return null;
      const most = of.ends[status];
      return { least: most > 0 ? 1 : 0, most, stands: of.last === status };
    }
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => firingsOf(part, runs)).filter((part) => part !== null);
      if (parts.length < condition.of.length) return null;
      const mosts = parts.map(({ most }) => most);
      if (condition.kind === 'all') {
        const stands = parts.every((part) => part.stands);
        return { least: stands ? 1 : 0, most: Math.min(...mosts), stands };
      }
      const least = parts.some((part) => part.least === 1) ? 1 : 0;
      return {
        least,
        most: mosts.reduce((sum, most) => sum + most, 0),
        stands: parts.some((part) => part.stands),
      };
    }
  }
}
