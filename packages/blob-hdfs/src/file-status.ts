import { memberOf, parsed } from './failure.ts';

/** What WebHDFS tells of a file or a directory. */
export interface FileStatus {
  /** Its name in its directory; empty for what was asked for itself. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
  /** In milliseconds since 1970, by the NameNode's clock. */
  readonly modifiedTime: number;
}

/** https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#FileStatus_JSON_Schema */
export function readStatus(body: Uint8Array): FileStatus | null {
  return statusOf(memberOf(parsed(body), 'FileStatus'));
}

export interface Listing {
  readonly entries: readonly FileStatus[];
  /** How many entries follow. */
  readonly remaining: number;
}

/** https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#FileStatuses_JSON_Schema */
export function readStatuses(body: Uint8Array): readonly FileStatus[] | null {
  return statusesOf(parsed(body));
}

/** https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#Iteratively_List_a_Directory */
export function readListing(body: Uint8Array): Listing | null {
  const listing = memberOf(parsed(body), 'DirectoryListing');
  const entries = statusesOf(memberOf(listing, 'partialListing'));
  const remaining = memberOf(listing, 'remainingEntries');
  return entries !== null && typeof remaining === 'number' ? { entries, remaining } : null;
}

function statusesOf(value: unknown): readonly FileStatus[] | null {
  const found = memberOf(memberOf(value, 'FileStatuses'), 'FileStatus');
  if (!Array.isArray(found)) return null;
  const statuses = found.map(statusOf).filter((each) => each !== null);
  return statuses.length === found.length ? statuses : null;
}

function statusOf(value: unknown): FileStatus | null {
  const [name, type, size, modifiedTime] = ['pathSuffix', 'type', 'length', 'modificationTime'].map((key) =>
    memberOf(value, key),
  );
  const isStatus = typeof name === 'string' && typeof size === 'number' && typeof modifiedTime === 'number';
  return isStatus ? { name, isDirectory: type === 'DIRECTORY', size, modifiedTime } : null;
}
