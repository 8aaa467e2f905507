import type { Command } from './command.ts';
import { commands, groups } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { oldNode } from './old-node.ts';

/**
 * Runs one call of the `aiflow` command and gives its exit code. Only the module of the command that is asked for is
 * loaded, and only what that needs: `aiflow version` costs little more than starting Node.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const old = oldNode(process.versions.node);
  if (old !== null) {
    process.stderr.write(`error: ${old}\n`);
    return exitCodes.wrongInput;
  }
  const [first = 'help', second] = argv;
  if (first === '--version' || first === '-v') return run('version', argv.slice(1));
  if (['help', '--help', '-h'].includes(first)) return help();
  if (!Object.hasOwn(groups, first)) return run(first, argv.slice(1));
  if (second === undefined || second === '--help' || second === '-h') return help(first);
  return run(`${first} ${second}`, argv.slice(2));
}

async function run(name: string, args: readonly string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name]?.load : undefined;
  if (load === undefined) return unknown(name);
  const command: Command = await load();
  const { runCommand } = await import('./run-command.ts');
  return runCommand(name, command, args);
}

async function help(group?: string): Promise<number> {
  const { helpText } = await import('./help.ts');
  process.stdout.write(helpText(group));
  return exitCodes.ok;
}

async function unknown(name: string): Promise<number> {
  const { nearest } = await import('@aiflow/core');
  const suggestion = nearest(name, Object.keys(commands));
  const hint = suggestion === null ? 'see "aiflow help"' : `did you mean "aiflow ${suggestion}"?`;
  process.stderr.write(`error: there is no command "${name.slice(0, 100)}": ${hint}\n`);
  return exitCodes.wrongInput;
}
