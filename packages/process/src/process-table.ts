/** One process among all that ever had its number: `startTicks` tells it within a boot, `bootId` between boots. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

/** A process that is alive now. One that has ended and waits to be collected (a zombie) is not. */
export interface LiveProcess {
  readonly pid: number;
  /** Its process group. */
  readonly group: number;
  /** When it began, in the table's own unit: equal for the same process only. */
  readonly startTicks: string;
  /** Which process started it. */
  readonly parent: number;
  /** The same as its parent's until it turns into a program of its own (execve). */
  readonly image: string;
}

/** Which processes to look for: those with the token, and those of the group when there is one. */
export interface MemberQuery {
  readonly token: string;
  readonly group: number | null;
  /** Only processes that began after this one, so that few need to be looked at; null for all. */
  readonly after: number | null;
}

/** What the system tells of its processes. Never includes this process itself in `members`. */
export interface ProcessTable {
  /** Differs after each start of the machine. */
  bootId(): string;
  look(pid: number): LiveProcess | null;
  /** Whether the process began with the token in its environment. */
  holds(pid: number, token: string): boolean;
  members(query: MemberQuery): LiveProcess[];
  /** What the process started, and what that started, as far as its parents still live. */
  descendants(pid: number): LiveProcess[];
  /**
   * Whether numbers may have been given out again after a process that began so long ago: then `after` must not be
   * used, for a number says nothing about age.
   */
  mayHaveWrapped(lifetimeMs: number): boolean;
}

/** Whether the very process that was identified still lives. */
export function isAlive(table: ProcessTable, identity: ProcessIdentity): boolean {
  return identity.bootId === table.bootId() && table.look(identity.pid)?.startTicks === identity.startTicks;
}

/** Those of `all` that descend from the process. */
export function descendantsAmong(all: readonly LiveProcess[], pid: number): LiveProcess[] {
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const found: LiveProcess[] = [];
  for (let next = byParent.get(pid) ?? []; next.length > 0;) {
    found.push(...next);
    next = next.flatMap((live) => byParent.get(live.pid) ?? []);
  }
  return found;
}

/** Whether any process, also one that waits to be collected, belongs to the group. */
export function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return Reflect.get(Object(error), 'code') === 'EPERM';
  }
}
