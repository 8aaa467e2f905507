import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../../docs');

/** A fenced block of a page: its language, which may be empty, its lines, and the line that it begins on. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** A page of docs/. */
export function readPage(name: string): string {
  return readFileSync(join(docs, name), 'utf8');
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = '', 2: text = '', index }) => ({
      language,
      text,
      line: page.slice(0, index).split('\n').length,
    }),
  );
}

/** The path that a block names in its first line, as a comment; null when it names none. */
export function pathOf(block: Block): string | null {
  return /^(?:\/\/|#) ([\w./-]+\.\w+)\n/.exec(block.text)?.[1] ?? null;
}

/** What a block holds: where its language has comments, with the line that names its file. */
export function contentOf(block: Block): string {
  return block.language === 'csv' ? block.text.replace(/^.*\n/, '') : block.text;
}

/** The rows of the table behind a heading, each as the code of its cells; other text in a cell is left out. */
export function tableOf(page: string, heading: string): string[][] {
  const section = page.split(new RegExp(`^#+ ${heading}$`, 'm'))[1] ?? '';
  const rows = section.split(/^#+ /m)[0]?.match(/^\|.*\|$/gm) ?? [];
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split(/ \| /)
      .map((cell) => /`` (.*) ``/.exec(cell)?.[1] ?? /`(.*)`/.exec(cell)?.[1] ?? cell.trim()),
  );
}
