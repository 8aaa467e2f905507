const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A document of one element; its members are texts, or elements that are made already. */
export function xmlDocument(root: string, members: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${members.join('')}</${root}>\n`;
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function group(name: string, members: readonly string[]): string {
  return `<${name}>${members.join('')}</${name}>`;
}

/** The contents of every element of a name, for the few flat documents that clients send. */
export function contentsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'));
  return [...found].map(([, content = '']) => content);
}

/** The text of the first element of a name, or null. */
export function textOf(xml: string, name: string): string | null {
  const [content] = contentsOf(xml, name);
  if (content === undefined) return null;
  return content.replaceAll(
    /&(?:#(x?)([0-9a-fA-F]+)|(\w+));/g,
    (whole, hex, digits: string, named: string) => {
      if (digits !== undefined) return String.fromCodePoint(Number.parseInt(digits, hex === 'x' ? 16 : 10));
      return Object.entries(entities).find(([, entity]) => entity === `&${named};`)?.[0] ?? String(whole);
    },
  );
}
