import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, NewEvent } from '@aiflow/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Day } from '../station/days.ts';
import { columns } from '../station/days.ts';
import { Station, countWritten } from '../station/station.ts';

let directory: string;
let published: NewEvent[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aiflow-station-'));
  published = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a day is in the file before it is told, with the number by which it counts once', async () => {
  const seen: string[] = [];
  await new Station(directory).send(
    first,
    log(() => seen.push(file())),
  );
  expect(seen).toEqual([`${columns}\n${first.line}\n`]);
  expect(published).toEqual([
    {
      key: 'day',
      value: '{"date":"2012-01-14","precipitation":4.1,"temp_max":4.4,"temp_min":0.6,"wind":5.3}',
      eventType: 'snow',
      namespace: 'weather',
      sender: 'station',
      sequence: 1,
    },
  ]);
});

test('a day that was written and perhaps not told is told, and not written again', async () => {
  await new Station(directory).send(first, log());
  await new Station(directory).send(first, log());
  expect(file()).toBe(`${columns}\n${first.line}\n`);
  expect(published.map(({ sequence }) => sequence)).toEqual([1, 1]);
});

test('what was cut off in the middle of a line is written again', async () => {
  await new Station(directory).send(first, log());
  appendFileSync(join(directory, 'days.csv'), second.line.slice(0, 7));
  expect(countWritten(directory)).toBe(1);
  await new Station(directory).send(second, log());
  expect(file()).toBe(`${columns}\n${first.line}\n${second.line}\n`);
  expect(countWritten(directory)).toBe(2);
});

const first: Day = {
  number: 1,
  date: '2012-01-14',
  weather: 'snow',
  line: '2012-01-14,4.1,4.4,0.6,5.3,snow',
};
const second: Day = {
  number: 2,
  date: '2012-01-15',
  weather: 'snow',
  line: '2012-01-15,5.3,1.1,-3.3,3.2,snow',
};

function file(): string {
  return readFileSync(join(directory, 'days.csv'), 'utf8');
}

function log(onPublish: () => void = () => undefined): EventLog {
  const publish = async (events: readonly NewEvent[]): Promise<never[]> => {
    onPublish();
    published.push(...events);
    return [];
  };
  return { publish } as unknown as EventLog;
}
