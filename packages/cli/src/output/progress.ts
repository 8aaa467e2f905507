import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Status, Workflow } from '@aiflow/core';
import { isFinal } from '@aiflow/core';
import { describeDuration } from './duration.ts';

/** Shows a run while it goes on. */
export interface Progress {
  /** An attempt of a job came to a status; `time` is in milliseconds since 1970. `note` says what is special about it. */
  job(jobName: string, status: Status, time: number, note: string | null): void;
  note(text: string): void;
  /** Leaves the terminal tidy. */
  end(): void;
}

/** With more jobs than this, only those that do not end well get a line of their own. */
const mostLines = 40;

/** Lines for each job on a workflow of few jobs; a count that is rewritten, or now and then printed, on one of many. */
export function createProgress(stream: NodeJS.WriteStream | WriteStream, workflow: Workflow): Progress {
  const many = workflow.jobs.length > mostLines;
  const width = Math.min(40, Math.max(...workflow.jobs.map((job) => job.config.jobName.length)));
  const started = new Map<string, number>();
  const counter = createCounter(stream, workflow.jobs.length);
  return {
    job: (jobName, status, time, note) => {
      // One that ends before it runs must not be given the time of an attempt before.
      if (status === 'INIT') started.delete(jobName);
      if (status === 'RUNNING') started.set(jobName, time);
      if (many) counter.count(jobName, status);
      if ((status === 'INIT' && note === null) || (many && (status === 'RUNNING' || status === 'FINISHED')))
        return;
      const began = started.get(jobName);
      const duration = isFinal(status) && began !== undefined ? `  ${describeDuration(time - began)}` : '';
      const words = status === 'INIT' ? note : `${status}${duration}${note === null ? '' : `  (${note})`}`;
      counter.clear();
      stream.write(`${mark(status, stream)} ${jobName.padEnd(width)}  ${words}\n`);
    },
    note: (text) => {
      counter.clear();
      stream.write(`${text}\n`);
    },
    end: () => counter.clear(),
  };
}

interface Counter {
  count(jobName: string, status: Status): void;
  clear(): void;
}

function createCounter(stream: NodeJS.WriteStream | WriteStream, jobs: number): Counter {
  // By name, since a job that is started again has not ended after all.
  const running = new Set<string>();
  const ended = new Set<string>();
  let shownAt = 0;
  let onScreen = false;
  return {
    count: (jobName, status) => {
      if (status === 'RUNNING') running.add(jobName);
      else running.delete(jobName);
      if (isFinal(status)) ended.add(jobName);
      else ended.delete(jobName);
      const now = performance.now();
      if (now - shownAt < (stream.isTTY ? 100 : 5000)) return;
      shownAt = now;
      const text = `${ended.size} of ${jobs} jobs ended, ${running.size} running`;
      stream.write(stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
      onScreen = stream.isTTY;
    },
    clear: () => {
      if (onScreen) stream.write('\r\x1b[2K');
      onScreen = false;
    },
  };
}

function mark(status: Status, stream: NodeJS.WriteStream | WriteStream): string {
  switch (status) {
    case 'FINISHED':
      return styleText('green', '✓', { stream });
    case 'FAILED':
      return styleText('red', '✗', { stream });
    case 'KILLED':
      return styleText('yellow', '■', { stream });
    case 'RUNNING':
      return styleText('cyan', '▸', { stream });
    case 'INIT':
      return styleText('yellow', '·', { stream });
  }
}
