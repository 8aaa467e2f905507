/** Does it when it is first asked for and gives all callers what came of it; after it has failed it is done again. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null;
  return async () => {
    done ??= work();
    try {
      return await done;
    } catch (error) {
      done = null;
      throw error;
    }
  };
}
