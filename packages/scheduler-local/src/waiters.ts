interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for the end of an attempt or an execution, by its id. */
export class Waiters {
  readonly #waiters = new Map<string, Waiter[]>();

  /** Resolves when the end of `id` has been committed; rejects when it cannot be brought about. */
  wait(id: string): Promise<void> {
    const { promise, ...waiter } = Promise.withResolvers<void>();
    promise.catch(() => undefined); // whoever asked may have been refused since, and does not listen any more
    const found = this.#waiters.get(id);
    if (found === undefined) this.#waiters.set(id, [waiter]);
    else found.push(waiter);
    return promise;
  }

  settle(id: string): void {
    for (const waiter of this.#take(id)) waiter.resolve();
  }

  /** What is waited for. */
  ids(): string[] {
    return [...this.#waiters.keys()];
  }

  fail(id: string, error: Error): void {
    for (const waiter of this.#take(id)) waiter.reject(error);
  }

  failAll(error: Error): void {
    for (const id of this.#waiters.keys()) this.fail(id, error);
  }

  #take(id: string): readonly Waiter[] {
    const found = this.#waiters.get(id) ?? [];
    this.#waiters.delete(id);
    return found;
  }
}
