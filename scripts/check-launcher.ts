// Run before a package for one platform is packed: its program must be there, for that platform, and statically linked.
import { readFileSync } from 'node:fs';

/** ELF: https://man7.org/linux/man-pages/man5/elf.5.html */
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const interpreter = 3; // PT_INTERP: who is to load the libraries of a program that is not static

const { name, cpu } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly name: string;
  readonly cpu: readonly [string];
};
const trouble = whatIsWrong('dist/aiflow-launcher');
if (trouble !== null) {
  console.error(`${name} cannot be packed: ${trouble}. Build it where there is a C compiler for ${cpu[0]}.`);
  process.exitCode = 1;
}

function whatIsWrong(path: string): string | null {
  let program: Buffer;
  try {
    program = readFileSync(path);
  } catch {
    return `${path} is not there`;
  }
  if (program.length < 64 || program.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') {
    return `${path} is no program of 64 bits`;
  }
  if (program.readUInt16LE(18) !== machines[cpu[0]]) return `${path} is for another processor`;
  return loads(program).includes(interpreter) ? `${path} is not linked statically` : null;
}

/** The types of its program headers. */
function loads(program: Buffer): number[] {
  const first = Number(program.readBigUInt64LE(32));
  const [size, count] = [program.readUInt16LE(54), program.readUInt16LE(56)];
  return Array.from({ length: count }, (_, at) => program.readUInt32LE(first + at * size));
}
