import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endsMonth, readDays } from '../station/days.ts';

const file = join(import.meta.dirname, '../station/seattle-weather.csv');

test('the data is the file that vega-datasets publishes, byte for byte', () => {
  const published = new URL('../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url);
  expect(readFileSync(file).equals(readFileSync(published))).toBe(true);
});

test('it has four whole years', () => {
  const days = readDays(file);
  expect([days.length, days[0]?.date, days.at(-1)?.date]).toEqual([1461, '2012-01-01', '2015-12-31']);
  expect(days.filter(endsMonth)).toHaveLength(48);
  expect(days.filter(endsMonth)[1]?.date).toBe('2012-02-29');
});

test.each([
  ['another head', 'date,', 'day,', ':1: expected the columns'],
  ['a measure in words', '2012-01-03,0.8', '2012-01-03,little', ':4: expected a day as'],
  ['a column that is missing', '2012-01-03,0.8,', '2012-01-03,', ':4: expected a day as'],
  ['a day that is missing', /2012-01-03.*\n/, '', ':4: expected the day after 2012-01-02, found 2012-01-04'],
  ['a date that is none', '2012-01-03', '2012-13-03', ':4: expected the day after 2012-01-02'],
])('%s is told with its line', (_, found, damaged, message) => {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-weather-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const copy = join(directory, 'days.csv');
  cpSync(file, copy);
  writeFileSync(copy, readFileSync(copy, 'utf8').replace(found, damaged));
  expect(() => readDays(copy)).toThrow(`${copy}${message}`);
});
