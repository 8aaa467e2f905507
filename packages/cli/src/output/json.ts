/** A value as the indented JSON of `-o json`: one document, with nothing in it that a terminal obeys. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  // JSON escapes the other control characters by itself.
  return `${text.replaceAll(/[\x7f-\x9f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)}\n`;
}
