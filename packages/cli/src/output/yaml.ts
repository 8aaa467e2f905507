import type { Json } from '@aiflow/core';

/** A value as one YAML document, with nothing in it that a terminal obeys. */
export async function yamlText(value: Json): Promise<string> {
  const { stringify } = await import('yaml');
  const text = stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
  // The library puts texts with control characters in double quotes, and escapes there those that JSON escapes.
  return text.replaceAll(/[\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}
