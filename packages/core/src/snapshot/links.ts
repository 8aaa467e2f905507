/**
 * Whether a symbolic link leads out of the root, when all the links there are `links` (path → target). It walks the
 * way as the kernel would, through other links, because a target that looks harmless may leave by way of one. An
 * absolute target leads out. A link to nothing, or into a loop, leads nowhere and does not.
 */
export function leadsOutside(path: string, target: string, links: ReadonlyMap<string, string>): boolean {
  const place = path.split('/').slice(0, -1);
  const ahead = partsOf(target);
  if (target.startsWith('/')) return true;
  for (let followed = 0; ;) {
    const part = ahead.pop();
    if (part === undefined) return false;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (place.pop() === undefined) return true;
      continue;
    }
    place.push(part);
    const next = links.get(place.join('/'));
    if (next === undefined) continue;
    if (next.startsWith('/')) return true;
    followed += 1;
    if (followed > mostFollowed) return false;
    place.pop();
    ahead.push(...partsOf(next));
  }
}

/** After as many links Linux gives up with ELOOP (path_resolution(7)). */
const mostFollowed = 40;

/** The parts of a path, the first one last. */
function partsOf(path: string): string[] {
  return path.split('/').reverse();
}
