import { setTimeout as delay } from 'node:timers/promises';
import { isAIFlowError, messageOf } from '@aiflow/core';
import { jobsLeft } from './jobs-left.ts';
import type { Kill, KillerOptions } from './killer.ts';
import { Killer } from './killer.ts';
import { jobsOf, killHard, processesOf } from './processes.ts';
import { Random } from './random.ts';
import { Room } from './room.ts';
import type { Trap } from './scheduler/points.ts';
import { Seat } from './scheduler/seat.ts';
import { called } from './stories/called.ts';
import { graph } from './stories/graph.ts';
import { heard } from './stories/heard.ts';
import { periodic } from './stories/periodic.ts';
import { Stage, Stuck } from './stories/stage.ts';
import { stopped } from './stories/stopped.ts';
import type { Story, StoryMaker } from './stories/story.ts';
import { ticking } from './stories/ticking.ts';
import { collectHistory } from './verdict/history.ts';
import { judge } from './verdict/verdict.ts';
import type { Violation } from './verdict/violation.ts';

export interface EpisodeOptions extends KillerOptions {
  readonly seed: number;
  /** How many kills by chance. */
  readonly kills: number;
  /** Points at which it is killed before that, each once. */
  readonly traps?: readonly Trap[];
}

export interface Episode {
  readonly kills: readonly Kill[];
  /** Those that the scheduler never came to. */
  readonly missed: readonly Trap[];
  readonly stories: number;
  readonly attempts: number;
  readonly violations: readonly Violation[];
  /** Whether the native launcher did not answer in time, and jobs were launched by plain Node. */
  readonly usedNode: boolean;
  /** Where all of it lies, when something is wrong; otherwise it is removed. */
  readonly evidence: string | null;
}

const makers: readonly StoryMaker[] = [graph, graph, heard, graph, stopped, called, graph, periodic, ticking];
/** So many stories are under way while somebody kills. */
const atOnce = 6;

/** Plays stories in a room of their own while somebody kills; then lets all of it end, and judges. */
export async function playEpisode(options: EpisodeOptions): Promise<Episode> {
  const room = await Room.open();
  const seat = new Seat(room);
  const end = (): void => {
    seat.kill();
    killAll(room);
  };
  const onExit = (): void => {
    end();
    room.remove();
  };
  process.once('exit', onExit);
  try {
    return await playIn(room, seat, options);
  } catch (cause) {
    throw new Error(`an episode broke off; what there is of it lies in ${room.directory}`, { cause });
  } finally {
    end();
    process.off('exit', onExit);
  }
}

async function playIn(room: Room, seat: Seat, options: EpisodeOptions): Promise<Episode> {
  const random = new Random(options.seed);
  const stage = new Stage(seat, room);
  const killer = new Killer(room, seat, random.fork(), options);
  const stories: Story[] = [];
  const playing = new Set<Promise<void>>();
  const missed: Trap[] = [];

  const fill = (): void => {
    while (playing.size < atOnce) {
      const make = makers[stories.length % makers.length] ?? graph;
      const story = make(`s${stories.length}_${make.name}`, random.fork());
      stories.push(story);
      const played = play(story, stage).finally(() => playing.delete(played));
      playing.add(played);
    }
  };

  for (const trap of options.traps ?? []) {
    fill();
    if (!(await killer.strikeAt(trap, 30_000))) missed.push(trap);
  }
  for (let kill = 0; kill < options.kills; kill += 1) {
    fill();
    await killer.strike();
  }
  await killer.leave();
  stage.quietSince = performance.now();
  await Promise.all(playing);
  const history = await collectHistory(room, seat, stage.plans);
  if (!(await seat.close())) stage.violate('stuck', 'the scheduler did not close within 20 s');
  if (seat.falls > 0) stage.violate('lost', `a scheduler that nobody killed ended: ${seat.falls} times`);
  const { kills, keeperKills } = killer;
  const found = [...stage.violations, ...judge(history, stories, stage, keeperKills)];
  const violations = [...found, ...(await processesLeft(room))];
  const usedNode = room.usesNode();
  if (violations.length === 0) room.remove();
  else room.keep({ options, kills, violations, history });
  return {
    kills,
    missed,
    stories: stories.length,
    attempts: history.executions.reduce((sum, execution) => sum + execution.attempts.length, 0),
    violations,
    usedNode,
    evidence: violations.length === 0 ? null : room.directory,
  };
}

async function play(story: Story, stage: Stage): Promise<void> {
  try {
    await story.play(stage);
  } catch (error) {
    const isStuck = error instanceof Stuck || isAIFlowError(error, 'crash.unanswered');
    stage.violate(isStuck ? 'stuck' : 'lost', `${story.name} could not go on: ${messageOf(error)}`);
  }
}

/** Everything has ended: no job, no keeper and no launcher may be left for long. */
async function processesLeft(room: Room): Promise<Violation[]> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const left = { ...processesOf(room.directory), jobs: jobsLeft(room) };
    if (Object.values(left).every((pids) => pids.length === 0)) return [];
    if (performance.now() > deadline) {
      return [{ kind: 'stuck', what: `processes are left: ${JSON.stringify(left)}` }];
    }
    await delay(50);
  }
}

/** Whatever broke, nothing goes on in the room. */
function killAll({ directory }: Room): void {
  for (let round = 0; round < 100; round += 1) {
    const { launchers, keepers } = processesOf(directory);
    const left = [...launchers, ...keepers, ...jobsOf(directory)];
    if (left.length === 0) return;
    for (const pid of left) killHard(pid);
  }
}
