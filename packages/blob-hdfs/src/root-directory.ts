/** What `root_directory` must look like. */
export const expectedRoot: string =
  'expected the absolute path of a directory of its own, such as /aiflow, not the root of the file system, ' +
  'and without "..", ":" or empty parts';

/**
 * A root directory without a `/` at its end, or null when it is none. HDFS itself refuses `.`, `..`, `:` and empty
 * parts in a path (https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/filesystem/model.html).
 */
export function rootDirectory(path: string): string | null {
  const root = path.replace(/\/+$/, '');
  const [first, ...parts] = root.split('/');
  const isPath = first === '' && parts.length > 0 && parts.every(isPart);
  return isPath ? root : null;
}

function isPart(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[:\p{Cc}]/u.test(part) && part.isWellFormed();
}
