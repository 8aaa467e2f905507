import { describe, expect, test } from 'vitest';
import { runPenguins } from './run-penguins.ts';

const jobNames = ['check', 'clean', 'train', 'report'];

test('four jobs in a row tell penguins apart, and the report says how well', async () => {
  const run = await runPenguins();
  expect(run.exitCode).toBe(0);
  expect(run.output.status).toBe('FINISHED');
  expect(run.output.jobs.map(({ job_name, status }) => [job_name, status])).toEqual(
    jobNames.map((name) => [name, 'FINISHED']),
  );
  const started = jobNames.map((name) => Date.parse(String(run.job(name).start_date)));
  expect(started).toEqual(started.toSorted((a, b) => a - b));

  // 11 of the 344 rows lack a value.
  expect(run.job('clean').values['kept']).toEqual('333');

  // The accuracy that the report ends with is the one that its own table shows, and its table that of the predictions.
  const report = run.logOf('report').trimEnd().split('\n');
  const table = tableOf(report);
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  const right = table.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  expect(total).toBe(100);
  expect(Number(report.at(-1))).toBeCloseTo(right / total, 4);
  expect(right / total).toBeGreaterThan(0.9);
  expect(Object.values(run.job('report').values)).toEqual([report.at(-1)]);

  const [header = '', ...rows] = run.fileOf('predictions.csv').trimEnd().split('\n');
  const columns = header.split(',');
  const calledRightly = rows
    .map((row) => row.split(','))
    .filter((row) => row[columns.indexOf('species')] === row[columns.indexOf('predicted')]);
  expect([calledRightly.length, rows.length]).toEqual([right, total]);

  // A mark for each of the 333 penguins, one for each judged, a ring for each mistake, and the legend.
  const picture = run.fileOf('penguins.svg');
  expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(picture.match(/fill-opacity="0.22"/g)).toHaveLength(333);
  expect(picture.match(/<title>called /g)).toHaveLength(100);
  expect((picture.match(/class="ring" /g) ?? []).length).toBe(total - right + (right < total ? 1 : 0));
});

describe('damaged data makes the right job fail, and those behind it do not start', () => {
  test.each([
    ['JSON that ends in the middle', 'check', (text: string) => text.slice(0, 30_000), 'is not JSON'],
    [
      'a row that is missing',
      'check',
      (text: string) => text.replace(/\{[^}]*\},/, ''),
      'expected a list of 344 rows, found 343',
    ],
    [
      'a measure in words',
      'check',
      (text: string) => text.replace('39.1', '"about 39"'),
      "row 1: Beak Length (mm) is 'about 39'",
    ],
    [
      'a species that is misspelt',
      'train',
      (text: string) => text.replace('"Gentoo"', '"Gentu"'),
      "'Gentu' is not one of",
    ],
  ])('%s: %s', async (_, culprit, damage, reason) => {
    const run = await runPenguins(damage);
    expect(run.exitCode).toBe(1);
    expect(run.output.status).toBe('FAILED');
    const at = jobNames.indexOf(culprit);
    for (const [index, name] of jobNames.entries()) {
      const { status, start_date } = run.job(name);
      expect([name, status]).toEqual([name, index < at ? 'FINISHED' : index === at ? 'FAILED' : status]);
      expect([name, start_date === null]).toEqual([name, index > at]);
    }
    expect(run.logOf(culprit, 'stderr.log')).toContain(reason);
  });

  test('a failure in Python is told by file and line', async () => {
    const run = await runPenguins((text) => text.replace('"Gentoo"', '"Gentu"'));
    expect(run.job('train').error).toMatchObject({ code: 'python.exception' });
    expect(run.job('train').error?.message).toMatch(
      /^workflows\/penguins\/penguins\.py:\d+: ValueError: penguins\.csv:\d+: 'Gentu'/,
    );
  });
});

/** The confusion table of the report as numbers: the lines behind the head, without their names. */
function tableOf(report: readonly string[]): number[][] {
  const head = report.findIndex((line) => line.startsWith('is / called'));
  return report.slice(head + 1, head + 4).map((line) => line.trim().split(/\s+/).slice(1).map(Number));
}
