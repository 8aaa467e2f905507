import { readFileSync } from 'node:fs';
import type { NewEvent } from '@aiflow/core';
import { dayKey, namespace } from '../weather.ts';

/** One line of the data. */
export interface Day {
  /** Which day of the data it is, from 1. */
  readonly number: number;
  readonly date: string;
  readonly weather: string;
  /** The line as it stands in the file. */
  readonly line: string;
}

export const columns = 'date,precipitation,temp_max,temp_min,wind,weather';
const dayLength = 24 * 60 * 60 * 1000;

/** Reads the data. Throws what is wrong with it, with file and line. */
export function readDays(file: string): Day[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  if (head !== columns) throw new Error(`${file}:1: expected the columns ${columns}, found ${head}`);
  return lines.map((line, index) => {
    const [date = '', ...measured] = line.split(',');
    const weather = measured.pop() ?? '';
    const isWhole = measured.length === 4 && measured.every((text) => /^-?\d+(\.\d+)?$/.test(text));
    if (!isWhole || !/^\w+$/.test(weather)) {
      throw new Error(`${file}:${index + 2}: expected a day as ${columns}, found ${line}`);
    }
    const before = lines[index - 1]?.split(',')[0];
    if (Number.isNaN(Date.parse(date)) || (before !== undefined && endOf(before) !== Date.parse(date))) {
      throw new Error(`${file}:${index + 2}: expected the day after ${before}, found ${date}`);
    }
    return { number: index + 1, date, weather, line };
  });
}

/** What tells of a day: of the station with this number, so that it counts once however often it is sent. */
export function eventOf({ number, date, weather, line }: Day): NewEvent {
  const [, ...measured] = line.split(',');
  const [precipitation, temp_max, temp_min, wind] = measured.map(Number);
  return {
    key: dayKey,
    value: JSON.stringify({ date, precipitation, temp_max, temp_min, wind }),
    eventType: weather,
    namespace,
    sender: 'station',
    sequence: number,
  };
}

/** The midnight at which a day is over. */
export function endOf(date: string): number {
  return Date.parse(date) + dayLength;
}

export function endsMonth({ date }: Pick<Day, 'date'>): boolean {
  return new Date(endOf(date)).getUTCDate() === 1;
}
