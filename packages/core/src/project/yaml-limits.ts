/** What a configuration file may hold at most: people write far less, and what is more is an accident or an attack. */
export const yamlLimits: Readonly<
  Record<'bytes' | 'depth' | 'keyLength' | 'parts' | 'expanded' | 'problems', number>
> = {
  /** Bytes of the file. */
  bytes: 1_048_576,
  /** Levels of lists and mappings in one another, also through aliases. */
  depth: 64,
  /** Characters of a key. */
  keyLength: 256,
  /** Keys, values, signs, comments and line ends together. */
  parts: 75_000,
  /** Values that all aliases together stand for. */
  expanded: 1000,
  /** Problems that are reported of one file. */
  problems: 100,
};
