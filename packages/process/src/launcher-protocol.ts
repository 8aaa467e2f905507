// The messages between us and the native launcher; native/launcher.h describes them.
import { endianness } from 'node:os';

/** Raised with every change of a message, here and in native/launcher.h. */
export const protocolVersion = 1;

/** The most that a request may have, in bytes; execve(2) takes less. */
export const mostBytes: number = 8 * 1024 * 1024;

export interface Answer {
  readonly kind: 'hello' | 'started' | 'failed' | 'watching' | 'ended' | 'gone';
  /** The number of the request that it answers. */
  readonly number: number;
  readonly value: number;
  readonly detail: number;
}

/** Where a launch failed; the `detail` of `failed`. */
export const steps = { records: 1, output: 2, directory: 3, program: 4, fork: 5 } as const;

const requests = { hello: 1, launch: 2, watch: 3 } as const;
const answers: readonly (Answer['kind'] | null)[] = [
  null,
  'hello',
  'started',
  'failed',
  'watching',
  'ended',
  'gone',
];
const answerBytes = 16;
const little = endianness() === 'LE';

export interface LaunchRequest {
  readonly recordDir: string;
  readonly cwd: string;
  readonly stdout: string;
  readonly stderr: string;
  /** First the program's absolute path. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export function helloRequest(): Buffer {
  return frame(requests.hello, protocolVersion, Buffer.alloc(0));
}

/** Asks to be told of the end of the job of this keeper. */
export function watchRequest(number: number, keeper: number): Buffer {
  return frame(requests.watch, number, words([keeper]));
}

/** What a launch asks for; no string may hold a NUL, with which each of them ends. */
export function launchBody({ recordDir, cwd, stdout, stderr, argv, environment }: LaunchRequest): Buffer {
  let text = '';
  for (const string of [recordDir, cwd, stdout, stderr, ...argv]) text += `${string}\0`;
  const names = Object.keys(environment);
  for (const name of names) text += `${name}=${environment[name] ?? ''}\0`;
  return Buffer.concat([words([argv.length, names.length]), Buffer.from(text)]);
}

export function launchRequest(number: number, body: Buffer): Buffer {
  return frame(requests.launch, number, body);
}

function frame(kind: number, number: number, body: Buffer): Buffer {
  return Buffer.concat([words([8 + body.length, kind, number]), body]);
}

/** Numbers in the machine's own order, as the launcher on it reads them. */
function words(values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

/** The whole answers in what was received, and the rest of it. Throws on what no launcher says. */
export function readAnswers(received: Buffer): { readonly whole: readonly Answer[]; readonly rest: Buffer } {
  const whole: Answer[] = [];
  let at = 0;
  const word = (offset: number): number =>
    little ? received.readInt32LE(at + offset) : received.readInt32BE(at + offset);
  for (; received.length - at >= answerBytes; at += answerBytes) {
    const kind = answers[word(0)];
    if (kind === undefined || kind === null) throw new Error(`a launcher gave an unknown answer, ${word(0)}`);
    whole.push({ kind, number: word(4), value: word(8), detail: word(12) });
  }
  return { whole, rest: received.subarray(at) };
}
