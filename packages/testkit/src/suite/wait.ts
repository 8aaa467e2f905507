import { AssertionError } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';

/** How long one step of a case may take, in milliseconds, before it counts as never. */
export const defaultPatience = 20_000;

/** What `promise` comes to; fails the case, saying what was waited for, when that takes longer than `milliseconds`. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  milliseconds: number = defaultPatience,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AssertionError({ message: `expected within ${milliseconds} ms: ${what}` }));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks until `probe` gives something other than null, false or undefined, and gives that; fails after `milliseconds`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  milliseconds: number = defaultPatience,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false)
      return found as NonNullable<Exclude<T, false>>;
    if (performance.now() > end)
      throw new AssertionError({ message: `expected within ${milliseconds} ms: ${what}` });
    await delay(10);
  }
}
