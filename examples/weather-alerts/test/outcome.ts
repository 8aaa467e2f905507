import type { Event, WorkflowExecutionInfo } from '@aiflow/core';
import { expect } from 'vitest';
import { expectedBy, monthsUpTo, snowUpTo, versionsUpTo } from './oracle.ts';
import type { ReplayCopy } from './run-replay.ts';

/** Holds what a replay came to, up to a date on which a month ends, against what the data says. */
export async function expectOutcome(copy: ReplayCopy, until: string): Promise<void> {
  const versions = versionsUpTo(until);
  const better = versions.filter(({ isBetter }) => isBetter).map(({ version }) => version);
  const snow = snowUpTo(until);

  // The figures of the months.
  const [head, ...lines] = copy.file('months.csv').trimEnd().split('\n');
  expect(head).toBe('month,days,precipitation,temp_max,temp_min,frosts');
  const months = monthsUpTo(until);
  expect(lines.map((line) => line.slice(0, 7))).toEqual(months.map(([month]) => month));
  for (const [index, [month, ...figures]] of months.entries()) {
    const found = lines[index]?.split(',').slice(1).map(Number) ?? [];
    expect(found, month).toHaveLength(figures.length);
    for (const [place, figure] of figures.entries()) expect(found[place], month).toBeCloseTo(figure, 1);
  }

  // The forecasts, and which of them was better than what was there.
  for (const { version, error, persistence, deployed, weights } of versions) {
    const found = JSON.parse(copy.file(`models/${version}.json`)) as Readonly<Record<string, unknown>>;
    expect(found['error'], version).toBeCloseTo(error, 6);
    expect(found['persistence'], version).toBeCloseTo(persistence, 6);
    if (deployed === null) expect(found['deployed']).toBe(null);
    else expect(found['deployed'], version).toBeCloseTo(deployed, 6);
    const own = Object.values(found['weights'] as Readonly<Record<string, number>>);
    for (const [place, weight] of weights.entries()) expect(own[place], version).toBeCloseTo(weight, 5);
  }
  const last = better.at(-1);
  if (last !== undefined) expect(copy.file('deployed.json')).toBe(copy.file(`models/${last}.json`));

  await copy.look(async (scheduler, events) => {
    // Each day was told once, in order, and each event by what it stands for.
    const days = events.filter(({ sender }) => sender === 'station');
    const dates = days.map(({ value }) => (JSON.parse(value) as { readonly date: string }).date);
    expect(dates).toEqual([...new Set(dates)].toSorted());
    expect(dates.at(-1)).toBe(until);
    expect(valuesOf(events, 'enough_days').filter((date) => date >= '2012-12-31')).toEqual(
      versions.map(({ version }) => version),
    );
    expect(valuesOf(events, 'whole_year')).toEqual(until < '2012-12-31' ? [] : ['2012-12-31']);
    expect(valuesOf(events, 'night', 'MODEL_GENERATED')).toEqual(versions.map(({ version }) => version));
    expect(valuesOf(events, 'night', 'MODEL_VALIDATED')).toEqual(better);
    expect(valuesOf(events, 'night', 'MODEL_DEPLOYED')).toEqual(better);
    expect(valuesOf(events, 'frost_warning')).toEqual(
      snow.filter((date) => {
        const version = versions.findLast((each) => each.isBetter && each.version < date);
        return version !== undefined && expectedBy(version, date) <= version.error;
      }),
    );

    // Nothing is lost, and nothing was done twice: an execution for each, one attempt in it, all well.
    const executions = async (name: string): Promise<readonly WorkflowExecutionInfo[]> =>
      (await scheduler.listWorkflowExecutions('weather-alerts', name, { limit: 1000 })).toReversed();
    expect(await executions('climate')).toHaveLength(months.length);
    expect(await executions('forecast')).toHaveLength(versions.length);
    expect((await executions('deploy')).map(({ context }) => context)).toEqual(better);
    expect((await executions('alerts')).map(({ context }) => context)).toEqual(snow);
    for (const name of ['climate', 'forecast', 'deploy', 'alerts']) {
      for (const { workflowExecutionId: id, status } of await executions(name)) {
        expect([name, status]).toEqual([name, 'FINISHED']);
        const attempts = (await scheduler.listJobExecutions(id)) ?? [];
        expect(attempts.map((attempt) => [attempt.attemptNumber, attempt.status])).toEqual([[1, 'FINISHED']]);
      }
    }
  });
}

function valuesOf(events: readonly Event[], key: string, eventType = 'UNDEFINED'): readonly string[] {
  return events
    .filter((event) => event.namespace === 'weather' && event.key === key && event.eventType === eventType)
    .map(({ value }) => value);
}
