import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The same figures as the jobs give, worked out anew from the data alone, and in another way where there is one. */

interface Row {
  readonly date: string;
  readonly rain: number;
  readonly high: number;
  readonly low: number;
  readonly wind: number;
  readonly weather: string;
}

const file = join(import.meta.dirname, '../station/seattle-weather.csv');
const rows: readonly Row[] = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [date = '', rain, high, low, wind, weather = ''] = line.split(',');
    return { date, rain: Number(rain), high: Number(high), low: Number(low), wind: Number(wind), weather };
  });

/** The days up to a date. */
function upTo(date: string): readonly Row[] {
  return rows.filter((row) => row.date <= date);
}

/** The lines that months.csv should have, as numbers behind the month, when all months up to a date are over. */
export function monthsUpTo(date: string): readonly (readonly [string, ...number[]])[] {
  return [...Map.groupBy(upTo(date), (row) => row.date.slice(0, 7))].map(([month, days]) => [
    month,
    days.length,
    sum(days.map((day) => day.rain)),
    sum(days.map((day) => day.high)) / days.length,
    sum(days.map((day) => day.low)) / days.length,
    days.filter((day) => day.low <= 0).length,
  ]);
}

/** The dates up to one on which there is snow. */
export function snowUpTo(date: string): readonly string[] {
  return upTo(date)
    .filter((row) => row.weather === 'snow')
    .map((row) => row.date);
}

export interface Judged {
  readonly version: string;
  readonly error: number;
  readonly persistence: number;
  readonly deployed: number | null;
  readonly isBetter: boolean;
  readonly weights: readonly number[];
}

/** Every version of the forecast up to a date: one for each quarter from the end of the first year on. */
export function versionsUpTo(date: string): readonly Judged[] {
  const quarters = rows
    .map((row) => row.date)
    .filter((end) => /(03-31|06-30|09-30|12-31)$/.test(end) && end >= '2012-12-31' && end <= date);
  const judged: Judged[] = [];
  for (const version of quarters) {
    const year = Number(version.slice(0, 4));
    const first = `${year}-${String(Number(version.slice(5, 7)) - 2).padStart(2, '0')}-01`;
    const nights = rows.slice(1).map((after, index) => ({ day: rows[index] ?? after, after }));
    const seen = nights.filter(({ after }) => after.date < first);
    const unseen = nights.filter(({ after }) => after.date >= first && after.date <= version);
    const meanError = (guess: (day: Row) => number): number =>
      sum(unseen.map(({ day, after }) => Math.abs(guess(day) - after.low))) / unseen.length;
    const weights = leastSquares(
      seen.map(({ day }) => terms(day)),
      seen.map(({ after }) => after.low),
    );
    const error = meanError((day) => dot(weights, terms(day)));
    const persistence = meanError((day) => day.low);
    const old = judged.findLast(({ isBetter }) => isBetter);
    const deployed = old === undefined ? null : meanError((day) => dot(old.weights, terms(day)));
    const isBetter = error < persistence && (deployed === null || error < deployed);
    judged.push({ version, error, persistence, deployed, isBetter, weights });
  }
  return judged;
}

/** What a version expects of the night after a day. */
export function expectedBy({ weights }: Judged, date: string): number {
  const day = rows.find((row) => row.date === date);
  if (day === undefined) throw new Error(`no day ${date}`);
  return dot(weights, terms(day));
}

function terms({ date, rain, high, low, wind }: Row): number[] {
  const dayOfYear = (Date.parse(date) - Date.UTC(Number(date.slice(0, 4)), 0, 0)) / 86_400_000;
  const angle = (2 * Math.PI * dayOfYear) / 365.25;
  return [1, low, high, wind, Math.log1p(rain), Math.sin(angle), Math.cos(angle)];
}

/** By QR (modified Gram-Schmidt), where the job solves the normal equations. */
function leastSquares(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const columns = (matrix[0] ?? []).map((_, index) => matrix.map((row) => row[index] ?? 0));
  const basis: number[][] = [];
  const upper: number[][] = [];
  for (const column of columns) {
    let rest = column;
    const above = basis.map((unit) => {
      const share = dot(unit, rest);
      rest = rest.map((value, index) => value - share * (unit[index] ?? 0));
      return share;
    });
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
    upper.push([...above, length]);
  }
  const weights = columns.map(() => 0);
  for (let row = columns.length - 1; row >= 0; row -= 1) {
    const known = sum(
      upper.slice(row + 1).map((above, index) => (above[row] ?? 0) * (weights[row + 1 + index] ?? 0)),
    );
    weights[row] = (dot(basis[row] ?? [], right) - known) / (upper[row]?.[row] ?? 1);
  }
  return weights;
}

function dot(left: readonly number[], right: readonly number[]): number {
  return sum(left.map((value, index) => value * (right[index] ?? 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
