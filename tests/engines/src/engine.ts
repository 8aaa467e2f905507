/** A program that no one here wrote, which tests run for real: how it comes to the machine. */
export interface Engine {
  /** Short, in lower case: part of its folder's name and what `npm run engines NAME` takes. */
  readonly name: string;
  /** Part of the folder's name too: another version is installed beside the old one. */
  readonly version: string;
  /** Commands that must be on the PATH to install and to run it. */
  readonly needs: readonly string[];
  /**
   * Installs it, whole, into a directory that is there and empty, from package registries only. The directory is
   * renamed afterwards, so nothing in it may hold its path. Throws when it cannot.
   */
  install(directory: string): void;
}
