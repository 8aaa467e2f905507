import { mkdirSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../define/resources.ts';
import { AIFlowError } from '../errors.ts';
import { resolveInside } from '../names.ts';
import type { JobRuntimeEnv } from './env.ts';

/** Where a dataset lies for one attempt. It may hold secrets: it belongs into an environment, and into no file. */
export interface DatasetLocation {
  /** With every `${NAME}` resolved. */
  readonly uri: string;
  /**
   * Of a dataset on this machine, where it may lie: at the first of these paths that is there when it is needed, or
   * else at the last. Empty when it lies elsewhere, as behind `s3://…`.
   */
  readonly paths: readonly string[];
}

/**
 * Where a job plugin finds or puts a node's dataset; the same for all plugins, so that they find each other's. A URI
 * without a scheme that is relative is written into the directory that the jobs of the execution share, since the
 * snapshot of the project is read-only, and is read from there or else from the project. To write there, the
 * directories that it lies in are made. Throws `secret.missing`,
 * `path.outside` for a relative one that leaves the project, and `dataset.invalid_uri` for a `file:` URI that names
 * no file of this machine.
 */
export function locateDataset(dataset: Dataset, use: 'read' | 'write', env: JobRuntimeEnv): DatasetLocation {
  const place = `the uri of dataset "${dataset.name}"`; // what is missing is told by its place
  const { [place]: uri = '' } = env.resolveSecrets({ [place]: dataset.uri });
  if (uri.startsWith('file:')) return { uri, paths: [filePath(uri, dataset.name)] };
  if (uri.includes('://')) return { uri, paths: [] };
  if (isAbsolute(uri)) return { uri, paths: [uri] };
  const shared = resolveInside(env.executionDir, uri);
  if (use === 'read') return { uri, paths: [shared, resolveInside(env.projectDir, uri)] };
  mkdirSync(dirname(shared), { recursive: true });
  return { uri, paths: [shared] };
}

function filePath(uri: string, name: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    // What Node says holds the URI, which may hold a secret.
  }
  throw new AIFlowError(
    'dataset.invalid_uri',
    `the uri of dataset "${name}" begins with file: and names no file of this machine: write file:///path, or a path`,
    { context: { dataset: name } },
  );
}
