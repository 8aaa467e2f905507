import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of a .cpuprofile that are read here (the format of the Chrome DevTools protocol's `Profiler.Profile`). */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds between a sample and the one before it. */
  readonly timeDeltas: readonly number[];
}

/** Milliseconds of the profiled thread by place: a package, or `package/folder` in ours; largest first. */
export function timeByPlace(profilePath: string): [place: string, milliseconds: number][] {
  const profile = JSON.parse(readFileSync(profilePath, 'utf8')) as CpuProfile;
  const places = placesOf(profile);
  const sums = new Map<string, number>();
  for (const [at, id] of profile.samples.entries()) {
    const place = places.get(id) ?? 'unknown';
    sums.set(place, (sums.get(place) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1000);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a);
}

/** Time in Node and in the system counts for the file that called them. */
function placesOf({ nodes }: CpuProfile): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const places = new Map<number, string>();
  const pending = nodes.slice(0, 1).map((node) => ({ node, inherited: 'node' }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { functionName, url } = next.node.callFrame;
    const own = url.startsWith('file:') ? placeOf(fileURLToPath(url)) : null;
    const special = /^\((idle|garbage collector)\)$/.exec(functionName)?.[1];
    const place = special ?? own ?? next.inherited;
    places.set(next.node.id, place);
    for (const id of next.node.children ?? []) {
      const node = byId.get(id);
      if (node !== undefined) pending.push({ node, inherited: place });
    }
  }
  return places;
}

/** `core/run` of `…/core/dist/run/worker.js`, `better-sqlite3` of `…/node_modules/better-sqlite3/lib/x.js`. */
function placeOf(file: string): string {
  const installed = file.split(`${sep}node_modules${sep}`);
  const parts = (installed.at(-1) ?? '').split(sep);
  if (installed.length > 1) return parts.slice(0, parts[0]?.startsWith('@') === true ? 2 : 1).join('/');
  const dist = parts.lastIndexOf('dist');
  return dist < 1 ? 'the definition' : [parts[dist - 1], ...parts.slice(dist + 1, -1)].join('/');
}
