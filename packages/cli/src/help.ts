import type { Command, OptionSpec } from './command.ts';
import { commands, groups } from './commands.ts';

/** The list of commands, of all or of one group. */
export function helpText(group?: string): string {
  const chosen = Object.entries(commands).filter(
    ([name]) => group === undefined || name.startsWith(`${group} `),
  );
  const title =
    group === undefined ? 'aiflow: workflows of AI and data jobs' : `aiflow ${group}: ${groups[group] ?? ''}`;
  return [
    title,
    '',
    ...columns(chosen.map(([name, { summary }]) => [`aiflow ${name}`, summary])),
    '',
    `"aiflow COMMAND --help" says more. Exit codes: 0 well, 1 a workflow failed, 2 wrong input, 130 interrupted.`,
    '',
  ].join('\n');
}

/** How one command is called. */
export function commandHelp(name: string, command: Command): string {
  const args = command.args.map((arg) => (arg.endsWith('?') ? `[${arg.slice(0, -1)}]` : arg));
  const options = Object.entries(command.options);
  const usage = ['aiflow', name, ...args, ...(options.length > 0 ? ['[options]'] : [])].join(' ');
  const lines = [usage, '', commands[name]?.summary ?? ''];
  if (options.length > 0)
    lines.push('', ...columns(options.map(([option, spec]) => [signature(option, spec), about(spec)])));
  if (command.details !== undefined) lines.push('', command.details);
  return `${lines.join('\n')}\n`;
}

function signature(option: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  return `${short}--${option}${spec.value === undefined ? '' : ` ${spec.value}`}`;
}

function about(spec: OptionSpec): string {
  const choices = spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`;
  return `${spec.summary}${choices}${spec.default === undefined ? '' : ` (${spec.default})`}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
