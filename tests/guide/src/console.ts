import type { Block } from './markdown.ts';

/** A command of a page, and what the page shows of its output. */
export interface ShownCommand {
  readonly command: string;
  /** Matches the whole output. A line `…` stands for any lines, and `…` in a line for anything in it. */
  readonly output: RegExp;
  /** What is to be seen before Ctrl-C is pressed; null when it is not. */
  readonly interruptAfter: RegExp | null;
}

/** The commands of a block that shows a terminal: lines that begin with `$ `, each with the output behind it. */
export function commandsOf(block: Block): ShownCommand[] {
  return block.text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.trimEnd().split('\n');
      const interrupt = lines.indexOf('^C');
      const shown = interrupt === -1 ? lines : lines.slice(0, interrupt);
      return {
        command,
        output: new RegExp(`^${patternOf(interrupt === -1 ? shown : [...shown, '…'])}$`),
        interruptAfter: interrupt === -1 ? null : new RegExp(`^${patternOf(shown)}`),
      };
    });
}

function patternOf(lines: readonly string[]): string {
  const patterns = lines.map((line) =>
    line === '…' ? '(?:[^\\n]*\\n)*?' : `${line.split('…').map(escape).join('[^\\n]*')}\\n`,
  );
  return patterns.join('');
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
