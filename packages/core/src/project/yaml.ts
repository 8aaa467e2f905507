import type * as Yaml from 'yaml';
import type { Problem } from '../errors.ts';
import { messageOf, problemsError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Locate } from '../plugin/options.ts';
import { yamlLimits } from './yaml-limits.ts';
import { locateIn } from './yaml-locate.ts';
import { PlainReader } from './yaml-plain.ts';
import type { ReportYaml } from './yaml-tokens.ts';
import { readTokens } from './yaml-tokens.ts';
import { openBracket, yamlWords } from './yaml-words.ts';

/** A configuration file as plain data that still knows where each key was written. */
export interface ConfigFile {
  readonly file: string;
  readonly value: JsonObject;
  readonly locate: Locate;
}

/**
 * Reads YAML 1.2 that must be a mapping; an empty text is an empty one. Plain merge keys (`<<`) work as in YAML 1.1,
 * which AIFlow's files are read by. Keys are texts, whatever they look like. Throws `config.invalid` with every
 * problem at its place: syntax, tabs, keys given twice or too long, `__proto__`, tags, aliases that multiply, a second
 * document, and more than {@link yamlLimits} allow. No message quotes a value.
 */
export async function parseYaml(text: string, file: string): Promise<ConfigFile> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const problems: Problem[] = [];
  if (Buffer.byteLength(text) > yamlLimits.bytes) {
    const message = `the file is larger than ${yamlLimits.bytes} bytes: write less of it`;
    throw problemsError('config.invalid', [{ file, line: null, column: null, key: null, message }]);
  }
  // Loaded when it is first used: plugins and definitions import this package and need no parser.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const report: ReportYaml = (offset, message, key = '') => {
    const { line, col } = lines.linePos(offset);
    if (problems.some((problem) => problem.line === line && problem.column === col)) return; // one fault leads to others
    if (problems.length < yamlLimits.problems)
      problems.push({ file, line, column: col, key: key === '' ? null : key, message: messageOf(message) });
  };
  const document = readDocument(yaml, source, lines, report);
  const value = document === null ? {} : new PlainReader(yaml, lines, report).read(document.contents);
  if (document !== null) reportFaults(document, source, lines, report);
  if (document === null || problems.length > 0) {
    problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    throw problemsError('config.invalid', problems);
  }
  return { file, value, locate: (path) => locateIn(yaml, document, lines, file, path) };
}

/** The document of a text with what is wrong with its syntax reported; null when it was not read at all. */
function readDocument(
  yaml: typeof Yaml,
  text: string,
  lines: Yaml.LineCounter,
  report: ReportYaml,
): Yaml.Document | null {
  // oxlint-disable-next-line no-control-regex -- it looks for just these
  const control = /[\0-\u{8}\u{B}\u{C}\u{E}-\u{1F}\u{7F}]|\r(?!\n)/u.exec(text);
  const tokens = readTokens(yaml, control === null ? text : text.slice(0, control.index), lines, report);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    report(
      control.index,
      `a character that a text does not hold (U+${code}): take it out, or save the file as UTF-8`,
    );
    return null;
  }
  if (tokens === null) return null;
  // Keys given twice are looked for by PlainReader, which is linear and knows the line of the first.
  const composer = new yaml.Composer({
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
    logLevel: 'silent',
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) return null;
  for (const token of tokens) if (token.type === 'directive') report(token.offset, yamlWords.BAD_DIRECTIVE);
  if (second !== undefined) report(second.range[0], yamlWords.MULTIPLE_DOCS);
  return document;
}

/** What the parser found. Faults about tabs come as all sorts, on the line of the tab or beside it. */
function reportFaults(
  document: Yaml.Document,
  text: string,
  lines: Yaml.LineCounter,
  report: ReportYaml,
): void {
  const faults = [...document.errors, ...document.warnings].filter(
    // Tags that nobody knows are named by PlainReader.
    ({ code, name }) => !(code === 'TAG_RESOLVE_FAILED' && name === 'YAMLWarning'),
  );
  const reported = new Set<number>();
  for (const { code, pos, message } of faults) {
    const { line } = lines.linePos(pos[0]);
    const tabbed = [line, line - 1, line + 1].find((near) => isTabbed(text, lines, near));
    const at = tabbed ?? line;
    if (reported.has(at)) continue;
    reported.add(at);
    if (tabbed === undefined) report(pos[0], message.startsWith('Flow ') ? openBracket : yamlWords[code]);
    else report(lines.lineStarts[tabbed - 1] ?? 0, yamlWords.TAB_AS_INDENT);
  }
}

/** Whether a line, counted from 1, is indented with a tab. */
function isTabbed(text: string, lines: Yaml.LineCounter, line: number): boolean {
  const start = lines.lineStarts[line - 1];
  if (start === undefined) return false;
  return /^ *\t[ \t]*[^\s#]/.test(text.slice(start, start + 200));
}
