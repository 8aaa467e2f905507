import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeProblem, isAIFlowError } from '../../src/errors.ts';
import { openProject } from '../../src/project/project-file.ts';
import { parseServerConfig } from '../../src/project/server-file.ts';
import { parseSettings } from '../../src/project/settings.ts';
import { projectFiles, serverFiles, workflowFiles } from './aiflow-files.ts';
import { fastestMs } from './fastest.ts';

const directory = mkdtempSync(join(tmpdir(), 'aiflow-fuzz-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** What reads each kind of file, and files to begin with. */
const kinds = [
  {
    name: 'project',
    file: join(directory, 'project.yaml'),
    texts: Object.values(projectFiles),
    read: (text: string): Promise<unknown> => {
      writeFileSync(join(directory, 'project.yaml'), text);
      return openProject(directory);
    },
  },
  {
    name: 'workflow',
    file: 'w.yaml',
    texts: Object.values(workflowFiles),
    read: (text: string): Promise<unknown> => parseSettings(text, 'w.yaml', 'w'),
  },
  {
    name: 'server',
    file: 's.yaml',
    texts: Object.values(serverFiles),
    read: (text: string): Promise<unknown> => parseServerConfig(text, 's.yaml'),
  },
] as const;

type Random = (below: number) => number;

/** Whole numbers from 0 up to, but not including, `below`; the same for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const oddValues = [
  '99999999999999999999999', '1e400', '-0', '.inf', '.nan', '0x1f', 'null', '~', 'true', '[]', '{}', '[[1], {a: 2}]', '{a: b}',
  '"', "'", '|', '>-', '&a', '*a', '!!python/object:os.system', '!x', '<<', '${NAME}', '$${x}', '2020-01-01', '@x', '`x`', '%',
  '\uFEFF', '\0', '\u2028', '😀', 'x'.repeat(5000), '-', '?', ': ', '- - - 1', '[', '{', '#', '---', '...', '__proto__', 'constructor',
]; // prettier-ignore

/** One change of a text, of the kinds that people, editors and bad disks make. */
function mutate(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  const line = lines[at] ?? '';
  const odd = oddValues[random(oddValues.length)] ?? '';
  const position = random(text.length + 1);
  const changes: readonly (() => string)[] = [
    () => text.slice(0, position) + String.fromCodePoint(random(256)) + text.slice(position + 1),
    () => lines.toSpliced(at, 1).join('\n'),
    () => lines.toSpliced(at, 0, line).join('\n'),
    () => lines.toSpliced(at, 0, lines[random(lines.length)] ?? '').join('\n'),
    () => lines.with(at, ' '.repeat(random(5)) + line).join('\n'),
    () => lines.with(at, line.trimStart()).join('\n'),
    () => lines.with(at, `\t${line}`).join('\n'),
    () => lines.with(at, line.replace(/(\w)(\w)/, '$2$1')).join('\n'),
    () => lines.with(at, line.replace(/\w(?=\w*:)/, '')).join('\n'),
    () => lines.with(at, line.replace(/:.*/, `: ${odd}`)).join('\n'),
    () => lines.with(at, line.replace(/[\w.]+:/, `${odd}:`)).join('\n'),
    () => text.slice(0, position),
    () => text.slice(0, position) + odd + text.slice(position),
    () => lines.with(at, `${line.replace(/: .*/, ':')} &a {<<: *a, b: [*a, *a]}`).join('\n'),
    () => text.replaceAll('\n', '\r\n'),
    () => text + text,
    () => String.fromCodePoint(...Array.from({ length: 50 }, () => random(0xd000))),
  ];
  return changes[random(changes.length)]?.() ?? text;
}

/** `read`, `refused` as it should be, or what is wrong with the way it was refused. */
async function outcomeOf(kind: (typeof kinds)[number], text: string): Promise<string> {
  try {
    await kind.read(text);
    return 'read';
  } catch (error) {
    if (!isAIFlowError(error, 'config.invalid')) return `threw ${String(error)}`;
    if (error.problems.length === 0) return 'names no problem';
    for (const problem of error.problems) {
      const line = describeProblem(problem);
      if (!/^.{1,1200}$/u.test(line)) return `is not one line: ${JSON.stringify(line)}`;
      if (!line.startsWith(`${kind.file}:${problem.line}:`)) return `names no place: ${line}`;
      const isOfKey = /^"[^"]+" /.test(problem.message);
      if (isOfKey && !problem.message.startsWith(`"${problem.key}"`)) return `names another key: ${line}`;
    }
    return 'refused';
  }
}

describe('10,000 files with mistakes', () => {
  const seed = Number(process.env['AIFLOW_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

  it(`are read, or refused within 100 ms with lines that name file, line and key (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const faults: string[] = [];
    let refused = 0;
    for (let count = 0; count < 10_000; count++) {
      const kind = kinds[count % kinds.length] ?? kinds[0];
      let text = kind.texts[random(kind.texts.length)] ?? '';
      for (let changes = 1 + random(3); changes > 0; changes--) text = mutate(text, random);
      let outcome = '';
      const took = await fastestMs(100, async () => {
        outcome = await outcomeOf(kind, text);
      });
      if (outcome === 'refused') refused++;
      else if (outcome !== 'read') faults.push(`${kind.name} ${outcome}: ${JSON.stringify(text)}`);
      if (took > 100) faults.push(`${kind.name} took ${took} ms: ${JSON.stringify(text)}`);
    }
    expect(faults.slice(0, 5), `seed ${seed}`).toEqual([]);
    // As many are still right as were changed in a comment or a value; were all of them, or none, the test is at fault.
    expect(refused).toBeGreaterThan(3000);
    expect(refused).toBeLessThan(9800);
  }, 300_000);
});
