// Replays four years of Seattle's weather as events, with a clock that is moved on from day to day, and hosts the
// workflows of this project meanwhile: node replay.ts [--until DATE]. It goes on where the last one ended.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeProblem, isAIFlowError, messageOf } from '@aiflow/core';
import { readDays } from './station/days.ts';
import { replay } from './station/replay.ts';

const directory = import.meta.dirname;
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted: the next replay goes on from here')));

try {
  const { until = '9999-12-31' } = parseArgs({ options: { until: { type: 'string' } } }).values;
  if (!/^\d{4}-\d\d-\d\d$/.test(until))
    throw new Error(`--until takes a date such as 2013-06-30, not ${until}`);
  const days = readDays(join(directory, 'station/seattle-weather.csv'));
  const { signal } = interrupted;
  const isWell = await replay({ directory, days, until, signal, print: (line) => console.log(line) });
  process.exitCode = isWell ? 0 : 1;
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 2;
  const problems = isAIFlowError(error) ? error.problems.map(describeProblem) : [];
  for (const line of problems.length > 0 ? problems : [messageOf(error)]) console.error(line);
}
