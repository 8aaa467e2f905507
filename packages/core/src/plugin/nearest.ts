/** The word that was probably meant, or null when none is near: at most a third of its letters are wrong. */
export function nearest(word: string, words: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of words) {
    const distance = editDistance(word.slice(0, 100).toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance <= candidate.length / 3) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** What other programs call what we have, where no letters lead from one to the other. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['retries', 'retry'],
  ['max_retries', 'retry'],
  ['retry_delay', 'retry'],
  ['cron', 'periodic_config'],
  ['interval', 'periodic_config'],
  ['schedule', 'periodic_config'],
  ['schedules', 'periodic_config'],
  ['type', 'job_type'],
  ['kind', 'job_type'],
]);

/** What to say of a word that is not known: the one that was probably meant, or all that there are. */
export function hintFor(word: string, words: readonly string[]): string {
  const other = otherNames.get(word) ?? '';
  const suggestion = words.includes(other) ? other : nearest(word, words);
  return suggestion === null ? `expected one of ${words.join(', ')}` : `did you mean "${suggestion}"?`;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (beforeLast[j - 2] ?? 0) + 1 : change;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change, swap));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
