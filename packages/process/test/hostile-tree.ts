import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way for a script to start another, `IT`; each with the environment or without (`env -i`). */
const ways = {
  'a child': 'IT &',
  'a group of its own': 'set -m; IT & set +m',
  'a session of its own': '/usr/bin/setsid IT &',
  'a double fork': '(IT &)',
  'a daemon': '(/usr/bin/setsid /bin/bash -c "IT &" &)',
} as const;

/** What a process does when it is told to end; `IT` starts another one. */
const answers = {
  ends: '',
  'ignores it': `trap '' TERM HUP INT`,
  'takes its time': `trap '/bin/sleep 5; exit' TERM`,
  'starts another and ends': `trap 'IT\nexit' TERM`,
  'starts another and stays': `trap 'IT' TERM`,
} as const;

/** What it does all its life; `IT` starts it again. */
const lives = {
  waits: 'while :; do /bin/sleep 0.05; done',
  'becomes another program': 'exec /bin/sleep 600',
  'stops itself': 'kill -STOP $$; while :; do /bin/sleep 0.05; done',
  'leaves its children': '',
  'forks on and on': 'while :; do /usr/bin/setsid /bin/sleep 0.3 & /bin/sleep 0.03; done',
  'runs from process to process': 'IT',
} as const;

export interface TreeOptions {
  /** Whether processes may clear their environment. */
  readonly clears: boolean;
  /** Whether processes may live for so short a time that who looks does not see them. */
  readonly runs: boolean;
}

/**
 * Writes the scripts of a random tree of processes that try to outlive a stop; gives what they do, for whoever reads of
 * a survivor. `node-0` is the main one. Each holds the descriptor that it was started with.
 */
export function plantTree(directory: string, random: () => number, options: TreeOptions): string {
  const story: string[] = [];
  let count = 0;

  const pick = <Name extends string>(from: Readonly<Record<Name, string>>): Name => {
    const names = Object.keys(from) as Name[];
    return names[Math.floor(random() * names.length)] ?? fail();
  };

  /** The command that starts a script. */
  function start(script: string): { readonly command: string; readonly how: string } {
    const way = pick(ways);
    const isCleared = options.clears && random() < 0.4;
    const program = `${isCleared ? '/usr/bin/env -i ' : ''}/bin/bash ${script}`;
    return { command: ways[way].replace('IT', program), how: `${way}${isCleared ? ', cleared' : ''}` };
  }

  function plant(depth: number): string {
    const name = `node-${count}`;
    count += 1;
    const width = depth >= 4 || count >= 12 ? 0 : Math.floor(random() * 3) + (depth === 0 ? 1 : 0);
    const children = Array.from({ length: width }, () => start(plant(depth + 1)));
    const answer = pick(answers);
    const other = answers[answer].includes('IT') ? start(depth < 4 ? plant(depth + 1) : name) : null;
    const life = pick(lives);
    const again = life === 'runs from process to process' ? start(name) : null;
    // One that runs on has children once, and the main one, which has to be found, stays.
    const isRunning = again !== null && options.runs && depth > 0;
    const lines = [
      `echo "$$ ${name}" >>born`,
      answers[answer].replace('IT', other?.command ?? ''),
      ...(isRunning
        ? children.map(({ command }) => `[ -e ${name}.ran ] || {\n${command}\n}`)
        : children.map(({ command }) => command)),
      ...(isRunning ? [`: >${name}.ran`] : []),
      again === null ? lives[life] : isRunning ? again.command : lives.waits,
    ];
    writeFileSync(join(directory, name), `${lines.join('\n')}\n`);
    const started = children.map(({ how }) => how).join('; ');
    story.push(
      `${name}: at TERM ${answer}${other ? ` (${other.how})` : ''}; ${life}${again ? ` (${again.how})` : ''}; starts [${started}]`,
    );
    return name;
  }

  plant(0);
  return story.toSorted().join('\n');
}

function fail(): never {
  throw new Error('there is nothing to pick from');
}
