// The scheduler that is killed, as a process of its own: `node --import interpose.ts process.ts` with CRASH_ROOM and
// CRASH_TRAP (JSON) in its environment. It does what it is asked over IPC, and ends when nobody is there to ask.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, PluginHost } from '@aiflow/core';
import {
  createContextExtractor,
  createRegistry,
  createRunner,
  errorCode,
  messageOf,
  registerPlugin,
  systemClock,
} from '@aiflow/core';
import { bashJobPlugin } from '@aiflow/job-bash';
import { localScheduler } from '@aiflow/scheduler-local';
import { openBlob } from '../room.ts';
import type { Answer, Request } from './messages.ts';
import type { Trap } from './points.ts';
import { setTrap } from './trap.ts';

const { CRASH_ROOM: room = '', CRASH_TRAP: trap = 'null', PATH: path = '' } = process.env;
const stateDir = `${room}/state`;

const say = (level: string) => (message: string) => console.log(`${process.pid} ${level}: ${message}`);
const logger: Logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
const host: PluginHost = { logger, clock: systemClock, secrets: { get: () => null }, stateDir };
const registry = createRegistry();
registerPlugin(bashJobPlugin, registry);

const config = { database: 'scheduler.db', max_running_jobs: 12, pools: { narrow: 2 } };
const scheduler = localScheduler.create(config, {
  ...host,
  runner: createRunner({
    ...host,
    blob: openBlob(stateDir),
    environment: { PATH: path, CRASH_ROOM: room },
    registry,
  }),
  contextExtractor: async ({ contextExtractor }, { uri }) => {
    if (contextExtractor?.kind !== 'module')
      return createContextExtractor(contextExtractor, { projectDir: uri });
    // Stands for a slow function of a project.
    const extract = async ({ value }: { readonly value: string }): Promise<{ contexts: string[] }> => {
      await delay(2);
      return { contexts: [value] };
    };
    return { extract, close: async () => {} };
  },
  startsByItself: true,
});

process.on('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  switch (request.kind) {
    case 'call':
      return void answer(request);
    case 'trap':
      return setTrap(request.trap);
    case 'close':
      return void scheduler.close().then(() => process.disconnect());
  }
});

async function answer({ id, method, args }: Request & { readonly kind: 'call' }): Promise<void> {
  try {
    const holder = method === 'publish' || method === 'list' ? scheduler.events : scheduler;
    const work = Reflect.get(holder, method) as (...args: readonly unknown[]) => Promise<unknown>;
    tell({ kind: 'done', id, value: await work.apply(holder, [...args]) });
  } catch (error) {
    tell({ kind: 'refused', id, code: errorCode(error) ?? 'unknown', message: messageOf(error) });
  }
}

function tell(message: Answer): void {
  process.send?.(message);
}

setTrap(JSON.parse(trap) as Trap | null);
await scheduler.start();
tell({ kind: 'started' });
