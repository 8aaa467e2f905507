import type { Store } from '../store/store.ts';
import type { WorkflowVersion } from './workflow-version.ts';
import { indexVersion } from './workflow-version.ts';

/** The versions that were used last. Forgotten with the rest after a rollback, which may give a number out again. */
export class VersionCache {
  readonly #versions = new Map<number, WorkflowVersion>();
  readonly #size = 32;

  get(versionId: number, store: Store): WorkflowVersion {
    const version = this.#versions.get(versionId) ?? indexVersion(store.workflows.version(versionId));
    this.#versions.delete(versionId);
    this.#versions.set(versionId, version); // now the youngest
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= this.#size) break;
      this.#versions.delete(oldest);
    }
    return version;
  }
}
