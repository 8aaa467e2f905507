import type { LauncherConnection } from './launcher-connection.ts';

/** The open connections, by path; each is opened once, and again when it was lost. */
export class LauncherConnections {
  readonly #open = new Map<string, Promise<LauncherConnection>>();

  /** The connection that is there; null when there is none. */
  async find(path: string): Promise<LauncherConnection | null> {
    const connection = await this.#open.get(path)?.catch(() => null);
    return connection?.isOpen === true ? connection : null;
  }

  /** The connection that is there, or the one that `open` gives; throws what `open` throws. */
  async get(path: string, open: () => Promise<LauncherConnection>): Promise<LauncherConnection> {
    for (;;) {
      const opening = this.#open.get(path) ?? open();
      this.#open.set(path, opening);
      try {
        const connection = await opening;
        if (connection.isOpen) return connection;
        this.#forget(path, opening);
      } catch (error) {
        this.#forget(path, opening);
        throw error;
      }
    }
  }

  #forget(path: string, opening: Promise<LauncherConnection>): void {
    if (this.#open.get(path) === opening) this.#open.delete(path);
  }
}
