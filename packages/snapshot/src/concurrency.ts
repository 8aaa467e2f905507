/**
 * Calls `work` for each item, at most `limit` at a time. The first failure aborts the signal that the others were
 * given, and is thrown once they have ended; so is the reason of `signal`.
 */
export async function forEachLimit<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failing = new AbortController();
  const both = signal === undefined ? failing.signal : AbortSignal.any([signal, failing.signal]);
  let failure: { readonly error: unknown } | null = null;
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    try {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        both.throwIfAborted();
        await work(next.value, both);
      }
    } catch (error) {
      failure ??= { error };
      failing.abort(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  signal?.throwIfAborted();
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
}
