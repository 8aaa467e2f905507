import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flink, startFlink, whereEngine } from '@aiflow-private/engines';
import { expect, test } from 'vitest';
import { flights, runFlights } from './run-flights.ts';

interface Figures {
  readonly hours: number;
  readonly worst: readonly string[];
  readonly parts: Readonly<Record<string, readonly [number, number]>>;
}

const readme = new URL('../README.md', import.meta.url);

whereEngine(flink, (home) => {
  test('SQL, Java and Python on one cluster come to the figures of plain Python', async () => {
    await using cluster = await startFlink(home, { gateway: true });
    const run = await runFlights(cluster);
    expect(run.output.jobs.map(({ job_name, status, error }) => [job_name, status, error])).toEqual(
      ['prepare', 'delays', 'worst', 'parts', 'report'].map((name) => [name, 'FINISHED', null]),
    );
    expect(run.exitCode).toBe(0);

    const figures = plainFigures();
    expect(run.job('prepare').values).toEqual({ flights: '200000' });
    expect(run.job('worst').values).toEqual({ flink: { accumulators: { hours: String(figures.hours) } } });
    expect(run.job('parts').values).toEqual({ hours: 'delays', parts: figures.parts });
    const report = run.logOf('report').trimEnd();
    expect(report.split('\n').slice(0, 3)).toEqual(figures.worst);
    const [, shown] = /ends with:\n\n```\n([\s\S]*?)\n```/.exec(readFileSync(readme, 'utf8')) ?? [];
    expect(report).toBe(shown);
  });
});

function plainFigures(): Figures {
  const script = fileURLToPath(new URL('figures.py', import.meta.url));
  return JSON.parse(execFileSync('python3', [script, flights], { encoding: 'utf8' })) as Figures;
}
