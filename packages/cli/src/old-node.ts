/** What `engines` of our packages say. Types in a definition are stripped without a flag from here on. */
const least = [22, 18] as const;

/** What is wrong with this version of Node, or null. npm only warns of it, and imports of ours fail with a stack trace. */
export function oldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return null;
  return `aiflow needs Node ${least.join('.')} or later, and this is ${version}: install a newer Node, or put one first on the PATH`;
}
