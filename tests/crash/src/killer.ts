import { setTimeout as delay } from 'node:timers/promises';
import { isCollected, killHard, processesOf } from './processes.ts';
import type { Random } from './random.ts';
import type { Room } from './room.ts';
import type { Point, Trap, Victim } from './scheduler/points.ts';
import { points } from './scheduler/points.ts';
import type { Seat } from './scheduler/seat.ts';

/** One kill: where the scheduler was, or null for some time or other, and what was killed. */
export interface Kill {
  readonly point: Point | null;
  readonly victim: Victim;
}

export interface KillerOptions {
  /** Where it kills, each about as often as the others; unless said, at any point as well as some time or other. */
  readonly points?: readonly Point[];
  /** Whether keepers are killed too: their jobs are lost then. */
  readonly killsKeepers: boolean;
}

/** Kills the scheduler of a room, its launcher, both, or the keeper of a job, and starts the scheduler again. */
export class Killer {
  readonly kills: Kill[] = [];
  /** Also of those that were killed when nobody waited for it any more. */
  keeperKills = 0;
  readonly #room: Room;
  readonly #seat: Seat;
  readonly #random: Random;
  readonly #options: KillerOptions;
  #isUp = false;

  constructor(room: Room, seat: Seat, random: Random, options: KillerOptions) {
    this.#room = room;
    this.#seat = seat;
    this.#random = random;
    this.#options = options;
  }

  /** Kills once, by chance. */
  async strike(): Promise<void> {
    const wanted = this.#options.points;
    if (wanted === undefined && this.#random.chance(0.4))
      return this.#strikeSomeTime(this.#drawVictim(false));
    const trap = {
      point: wanted === undefined ? this.#random.pick(points) : this.#seldomest(wanted),
      nth: this.#random.chance(0.6) ? 1 : this.#random.whole(2, 12),
      victim: this.#drawVictim(true),
    };
    if (!(await this.strikeAt(trap, wanted === undefined ? 1000 : 4000)))
      await this.#strikeSomeTime('scheduler');
  }

  /** Kills at a point; false when the scheduler does not come to it in so many milliseconds. */
  async strikeAt(trap: Trap, patienceMs: number): Promise<boolean> {
    const diesItself = ['scheduler', 'machine', 'both'].includes(trap.victim);
    const sprung = Promise.withResolvers<'sprung'>();
    this.#seat.onKilled = ({ victim }) => {
      if (victim === 'keeper') this.keeperKills += 1;
      sprung.resolve('sprung');
    };
    if (this.#isUp || !diesItself) {
      await this.leave();
      this.#seat.setTrap(trap);
    } else {
      // What a scheduler does while it starts is in its way too.
      if ((await this.#seat.start(trap)) === 'killed') return this.#done(trap, false);
      this.#isUp = true;
    }
    const died = this.#seat.diedWithin(patienceMs).then((hasDied) => (hasDied ? 'died' : 'late'));
    switch (await Promise.race([sprung.promise, died])) {
      case 'sprung':
        return this.#done(trap, true);
      case 'died':
        // Also when there was no launcher to kill.
        return this.#done({ ...trap, victim: diesItself ? trap.victim : 'scheduler' }, false);
      case 'late':
        this.#seat.setTrap(null);
        if (trap.victim === 'frozen') this.#killLaunchers(); // it may be stopped by now, and stay so
        return false;
    }
  }

  /** Lets a scheduler be there, which nobody kills. */
  async leave(): Promise<void> {
    if (!this.#isUp) await this.#seat.start(null);
    else this.#seat.setTrap(null);
    this.#isUp = true;
  }

  async #strikeSomeTime(wanted: Victim): Promise<void> {
    await this.leave();
    await delay(this.#random.whole(0, this.#random.chance(0.2) ? 1000 : 250));
    const { launchers, launchedKeepers } = processesOf(this.#room.directory);
    const isThere = wanted === 'keeper' ? launchedKeepers.length > 0 : launchers.length > 0;
    const victim = isThere ? wanted : 'scheduler';
    if (victim === 'launcher' || victim === 'both') this.#killLaunchers();
    if (victim === 'keeper') {
      // When both are gone, what has left its session and its environment escapes: that is documented.
      const keeper = this.#random.pick(launchedKeepers);
      killHard(keeper);
      this.keeperKills += 1;
      while (!isCollected(keeper)) await delay(5);
    }
    const isDead = victim === 'scheduler' || victim === 'both';
    if (isDead) {
      this.#seat.kill();
      await this.#seat.diedWithin(60_000);
    }
    this.#done({ point: null, victim }, !isDead);
  }

  #killLaunchers(): void {
    for (const pid of processesOf(this.#room.directory).launchers) killHard(pid);
  }

  #done({ point, victim }: Kill, isUp: boolean): true {
    this.kills.push({ point, victim });
    this.#isUp = isUp;
    return true;
  }

  #seldomest(wanted: readonly Point[]): Point {
    const timesOf = (point: Point): number => this.kills.filter((kill) => kill.point === point).length;
    const least = Math.min(...wanted.map(timesOf));
    return this.#random.pick(wanted.filter((point) => timesOf(point) === least));
  }

  #drawVictim(isAtPoint: boolean): Victim {
    const chance = this.#random.next();
    if (isAtPoint && chance < 0.3) return 'machine';
    if (chance < 0.65) return 'scheduler';
    if (chance < 0.8) return 'both';
    if (this.#options.killsKeepers && chance < 0.9) return 'keeper';
    return isAtPoint && chance < 0.95 ? 'frozen' : 'launcher';
  }
}
