import { describe, expect, it } from 'vitest';
import type { Condition, ContextExtractorSpec, JobAction, WorkflowBuilder } from '../../src/index.ts';
import {
  all,
  any,
  datasetChanged,
  event,
  finished,
  modelVersion,
  sufficientOrNecessary,
  toSchedule,
  workflowStatus,
} from '../../src/index.ts';
import { errorOf } from '../thrown.ts';
import { codeOf, draw, oneStep } from './drawing.ts';

const wrong = (value: unknown): never => value as never;
const news = event({ key: 'news' });

describe('the rules of a workflow', () => {
  it('stand in the order of their calls, with the action of each', () => {
    const graph = draw(['a'], (workflow) => {
      workflow.when(news, 'NONE');
      workflow.startWhen(any(news, workflowStatus('other', 'FINISHED')));
      workflow.stopWhen(all(news, datasetChanged({ name: 'rows' })));
    });
    expect(graph.workflowRules.map(({ action, condition }) => [action, condition.kind])).toEqual([
      ['NONE', 'event'],
      ['START', 'any'],
      ['STOP', 'all'],
    ]);
    expect(Object.isFrozen(graph.workflowRules)).toBe(true);
  });

  it('look at events alone, and one that looks at a job is told what to write', () => {
    for (const rule of ['startWhen', 'stopWhen'] as const) {
      const drawing = (): unknown =>
        draw(['a'], (workflow) => workflow[rule](wrong(all(news, finished({ jobName: 'a' })))));
      const { message } = errorOf(drawing, 'define.invalid_rule');
      expect(message).toContain(`${rule}() of workflow "drawn" looks at job "a"`);
      expect(message).toContain("workflowStatus('drawn', 'FINISHED')");
    }
  });

  it.each<[string, string, (workflow: WorkflowBuilder) => unknown]>([
    ['a restart', 'define.invalid_option', (w) => w.when(news, wrong('RESTART'))],
    ['no action', 'define.invalid_option', (w) => w.when(news, wrong(undefined))],
    ['no condition', 'define.invalid_rule', (w) => w.startWhen(wrong(undefined))],
    ['an empty any', 'define.invalid_rule', (w) => w.startWhen(any())],
  ])('are refused with %s', (_, code, more) => {
    expect(codeOf(() => draw(['a'], (workflow) => void more(workflow)))).toBe(code);
  });
});

describe('when', () => {
  it('is what startWhen, stopWhen and restartWhen are short for', () => {
    const condition = finished({ jobName: 'a' });
    const rulesOf = (more: (workflow: WorkflowBuilder) => void): unknown => draw(['a'], more).rules;
    const long = rulesOf((w) => {
      w.job('b', oneStep)
        .when(condition, 'START')
        .when(condition, 'STOP')
        .when(condition, 'RESTART')
        .when(news, 'NONE');
    });
    const short = rulesOf((w) => {
      w.job('b', oneStep).startWhen(condition).stopWhen(condition).restartWhen(condition).when(news, 'NONE');
    });
    expect(long).toEqual(short);
  });

  it('takes an action that there is, and keeps nothing of a condition that is not its own', () => {
    const jump = 'JUMP' as JobAction;
    expect(codeOf(() => draw([], (w) => void w.job('b', oneStep).when(news, jump)))).toBe(
      'define.invalid_option',
    );
    const carrying: Condition = Object.assign({ run: () => 1 }, news);
    const graph = draw([], (w) => void w.job('b', oneStep).startWhen(carrying));
    expect(graph.rules[0]?.condition).toEqual(news);
    expect(Object.keys(graph.rules[0]?.condition ?? {})).not.toContain('run');
  });
});

describe('schedules', () => {
  it('add up, for a workflow and for a job', () => {
    const graph = draw(['a'], (workflow) => {
      workflow.schedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' });
      workflow.schedule({ interval: '1d' });
      workflow.job('b', oneStep).schedule({ interval: '1h' }).schedule({ interval: '2h' });
    });
    expect(graph.schedules).toEqual([
      toSchedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' }),
      toSchedule({ interval: '1d' }),
    ]);
    expect(graph.jobs[1]?.schedules).toEqual([
      toSchedule({ interval: '1h' }),
      toSchedule({ interval: '2h' }),
    ]);
    expect(graph.jobs[0]).not.toHaveProperty('schedules');
    expect(Object.isFrozen(graph.jobs[1]) && Object.isFrozen(graph.jobs[1]?.schedules)).toBe(true);
  });

  it('that are wrong are told with whose they are', () => {
    const ofJob = errorOf(
      () => draw([], (w) => void w.job('b', oneStep).schedule({ cron: 'often' })),
      'schedule.invalid',
    );
    expect(ofJob.message).toMatch(/^schedule\(\) of job "b": /);
    const ofWorkflow = errorOf(() => draw(['a'], (w) => w.schedule(wrong({}))), 'schedule.invalid');
    expect(ofWorkflow.message).toMatch(/^schedule\(\) of workflow "drawn": /);
  });
});

describe('a context extractor', () => {
  const extracted = (spec: ContextExtractorSpec): unknown =>
    draw(['a'], (workflow) => workflow.extractContext(spec)).contextExtractor;

  it('names a field of the event, and where in it', () => {
    expect(extracted({ field: 'sender' })).toEqual({ kind: 'field', field: 'sender', pointer: null });
    for (const pointer of ['', '/', '/run/id', '/a~1b/~0/0']) {
      expect(extracted({ field: 'value', pointer })).toEqual({ kind: 'field', field: 'value', pointer });
    }
  });

  it.each([
    ['./context.ts', 'workflows/drawn/context.ts'],
    ['./lib/../context.mjs', 'workflows/drawn/context.mjs'],
    ['../shared/context.ts', 'workflows/shared/context.ts'],
    ['lib/context.js', 'lib/context.js'],
  ])('names the module %s as %s', (module, path) => {
    expect(extracted({ module })).toEqual({ kind: 'module', module: path, exportName: 'default' });
    expect(extracted({ module, export: 'extract' })).toMatchObject({ module: path, exportName: 'extract' });
  });

  it.each<[string, unknown, string]>([
    ['a field that there is not', { field: 'body' }, 'define.invalid_extractor'],
    ['a pointer without its slash', { field: 'value', pointer: 'id' }, 'define.invalid_extractor'],
    ['a pointer with a wrong escape', { field: 'value', pointer: '/~2' }, 'define.invalid_extractor'],
    ['a module outside of the project', { module: '../../../context.ts' }, 'define.invalid_extractor'],
    ['a module outside, hidden', { module: 'lib/../../context.ts' }, 'define.invalid_extractor'],
    ['an absolute module', { module: '/tmp/context.ts' }, 'define.invalid_extractor'],
    ['a module that is a URL', { module: 'data:text/javascript,x.ts' }, 'define.invalid_extractor'],
    ['a module of Python', { module: './context.py' }, 'define.invalid_extractor'],
    ['an empty export', { module: './context.ts', export: '' }, 'define.invalid_extractor'],
    ['both', { field: 'value', module: './context.ts' }, 'define.invalid_extractor'],
    ['a pointer into a module', { module: './context.ts', pointer: '/a' }, 'define.invalid_extractor'],
    ['neither', {}, 'define.invalid_extractor'],
    ['a function', () => ({ broadcast: true }), 'define.invalid_option'],
    ['a misspelt key', { feild: 'value' }, 'define.unknown_option'],
  ])('is refused with %s', (_, spec, code) => {
    expect(codeOf(() => extracted(wrong(spec)))).toBe(code);
  });

  it('is said once', () => {
    const twice = (): unknown =>
      draw(['a'], (workflow) => {
        workflow.extractContext({ field: 'value' });
        workflow.extractContext({ field: 'value' });
      });
    expect(codeOf(twice)).toBe('define.extractor_taken');
  });
});

describe('the limits of a workflow', () => {
  it('are merged, and absent where they are not said', () => {
    expect(draw(['a']).limits).toEqual({});
    const graph = draw(['a'], (workflow) => {
      workflow.limit({ jobs: 2, executions: 3 });
      workflow.limit({ jobs: 4 });
    });
    expect(graph.limits).toEqual({ jobs: 4, executions: 3 });
  });

  it.each([{ jobs: 0 }, { executions: 1.5 }, { jobs: NaN }, { jobs: '2' }, { job: 2 }, null, 3])(
    'are not %j',
    (limits) => {
      expect(codeOf(() => draw(['a'], (workflow) => workflow.limit(wrong(limits))))).toMatch(
        /^define\.(?:invalid|unknown)_option$/,
      );
    },
  );
});

describe('conditions', () => {
  it.each<[string, string, () => unknown]>([
    ['a status of no job', 'define.invalid_rule', () => finished(wrong(undefined))],
    ['a status of a job by its name', 'define.invalid_rule', () => finished(wrong('a'))],
    ['an event by its key alone', 'define.invalid_option', () => event(wrong('news'))],
    [
      'an event with a key of two lines and no value',
      'define.invalid_event',
      () => event(wrong({ key: 'a\nb', valueCondition: 'EQUALS' })),
    ],
    ['an event without a name', 'define.invalid_event', () => event({ key: '' })],
    ['a version without its event', 'define.invalid_event', () => modelVersion('m', wrong({}))],
    [
      'a version of no model',
      'define.invalid_event',
      () => modelVersion(wrong(null), { event: 'MODEL_DEPLOYED' }),
    ],
    ['a change of no dataset', 'define.invalid_event', () => datasetChanged(wrong(undefined))],
    ['a status that there is not', 'define.invalid_event', () => workflowStatus('w', wrong('DONE'))],
    [
      'the older form of no lists',
      'define.invalid_rule',
      () => sufficientOrNecessary(wrong({ necessary: news })),
    ],
    ['the older form of nothing', 'define.invalid_option', () => sufficientOrNecessary(wrong(null))],
  ])('are not made of %s', (_, code, make) => {
    expect(codeOf(make)).toBe(code);
  });
});

describe('a job name', () => {
  it.each(['properties', 'dependencies', 'periodic_config', 'workflow', 'workflow_name'])(
    'is not %s, which is a key of the YAML',
    (jobName) => {
      expect(errorOf(() => draw([jobName]), 'name.invalid').message).toContain('key of the workflow');
    },
  );

  it('may be a name that objects have by themselves', () => {
    expect(draw(['constructor', 'toString', 'hasOwnProperty']).jobs).toHaveLength(3);
  });
});
