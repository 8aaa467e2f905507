import * as v from 'valibot';
import { isAIFlowError } from '../../errors.ts';
import type { ScheduleSpec } from '../../schedule/schedule-spec.ts';
import { toSchedule } from '../../schedule/schedule-spec.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import type { Maybe, Part, Said } from './parts.ts';
import { duration, said, text } from './parts.ts';

/** One `periodic_config`, as it is written. */
export interface PeriodicKeys {
  readonly cron?: Maybe<string>;
  readonly interval?: Maybe<number | string>;
  readonly timezone?: Maybe<string>;
  readonly start_date?: Maybe<string>;
  readonly missed_ticks?: Maybe<string>;
}

/** The keys of YAML, by the option of a schedule in code. */
const keyOf: Readonly<Record<string, string>> = {
  startDate: 'start_date',
  missedTicks: 'missed_ticks',
};

const one: Part<PeriodicKeys> = v.pipe(
  v.strictObject({
    cron: said(
      text,
      'When it comes round: 5 fields (minute hour day month weekday), 6 with seconds first, or 7 with a year last.',
      { examples: ['0 6 * * MON-FRI', '0 */5 * * * * *'] },
    ),
    interval: said(duration, 'How long it takes from one tick to the next.', {
      examples: ['15m', '0,0,1,0', 60],
    }),
    timezone: said(
      text,
      'The time zone of the cron expression and of a start date without one, by its IANA name.',
      {
        default: 'UTC',
        examples: ['Europe/Paris'],
      },
    ),
    start_date: said(
      text,
      'No tick comes before it: ISO 8601, or year,month,day,hour,minute,second with or without a time zone behind.',
      { examples: ['2026-01-31T06:00:00+01:00', '2026,1,31,6,0,0,'] },
    ),
    missed_ticks: said(
      v.picklist(['latest', 'all', 'none']),
      'What becomes of ticks that came while nobody looked.',
      { default: 'latest' },
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.issues !== undefined) return;
    for (const { key, message } of faultsOf(dataset.value)) {
      const value: unknown = key === null ? undefined : Reflect.get(dataset.value, key);
      const at = { type: 'object', origin: 'value', input: dataset.value, key: key ?? '', value } as const;
      addIssue({ message, ...(key !== null && { path: [at] }) });
    }
  }),
  v.metadata({ oneOf: [{ required: ['cron'] }, { required: ['interval'] }] }),
);

export const periodic: Said<PeriodicKeys | PeriodicKeys[]> = said(
  v.union([one, v.array(one)]),
  'When it comes round by itself: by cron or by interval, or a list of such.',
);

/** What stands in for a value that is wrong, so that the next one can be looked at. */
const sound: Readonly<Record<string, unknown>> = { cron: '* * * * *', interval: '1h' };

/** All that is wrong, each with the key that is to blame; null where no single one is. */
function faultsOf(keys: PeriodicKeys): { readonly key: string | null; readonly message: string }[] {
  const faults: { key: string | null; message: string }[] = [];
  let fault = firstFault(keys);
  // A key is blamed once: what stands in for its value is right.
  for (let rest = keys; fault !== null; fault = firstFault(rest)) {
    const { key } = fault;
    if (faults.some((before) => before.key === key)) break;
    faults.push(fault);
    if (key === null) break;
    rest = { ...rest, [key]: sound[key] ?? null };
  }
  return faults;
}

function firstFault(keys: PeriodicKeys): { readonly key: string | null; readonly message: string } | null {
  try {
    scheduleOf(keys);
    return null;
  } catch (error) {
    if (!isAIFlowError(error)) throw error;
    const blamed = error.context['key'];
    const key = typeof blamed === 'string' ? (keyOf[blamed] ?? blamed) : null;
    const value: unknown = key === null ? undefined : Reflect.get(keys, key);
    const message = withoutValue(error.message, value).replaceAll(
      /\b(?:startDate|missedTicks)\b/g,
      (word) => keyOf[word] ?? word,
    );
    return { key, message };
  }
}

/** The message of an error without the value that it shows: messages about files show no texts. */
function withoutValue(message: string, value: unknown): string {
  if (typeof value !== 'string') return message;
  const shown = JSON.stringify(value.slice(0, 60));
  return message.replace(`, not ${shown}`, '').replace(`${shown} `, '').replace(` ${shown}`, '');
}

/** The schedules that `periodic_config` says; null when it is not there. */
export function schedulesOf(
  config: Maybe<PeriodicKeys | readonly PeriodicKeys[]>,
): readonly Schedule[] | null {
  if (config === null || config === undefined) return null;
  return (isList(config) ? config : [config]).map(scheduleOf);
}

function isList(config: PeriodicKeys | readonly PeriodicKeys[]): config is readonly PeriodicKeys[] {
  return Array.isArray(config);
}

function scheduleOf(keys: PeriodicKeys): Schedule {
  const { cron, interval, timezone, start_date: startDate, missed_ticks: missedTicks } = keys;
  // What is not said is null, and toSchedule looks at everything itself.
  return toSchedule({ cron, interval, timezone, startDate, missedTicks } as unknown as ScheduleSpec);
}
