import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, Scheduler } from '@aiflow/core';
import { isJsonObject } from '@aiflow/core';
import type { Ended, Tally } from './tally.ts';

/** What an execution came to, in a line for people; null when there is nothing to say of it. */
export async function lineOf(ended: Ended, scheduler: Scheduler, place: string): Promise<string | null> {
  const execution = await scheduler.getWorkflowExecution(ended.executionId);
  const job = (await scheduler.listJobExecutions(ended.executionId))?.at(-1);
  if (ended.status !== 'FINISHED') {
    const why = job?.error?.message ?? 'no job has an error';
    return `${ended.workflow} ${ended.status}: ${why} (${job?.logDir ?? ended.executionId})`;
  }
  switch (ended.workflow) {
    case 'climate':
      return climateLine(job?.values['months'], place);
    case 'forecast':
      return forecastLine(job?.values['judged']);
    case 'deploy':
      return `deployed: forecast ${execution?.context}`;
    case 'alerts':
      return alertLine(job?.values['outlook']);
  }
}

/** What came of all days. */
export function summaryOf({ days, ended }: Tally): string {
  const count = (name: string): number => ended.filter(({ workflow }) => workflow === name).length;
  return (
    `${days} days: ${count('climate')} months, ${count('forecast')} forecasts, ${count('deploy')} of them deployed, ` +
    `${count('alerts')} days of snow`
  );
}

/** A line for each year of which the last month is new. */
function climateLine(newMonths: Json | undefined, place: string): string | null {
  const months = typeof newMonths === 'string' ? newMonths.split(' ') : [];
  const years = months.flatMap((month) => (month.endsWith('-12') ? month.slice(0, 4) : []));
  const rows = readFileSync(join(place, 'months.csv'), 'utf8').trimEnd().split('\n').slice(1);
  const lines = years.map((year) => {
    const own = rows.filter((row) => row.startsWith(`${year}-`)).map((row) => row.split(',').map(Number));
    const sum = (column: number): number => own.reduce((total, row) => total + (row[column] ?? 0), 0);
    return `${year}: ${sum(2).toFixed(0)} mm of rain, ${sum(5)} nights of frost`;
  });
  return lines.length === 0 ? null : lines.join('; ');
}

function forecastLine(judged: Json | undefined): string {
  const { nights, error, persistence, deployed } = members(judged);
  const old = deployed === null ? '' : `, deployed ${number(deployed, 3)}`;
  return (
    `forecast off by ${number(error, 3)} °C on ${number(nights, 0)} unseen nights ` +
    `(persistence ${number(persistence, 3)}${old})`
  );
}

function alertLine(outlook: Json | undefined): string | null {
  const { version, expected, warning } = members(outlook);
  if (version === null) return null;
  return `snow, ${number(expected, 1)} °C expected for the night: ${warning === true ? 'FROST WARNING' : 'no warning'}`;
}

function members(value: Json | undefined): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : {};
}

function number(value: Json | undefined, digits: number): string {
  return Number(value).toFixed(digits);
}
