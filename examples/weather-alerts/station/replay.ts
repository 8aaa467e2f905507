import { join } from 'node:path';
import type { HostedProject, Scheduler } from '@aiflow/core';
import { hostProject, openProject } from '@aiflow/core';
import type { ReplayClock } from './clock.ts';
import { createReplayClock } from './clock.ts';
import type { Day } from './days.ts';
import { endOf } from './days.ts';
import { Journal } from './journal.ts';
import { lineOf, summaryOf } from './report.ts';
import { Station, countWritten } from './station.ts';
import type { Ended } from './tally.ts';
import { workflowNames } from './tally.ts';

const hour = 60 * 60 * 1000;

export interface ReplayOptions {
  readonly directory: string;
  readonly days: readonly Day[];
  /** The date of the last day to send. */
  readonly until: string;
  readonly print: (line: string) => void;
  /** Ends it between two days; what runs goes on, and the next replay goes on from there. */
  readonly signal: AbortSignal;
}

/**
 * Sends the days that were not sent before, each at the midnight at which it is over, and hosts the workflows meanwhile.
 * Gives whether all that they did went well; it ends with the first day on which something did not.
 */
export async function replay({ directory, days, until, print, signal }: ReplayOptions): Promise<boolean> {
  const [first] = days;
  if (first === undefined || first.date > until) throw new Error(`there is no day to replay until ${until}`);
  const { stateDir } = await openProject(directory, process.env);
  const place = process.env['WEATHER_DIR'] ?? join(stateDir, 'weather');
  const last = days[countWritten(place) - 1];
  // The first morning is over when it begins.
  const clock = createReplayClock(last === undefined ? Date.parse(first.date) + 12 * hour : endOf(last.date));
  const environment = { ...process.env, WEATHER_DIR: place };
  const hosted = await hostProject(directory, { clock, environment });
  await hosted.scheduler.start();
  try {
    for (const name of workflowNames) await hosted.submit(name, { signal });
    const journal = new Journal(hosted.scheduler.events, signal);
    await journal.catchUp();
    const world = { ...hosted, clock, journal, place, print };
    return await new Replay(world).run(days, until, signal);
  } finally {
    await hosted.scheduler.close();
  }
}

interface World extends HostedProject {
  readonly clock: ReplayClock;
  readonly journal: Journal;
  readonly place: string;
  readonly print: (line: string) => void;
}

class Replay {
  readonly #world: World;
  readonly #scheduler: Scheduler;
  #shown: number;
  #isWell = true;

  constructor(world: World) {
    this.#world = world;
    this.#scheduler = world.scheduler;
    this.#shown = world.journal.tally.ended.length;
  }

  async run(days: readonly Day[], until: string, signal: AbortSignal): Promise<boolean> {
    const { clock, journal, place, print } = this.#world;
    const { tally } = journal;
    const last = days[tally.days - 1];
    if (last !== undefined) {
      print(`going on after ${last.date}`);
      await this.#live(last);
    }
    const station = new Station(place);
    for (const day of days.slice(tally.days)) {
      signal.throwIfAborted();
      if (!this.#isWell || day.date > until) break;
      clock.moveTo(endOf(day.date));
      await station.send(day, this.#scheduler.events);
      await this.#live(day);
    }
    print(summaryOf(tally));
    return this.#isWell;
  }

  /** What a day that has come sets off: at once, and in the morning after it, when schedules come round. */
  async #live({ date }: Day): Promise<void> {
    const { clock, journal } = this.#world;
    await this.#settle(date);
    clock.moveTo(endOf(date) + 6 * hour);
    journal.tally.morning();
    await this.#settle(date);
  }

  /** The clock is not moved on before everything has ended. */
  async #settle(date: string): Promise<void> {
    const { journal, place, print } = this.#world;
    await journal.untilQuiet();
    const { ended } = journal.tally;
    for (const each of inOrder(ended.slice(this.#shown))) {
      const line = await lineOf(each, this.#scheduler, place);
      if (line !== null) print(`${date}  ${line}`);
      this.#isWell &&= each.status === 'FINISHED';
    }
    this.#shown = ended.length;
  }
}

/** One that started another may end after it, because what it published is heard before. */
function inOrder(ended: readonly Ended[]): readonly Ended[] {
  const rank = ({ workflow }: Ended): number => workflowNames.indexOf(workflow);
  return ended.toSorted((one, other) => rank(one) - rank(other));
}
