import { largestPack, largestPiece, mostPieces } from './pack-index.ts';

/** Large files go to one thread each; as many as come to less than this together share their last packs. */
const largeTogether = 4 * largestPack;

/**
 * Divides files in jobs for threads. Small ones go together as they fill a pack; of large ones it is not known before
 * they are read which of their parts are new, so each job of them fills as many packs as it needs. The same files
 * give the same jobs, and these the same packs: of two uploads beside each other, both put the same objects.
 */
export function planPacks<File extends { readonly size: number }>(files: readonly File[]): File[][] {
  const small = group(
    files.filter(({ size }) => size <= largestPiece),
    largestPack,
  );
  const large = group(
    files.filter(({ size }) => size > largestPiece),
    largeTogether,
  );
  return [...large, ...small];
}

function group<File extends { readonly size: number }>(files: readonly File[], most: number): File[][] {
  const groups: File[][] = [];
  let group: File[] = [];
  let size = 0;
  for (const file of files) {
    if (group.length > 0 && (size + file.size > most || group.length === mostPieces)) {
      groups.push(group);
      [group, size] = [[], 0];
    }
    group.push(file);
    size += file.size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
