import type { LiveProcess, MemberQuery, ProcessIdentity, ProcessTable } from './process-table.ts';

/** A launched process with its descendants, as far as they can be told from strangers. */
export interface OwnTree {
  /** The main process's group; null when nothing of it is left that is known to be ours. */
  readonly group: number | null;
  /**
   * The process that keeps the tree together: it is told of every orphan, and ends by itself when nothing is left.
   * It is a member, and is never signalled to end. Null when there is none.
   */
  readonly keeper: number | null;
  /** Those who live now. */
  members(): LiveProcess[];
}

export interface OwnTreeOptions extends MemberQuery {
  /** Processes that were in the group when it was certainly ours. */
  readonly known: () => readonly LiveProcess[];
  /** Whether the group's number certainly cannot have been given away yet. */
  readonly holdsNumber: () => boolean;
}

/**
 * Who holds the token is ours. Who is in the group without it is ours only while the group is: the system gives a
 * group's number to a stranger as soon as the group is empty, and not before. So each look must find somebody in it
 * that is known to be ours. Each look can, for a group empties, and its number is given away, also while we wait for
 * the grace time to pass.
 */
export function ownTree(table: ProcessTable, options: OwnTreeOptions): OwnTree {
  const { token, group, holdsNumber } = options;
  const seen = new Set<string>();

  function isOurs(grouped: readonly LiveProcess[]): boolean {
    if (holdsNumber()) return true;
    for (const live of options.known()) seen.add(key(live));
    return grouped.some((live) => seen.has(key(live)) || table.holds(live.pid, token));
  }

  return {
    group,
    keeper: null,
    members: () => {
      const found = table.members(options);
      const grouped = group === null ? [] : found.filter((live) => live.group === group);
      if (grouped.length === 0) return found;
      if (!isOurs(grouped)) return found.filter((live) => live.group !== group);
      for (const live of grouped) seen.add(key(live));
      return found;
    },
  };
}

/**
 * The tree of a living keeper: whoever descends from it, whatever became of session, group and environment. Should the
 * keeper be killed, it is as if there had been none.
 */
export function keptTree(table: ProcessTable, keeper: ProcessIdentity, token: string): OwnTree {
  const without = ownTree(table, {
    token,
    group: null,
    after: null,
    known: () => [],
    holdsNumber: () => false,
  });
  return {
    group: null,
    keeper: keeper.pid,
    members: () => {
      const live = table.look(keeper.pid);
      if (live === null || live.startTicks !== keeper.startTicks) return without.members();
      return [live, ...table.descendants(keeper.pid)];
    },
  };
}

function key({ pid, startTicks }: LiveProcess): string {
  return `${pid} ${startTicks}`;
}
