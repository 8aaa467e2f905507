import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCycle } from '../../src/define/cycle.ts';
import type { Channel, Condition, DefinedJob, JobBuilder, WorkflowBuilder } from '../../src/index.ts';
import { all, any, dataset, defineWorkflow, event, finished, isAIFlowError } from '../../src/index.ts';
import { oneStep, step } from './drawing.ts';

/** What plain JavaScript can pass where the types forbid it. */
const wrong = (value: unknown): never => value as never;

/** A graph that is right but for one thing, and the names of which the error must name one. */
interface Mistake {
  readonly what: string;
  readonly names: readonly string[];
  readonly draw: () => unknown;
}

/** The jobs that are drawn right, in the order of their names; the last of them has what is wrong. */
interface Place {
  readonly jobNames: readonly string[];
  readonly last: string;
}

const place: fc.Arbitrary<Place> = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{3,12}$/), { minLength: 2, maxLength: 12 })
  .map((names) => ({ jobNames: names.map((name) => `j_${name}`), last: `j_${names.at(-1) ?? ''}` }));

type Jobs = ReadonlyMap<string, DefinedJob>;

/** A chain of the jobs, and then `more`; `inLast` draws in the block of the last one. */
function chain(
  { jobNames, last }: Place,
  inLast: (job: JobBuilder) => void,
  more: (w: WorkflowBuilder, jobs: Jobs) => void,
): unknown {
  return defineWorkflow('drawn', (workflow) => {
    const jobs = new Map<string, DefinedJob>();
    let before: DefinedJob | null = null;
    for (const jobName of jobNames) {
      const job: DefinedJob = workflow.job(jobName, jobName === last ? inLast : oneStep);
      if (before !== null) job.startWhen(finished(before));
      jobs.set(jobName, job);
      before = job;
    }
    more(workflow, jobs);
  });
}

const inNode =
  (what: string, draw: (job: JobBuilder, foreign: readonly Channel[]) => void) =>
  (at: Place): Mistake => ({
    what,
    names: [at.last],
    draw: () => {
      const foreign: Channel[] = [];
      defineWorkflow('other', (w) => void w.job(at.last, (job) => void foreign.push(job.node(step()))));
      return chain(
        at,
        (job) => draw(job, foreign),
        () => undefined,
      );
    },
  });

const inRules =
  (what: string, more: (w: WorkflowBuilder, last: DefinedJob, at: Place) => void) =>
  (at: Place): Mistake => ({
    what,
    names: at.jobNames,
    draw: () =>
      chain(at, oneStep, (w, jobs) => {
        const last = jobs.get(at.last);
        if (last !== undefined) more(w, last, at);
      }),
  });

const inOptions =
  (what: string, options: unknown) =>
  (at: Place): Mistake => ({
    what,
    names: ['extra'],
    draw: () => chain(at, oneStep, (w) => void w.job('extra', wrong(options), oneStep)),
  });

/** No JSON, each in its own way; and what is none because it never ends or reaches too far. */
const notPlain: fc.Arbitrary<unknown> = fc
  .constantFrom<() => unknown>(
    () => NaN,
    () => -Infinity,
    () => () => 1,
    () => Symbol('s'),
    () => 10n,
    () => new Date(0),
    () => new Map(),
    () => new URL('file:///x'),
    () => [undefined],
    () => JSON.parse('{"__proto__":{"polluted":true}}'),
    () => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      return loop;
    },
    () => Array.from({ length: 60 }).reduce((inner) => [inner, inner], 1 as unknown),
    () => Array.from({ length: 5000 }).reduce((inner) => ({ inner }), 1 as unknown),
  )
  .map((make) => make());
/** What an option that wants an object, a list or a known word may be given. */
const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, NaN, -1, 1.5, '', 'nonsense', 'a\nb', [], [null], true, 10n, Symbol('s')),
  fc.string({ minLength: 1, maxLength: 3000 }).map((text) => `?${text}`),
  fc.constant(Object.create(null)),
);
/** Each job waits for the one before it, and the first for the last. */
const aCycle = ({ jobNames }: Place): Mistake => ({
  what: 'a cycle',
  names: jobNames,
  draw: () => {
    const drawn = defineWorkflow('drawn', (w) => {
      const jobs = jobNames.map((jobName) => w.job(jobName, oneStep));
      for (const [index, job] of jobs.entries()) {
        const before = jobs.at(index - 1);
        if (before !== undefined) job.startWhen(all(finished(before), event({ key: 'go' })));
      }
    });
    checkCycle(drawn.jobs, drawn.rules); // as compiling does
  },
});

const unknownName = fc.stringMatching(/^x[a-z]{3,10}$/);

const data = dataset({ name: 'rows', uri: 'rows.csv' });

const mistake: fc.Arbitrary<(at: Place) => Mistake> = fc.oneof(
  unknownName.map((name) =>
    inRules('a job that is not there', (_, last) => last.startWhen(finished({ jobName: name }))),
  ),
  fc
    .string()
    .map((name) =>
      inRules('a job of any name', (_, last) => last.stopWhen(finished({ jobName: `${name}?` }))),
    ),
  fc.constant(aCycle),
  fc.constantFrom(
    inRules('a name twice', (w, last) => w.job(last.jobName, oneStep)),
    inRules('an async block', (w) =>
      w.job(
        'j_async',
        wrong(async (job: JobBuilder) => void job.node(step())),
      ),
    ),
    inRules('an empty block', (w) => w.job('j_empty', () => undefined)),
    inRules('a nested job', (w, last) => {
      w.job('outer', () => void w.job(last.jobName, oneStep));
    }),
    inRules('an empty condition', (_, last) => last.startWhen(all(any()))),
    inRules('an endless condition', (_, last) => {
      const loop: { kind: 'all'; of: Condition[] } = { kind: 'all', of: [] };
      loop.of.push(loop, loop);
      last.restartWhen(loop);
    }),
    inRules('a job in a rule of the workflow', (w, last) => w.startWhen(wrong(finished(last)))),
    inNode('a foreign channel', (job, foreign) => void job.node(step(), { inputs: foreign })),
    inNode('two nodes of one name', (job) => {
      job.node(step(), { name: 'twice' });
      job.transform(step(), { name: 'twice', inputs: [] });
    }),
    inNode('a processor of another type', (job) => {
      job.node(step());
      job.node({ jobType: 'other', kind: 'Other', params: {} });
    }),
    inNode('datasets that differ', (job) => {
      job.readDataset(step(), { dataset: data });
      job.readDataset(step(), { dataset: { ...data, uri: 'other.csv' } });
    }),
    inNode('a dataset outside', (job) => void job.readDataset(step(), { dataset: { ...data, uri: '../x' } })),
    inNode('a channel of none', (job) => void job.node(step(), { inputs: [wrong(undefined)] })),
  ),
  nonsense.map((value) =>
    inNode('inputs that are none', (job) => void job.node(step(), wrong({ inputs: [value] }))),
  ),
  nonsense.map((value) =>
    inNode('outputs that are none', (job) => void job.node(step(), wrong({ outputs: value ?? '' }))),
  ),
  nonsense.map((value) => inNode('a processor that is none', (job) => void job.node(wrong(value)))),
  nonsense.map((value) =>
    inNode('a dataset that is none', (job) => void job.readDataset(step(), wrong({ dataset: value }))),
  ),
  notPlain.map((params) =>
    inNode(
      'params that are not plain',
      (job) => void job.node({ jobType: 'fake', kind: 'Step', params: wrong({ params }) }),
    ),
  ),
  notPlain.map((value) => inOptions('properties that are not plain', { properties: { value } })),
  nonsense.map((value) => inRules('a condition that is none', (_, last) => last.startWhen(wrong(value)))),
  nonsense.map((value) =>
    inRules('an action that is none', (_, last) => last.when(event({ key: 'k' }), wrong(value))),
  ),
  nonsense.map((value) => inRules('a schedule that is none', (_, last) => last.schedule(wrong(value)))),
  fc
    .tuple(
      fc.constantFrom(
        'timeout',
        'labelInterval',
        'execMode',
        'runCondition',
        'poolSlots',
        'retry',
        'properties',
      ),
      nonsense,
    )
    // One and a half seconds are a duration, and an empty object is right for properties.
    .filter(([key, value]) =>
      key === 'properties' ? typeof value !== 'object' || value === null : value !== 1.5,
    )
    .map(([key, value]) => inOptions(`${key} that is none`, { [key]: value })),
  fc
    .string({ maxLength: 5000 })
    .filter((key) => !['type', 'properties', 'platform', 'engine', 'retry', 'timeout', 'pool'].includes(key))
    .map((key) => inOptions('an option that there is not', JSON.parse(`{${JSON.stringify(`?${key}`)}:1}`))),
  fc.constant(inOptions('a prototype for an option', JSON.parse('{"__proto__":{"retry":1}}'))),
);

/** The longest that a refusal may take, as the issue has it. */
const blinkMs = 100;

function thrownOrNull(draw: () => unknown): unknown {
  try {
    draw();
  } catch (error) {
    return error;
  }
  return null;
}

/** What drawing throws, or null. What takes too long is drawn again: only what is slow each time is to blame, and no neighbour. */
function refusal(draw: () => unknown): { readonly thrown: unknown; readonly ms: number } {
  let fastest = Infinity;
  for (let tries = 0; tries < 5; tries += 1) {
    const began = performance.now();
    const thrown = thrownOrNull(draw);
    fastest = Math.min(fastest, performance.now() - began);
    if (fastest < blinkMs) return { thrown, ms: fastest };
  }
  return { thrown: null, ms: fastest };
}

describe('a thousand wrong graphs', () => {
  it('are each refused at once, with one short line that names the job', () => {
    fc.assert(
      fc.property(place, mistake, (at, make) => {
        const { what, names, draw } = make(at);
        const { thrown, ms } = refusal(draw);
        expect(ms, what).toBeLessThan(blinkMs);
        expect(isAIFlowError(thrown), `${what} gave ${String(thrown)}`).toBe(true);
        const message = isAIFlowError(thrown) ? thrown.message : '';
        expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(message.length).toBeLessThan(500);
        const known = [...names, 'j_async', 'j_empty', 'outer'];
        expect(
          known.some((name) => message.includes(name)),
          `${what}: ${message}`,
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
