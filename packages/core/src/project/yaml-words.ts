import type { ErrorCode } from 'yaml';

/**
 * What to say of a fault that the parser found. Its own words are not used: they may quote the text, which may hold a
 * secret, is of any length and need not be one line.
 */
export const yamlWords: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) takes neither a tag nor a name of its own: take that out',
  BAD_ALIAS: 'not the name of an alias: put a value that begins with "*" or "&" into quotes',
  BAD_COLLECTION_TYPE: 'the tag here does not fit a list or mapping: take it out',
  BAD_DIRECTIVE: 'a line that begins with "%" has no meaning here: take it out',
  BAD_DQ_ESCAPE: String.raw`no such escape in double quotes: write \\ for a backslash, or use single quotes`,
  BAD_INDENT: 'the indentation does not fit: keys of one mapping stand in one column',
  BAD_PROP_ORDER: 'a tag or name (&name) stands before the sign that it belongs behind',
  BAD_SCALAR_START: 'a value cannot begin with this character: put it into quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a key and its mapping stand on one line, or the line below is indented too far: put the inner keys on lines of their own, in one column',
  BLOCK_IN_FLOW: 'inside brackets, lists and mappings are written in brackets too',
  DUPLICATE_KEY: 'this key is given twice',
  IMPOSSIBLE: 'this cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'the key is too long',
  MISSING_CHAR: 'something is missing here: a ":" behind the key, a closing bracket or quote, or a comma',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line, with ":" behind it',
  MULTIPLE_ANCHORS: 'a value takes one name (&name) at most',
  MULTIPLE_DOCS: 'a second document begins here: keep one for each file',
  MULTIPLE_TAGS: 'a value takes one tag at most',
  NON_STRING_KEY: 'a key must be a text, not a list, a mapping or an alias',
  RESOURCE_EXHAUSTION: 'this is too deep or too large to be read',
  TAB_AS_INDENT: 'this line is indented with a tab: write spaces instead, two for each level',
  TAG_RESOLVE_FAILED: 'the tag here does not fit the value: take it out',
  UNEXPECTED_TOKEN:
    'this is not expected here: look for a bracket, quote or indentation before it that is wrong',
};

/** A fault that the parser takes for one of indentation. */
export const openBracket = 'a bracket is not closed, or what stands in it is not indented';
