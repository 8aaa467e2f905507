import type * as Yaml from 'yaml';
import { yamlLimits } from './yaml-limits.ts';

/** Takes what is wrong with a text, and where, as an offset into it; `key` is the dotted path of a key, if it is one's. */
export type ReportYaml = (offset: number, message: string, key?: string) => void;

/**
 * The tokens of a YAML text, or null for one that was refused. The parser keeps its open levels on a stack of its own,
 * so that a text which is too deep or too long is refused while it is read, before anything recurses into it.
 */
export function readTokens(
  { Lexer, Parser }: typeof Yaml,
  text: string,
  lines: Yaml.LineCounter,
  report: ReportYaml,
): Yaml.CST.Token[] | null {
  const parser = new Parser(lines.addNewLine);
  const tokens: Yaml.CST.Token[] = [];
  // Below the open collections lies the document, and above them the value that is being read.
  const deepestStack = yamlLimits.depth + 2;
  let parts = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    const offset = parser.offset;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > deepestStack) {
      report(offset, `lists and mappings go deeper than ${yamlLimits.depth} levels here: write it flatter`);
      return null;
    }
    if (++parts > yamlLimits.parts) {
      report(offset, `the file has more than ${yamlLimits.parts} keys, values and signs: write less of it`);
      return null;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}
