import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const words =
  'return const import from def self for if else None while function class type await async export readonly string number value index result error path name key data options model train batch loss epoch rows columns config print length push map filter reduce new this null undefined true false and or not in is with as lambda yield try except raise throw catch finally'.split(
    ' ',
  );

/** Numbers from 0 up to 1, the same each time. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lines as a programmer writes them: they compress to about a third. */
function code(seed: number, size: number): string {
  const next = random(seed);
  const lines: string[] = [];
  for (let length = 0; length < size;) {
    const count = 2 + Math.floor(next() * 9);
    const some = Array.from({ length: count }, () => {
      const word = words[Math.floor(next() * words.length)] ?? '';
      return next() < 0.3 ? `${word}_${Math.floor(next() * 100_000).toString(36)}` : word;
    });
    const line = `${'  '.repeat(Math.floor(next() * 5))}${some.join(next() < 0.5 ? ' ' : '.')};\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('').slice(0, size);
}

/** So many files as a project of code has them: 0.5 to 16 KiB, most of them small, 50 in a directory. */
export function writeCode(directory: string, count: number): void {
  const next = random(count);
  for (let at = 0; at < count; at += 1) {
    const size = Math.floor(512 * 2 ** (next() * 5));
    const path = join(
      directory,
      `package_${Math.floor(at / 500)}`,
      `part_${Math.floor(at / 50) % 10}`,
      `file_${at}.py`,
    );
    if (at % 50 === 0) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code(at, size));
  }
}

/** So many files of so many bytes that do not compress, as weights of models are. */
export function writeWeights(directory: string, count: number, size: number): void {
  mkdirSync(directory, { recursive: true });
  for (let at = 0; at < count; at += 1) {
    const key = createHash('sha256').update(String(at)).digest();
    const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
    writeFileSync(join(directory, `weights_${at}.bin`), bytes);
  }
}
