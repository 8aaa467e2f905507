import type { Heap } from './heap.ts';
import type { Measure } from './line.ts';
import { bySeq, isGone, Line } from './line.ts';
import type { LiveAttempt } from './live-execution.ts';
import { workflowKey } from './workflow-key.ts';

export interface PlaceLimits {
  /** Attempts at once, over all executions. */
  readonly maxRunning: number;
  /** Places by the pool's name. */
  readonly pools: ReadonlyMap<string, number>;
}

const ahead = 64;

/**
 * Who may begin: in the order in which the attempts came, as far as places are free over all, in their workflow and
 * in their pool. An attempt for which only its own workflow or pool is full waits aside, and holds up only those behind
 * it that need the same.
 */
export class Places {
  readonly #limits: PlaceLimits;
  /** May hold attempts that were stopped meanwhile; whoever takes one looks. */
  readonly #ready: Heap<LiveAttempt> = bySeq();
  /** Those of which something is taken or awaited, by the workflow's key and the pool's name. */
  readonly #workflows = new Map<string, Line>();
  readonly #pools = new Map<string, Line>();
  /** Those that have a place, and where else each takes something. */
  readonly #placed = new Map<LiveAttempt, readonly Line[]>();
  /** How many begin before it is looked again who is next. */
  #lookedAhead = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  enter(attempt: LiveAttempt): void {
    this.#ready.push(attempt);
  }

  /** The next attempt that has a place now, which is its from then on; null when nobody can begin. */
  next(): LiveAttempt | null {
    while (this.#placed.size < this.#limits.maxRunning) {
      const attempt = this.#ready.pop();
      if (attempt === undefined) return null;
      if (isGone(attempt)) {
        this.giveUp(attempt); // it was let out of a line, which has room for another
        continue;
      }
      const lines = this.#linesOf(attempt);
      const full = lines.find((line) => !line.admits(attempt));
      if (full === undefined) {
        this.#lookedAhead -= 1;
        this.#take(attempt, lines);
        return attempt;
      }
      full.hold(attempt);
      // The place that it leaves in its other line may be another's.
      for (const line of lines) if (line !== full) this.#release(line);
    }
    return null;
  }

  /**
   * Those who will probably begin next; none when there were enough of them a short time ago. So whoever prepares them
   * is ahead of the places that become free, and does little for each.
   */
  upcoming(): readonly LiveAttempt[] {
    if (this.#lookedAhead > ahead / 2) return [];
    const found: LiveAttempt[] = [];
    while (found.length < ahead) {
      const attempt = this.#ready.pop();
      if (attempt === undefined) break;
      if (!isGone(attempt)) found.push(attempt);
    }
    for (const attempt of found) this.#ready.push(attempt);
    this.#lookedAhead = found.length;
    return found;
  }

  /** Counts an attempt that has a place already, as after a restart. */
  occupy(attempt: LiveAttempt): void {
    this.#take(attempt, this.#linesOf(attempt));
  }

  leave(attempt: LiveAttempt): void {
    const lines = this.#placed.get(attempt) ?? [];
    this.#placed.delete(attempt);
    for (const line of lines) {
      line.leave(attempt);
      this.#release(line);
    }
  }

  /** One that waited is stopped: those behind it may have room. */
  giveUp(attempt: LiveAttempt): void {
    for (const line of this.#linesOf(attempt)) this.#release(line);
  }

  #take(attempt: LiveAttempt, lines: readonly Line[]): void {
    this.#placed.set(attempt, lines);
    for (const line of lines) line.take(attempt);
  }

  #release(line: Line): void {
    for (const attempt of line.release()) this.#ready.push(attempt);
    if (line.isIdle) line.lines.delete(line.key);
  }

  #linesOf({ execution, jobName }: LiveAttempt): readonly Line[] {
    const { projectName, workflowName, version } = execution;
    const workflow = lineOf(this.#workflows, workflowKey(projectName, workflowName), jobsOfWorkflow);
    const pool = version.jobs.get(jobName)?.config.pool;
    if (pool === undefined) return [workflow];
    const size = this.#limits.pools.get(pool) ?? 0;
    return [workflow, lineOf(this.#pools, pool, slotsOfPool(size))];
  }
}

/** Versions of a workflow may say different limits: each attempt goes by that of its own. */
const jobsOfWorkflow: Measure = {
  slotsOf: () => 1,
  sizeFor: ({ execution }) => execution.version.limits.jobs ?? Infinity,
};

function slotsOfPool(size: number): Measure {
  return { slotsOf: (attempt) => Math.min(slotsOf(attempt), size || 1), sizeFor: () => size };
}

function lineOf(lines: Map<string, Line>, key: string, measure: Measure): Line {
  const line = lines.get(key) ?? new Line(lines, key, measure);
  lines.set(key, line);
  return line;
}

function slotsOf({ execution, jobName }: LiveAttempt): number {
  return execution.version.jobs.get(jobName)?.config.poolSlots ?? 1;
}
