import { parseArgs } from 'node:util';
import type { Command, CommandCall } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** Parses the arguments, executes the command, and shows what it throws: one line for each problem, on stderr. */
export async function runCommand(name: string, command: Command, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    const { commandHelp } = await import('./help.ts');
    process.stdout.write(commandHelp(name, command));
    return exitCodes.ok;
  }
  const call = await parseCall(command, args);
  if (typeof call === 'string') {
    process.stderr.write(`error: ${call} (see "aiflow ${name} --help")\n`);
    return exitCodes.wrongInput;
  }
  try {
    return await command.execute(call);
  } catch (error) {
    const { errorLines, isAIFlowError } = await import('./error-lines.ts');
    process.stderr.write(errorLines(error));
    return isAIFlowError(error) ? exitCodes.wrongInput : exitCodes.failed;
  }
}

async function parseCall(command: Command, args: readonly string[]): Promise<CommandCall | string> {
  const specs = Object.entries(command.options);
  const options = Object.fromEntries(
    specs.map(([option, spec]) => [
      option,
      {
        type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(spec.short && { short: spec.short }),
      },
    ]),
  );
  const parsed = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  for (const [option, spec] of specs) if (spec.default !== undefined) values[option] = spec.default;
  for (const [option, value] of Object.entries(parsed.values)) {
    const spec = command.options[option];
    if (spec === undefined) return unknownOption(option, Object.keys(command.options));
    if (spec.value === undefined) {
      if (value !== true) return `--${option} takes no value`;
      switches.add(option);
      continue;
    }
    if (typeof value !== 'string') return `--${option} needs a value: ${spec.value}`;
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
      return `--${option} must be one of ${spec.choices.join(', ')}, not "${value}"`;
    }
    values[option] = value;
  }
  const required = command.args.filter((arg) => !arg.endsWith('?'));
  const missing = required[parsed.positionals.length];
  if (missing !== undefined) return `${missing} is missing`;
  const extra = parsed.positionals[command.args.length];
  if (extra !== undefined) return `unexpected argument "${extra.slice(0, 100)}"`;
  return { positionals: parsed.positionals, options: values, switches };
}

async function unknownOption(option: string, known: readonly string[]): Promise<string> {
  const { nearest } = await import('@aiflow/core');
  const suggestion = nearest(option, known);
  const dashes = option.length === 1 ? '-' : '--';
  return `there is no option ${dashes}${option.slice(0, 100)}${suggestion === null ? '' : `: did you mean --${suggestion}?`}`;
}
