import assert from 'node:assert/strict';
import type { Event, NewEvent } from '@aiflow/core';
import { statusEventTypes } from '@aiflow/core';
import { within } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';
import { project } from '../context.ts';

export const eventCases: readonly SchedulerCase[] = [
  {
    name: "an empty log has version 0, and published events get rising versions and AIFlow's defaults",
    run: async ({ scheduler: { events } }) => {
      assert.equal(await events.latestVersion(), 0);
      assert.deepEqual(await events.list({}), []);
      const published = await events.publish([
        { key: 'first', value: '1' },
        { key: 'second', value: '2', eventType: 'T', namespace: 'n', sender: 's', context: 'c' },
      ]);
      const [first, second] = published;
      assert.ok(
        first !== undefined && second !== undefined && first.version > 0 && second.version > first.version,
      );
      const { version: _, createTime, ...facts } = first;
      assert.deepEqual(facts, {
        key: 'first',
        value: '1',
        eventType: 'UNDEFINED',
        namespace: 'default',
        sender: null,
        context: null,
        workflowExecutionId: null,
      });
      assert.ok(Math.abs(createTime - Date.now()) < 60_000, 'createTime is in milliseconds since 1970');
      assert.equal(await events.latestVersion(), second.version);
      assert.deepEqual(await events.list({}), published);
    },
  },
  {
    name: 'list and count take each part of a filter, and * for everything',
    run: async ({ scheduler: { events } }) => {
      const [a, b, c] = await events.publish([
        { key: 'a', value: '1', namespace: 'one', eventType: 'X', sender: 'me' },
        { key: 'b', value: '2', namespace: 'two', eventType: 'X', workflowExecutionId: 'run' },
        { key: 'c', value: '3', namespace: 'one', eventType: 'Y' },
      ]);
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      const expected: readonly (readonly [Parameters<typeof events.list>[0], readonly Event[]])[] = [
        [{ key: 'a' }, [a]],
        [{ key: ['a', 'c'] }, [a, c]],
        [{ namespace: 'one' }, [a, c]],
        [{ eventType: 'X' }, [a, b]],
        [{ sender: 'me' }, [a]],
        [{ workflowExecutionId: 'run' }, [b]],
        [{ namespace: 'one', eventType: 'Y' }, [c]],
        [{ afterVersion: a.version }, [b, c]],
        [{ key: '*', namespace: '*', eventType: '*', sender: '*' }, [a, b, c]],
        [{ beginTime: 0 }, [a, b, c]],
        [{ beginTime: c.createTime + 1 }, []],
        [{ key: 'none' }, []],
      ];
      for (const [filter, found] of expected) {
        assert.deepEqual(await events.list(filter), found, JSON.stringify(filter));
        assert.equal(await events.count(filter), found.length, JSON.stringify(filter));
      }
      assert.deepEqual(await events.list({}, { limit: 2 }), [a, b], 'the oldest come first');
    },
  },
  {
    name: 'the same sender and sequence published again changes nothing',
    run: async ({ scheduler: { events } }) => {
      const event: NewEvent = { key: 'k', value: 'v', sender: 'client', sequence: 7 };
      const first = await events.publish([event]);
      assert.deepEqual(await events.publish([event]), first);
      await events.publish([{ ...event, sequence: 8 }]);
      await events.publish([{ ...event, sender: 'another client' }]);
      assert.equal(await events.count({ key: 'k' }), 3);
    },
  },
  {
    name: 'listen gives what is in the log and then what comes, without a gap or a repetition',
    run: async (context) => {
      const { events } = context.scheduler;
      const total = 120;
      const publish = async (from: number, to: number): Promise<void> => {
        for (let index = from; index < to; index += 1)
          await events.publish([{ key: 'k', value: String(index) }]);
      };
      await publish(0, 40);
      const stop = new AbortController();
      const listening = Array.from({ length: 3 }, async () => {
        const values: string[] = [];
        for await (const event of events.listen({ key: 'k' }, { signal: stop.signal })) {
          values.push(event.value);
          if (values.length === total) break;
        }
        return values;
      });
      await publish(40, total);
      const expected = Array.from({ length: total }, (_, index) => String(index));
      for (const heard of await within('all events to be heard', Promise.all(listening), context.patience)) {
        assert.deepEqual(heard, expected);
      }
      stop.abort();
    },
  },
  {
    name: 'listen goes on after a version, keeps to its filter, and ends with its signal',
    run: async (context) => {
      const { events } = context.scheduler;
      const [old] = await events.publish([{ key: 'k', value: 'old' }]);
      const stop = new AbortController();
      const heard: string[] = [];
      const listening = (async () => {
        for await (const event of events.listen(
          { key: 'k', afterVersion: old?.version ?? 0 },
          { signal: stop.signal },
        )) {
          heard.push(event.value);
          if (event.value === 'new') stop.abort();
        }
      })();
      await events.publish([{ key: 'other', value: 'not asked for' }]);
      await events.publish([{ key: 'k', value: 'new' }]);
      await within('the end of a listener whose signal was aborted', listening, context.patience);
      assert.deepEqual(heard, ['new']);
    },
  },
  {
    name: 'listen ends when the scheduler closes',
    run: async (context) => {
      const { events } = context.scheduler;
      const listening = (async () => {
        for await (const event of events.listen({}, { signal: new AbortController().signal })) void event;
      })();
      await events.publish([{ key: 'k', value: 'v' }]);
      await context.scheduler.close();
      await within('the end of a listener whose log has closed', listening, context.patience);
    },
  },
  {
    name: 'every change of an execution and of its jobs is an event, in order',
    run: async (context) => {
      const { events } = context.scheduler;
      const { workflowExecutionId: id } = await context.run(['a']);
      const scripted = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      scripted.finish();
      await context.execution(id, 'FINISHED');
      const ofJob = await events.list({ eventType: statusEventTypes.job, sender: id });
      assert.deepEqual(
        ofJob.map(({ value }) => value).filter((value) => value !== 'INIT'),
        ['RUNNING', 'FINISHED'],
      );
      for (const event of ofJob) {
        assert.deepEqual(
          [event.key, event.namespace, event.context, event.workflowExecutionId],
          ['a', project, scripted.attempt.attemptId, id],
        );
      }
      const ofExecution = await events.list({ eventType: statusEventTypes.workflow, sender: id });
      assert.deepEqual(
        ofExecution.map(({ value }) => value).filter((value) => value !== 'INIT'),
        ['RUNNING', 'FINISHED'],
      );
      for (const event of ofExecution) {
        assert.deepEqual([event.key, event.namespace, event.workflowExecutionId], ['workflow', project, id]);
      }
    },
  },
  {
    name: 'events are there after a restart, and versions go on rising',
    run: async (context) => {
      const published = await context.scheduler.events.publish([
        { key: 'k', value: 'kept', sender: 's', sequence: 1 },
      ]);
      const { events } = await context.reopen();
      assert.deepEqual(await events.list({ key: 'k' }), published);
      assert.deepEqual(
        await events.publish([{ key: 'k', value: 'kept', sender: 's', sequence: 1 }]),
        published,
      );
      const [next] = await events.publish([{ key: 'k', value: 'next' }]);
      assert.ok((next?.version ?? 0) > (published[0]?.version ?? 0));
    },
  },
];
