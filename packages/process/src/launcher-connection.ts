import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Answer } from './launcher-protocol.ts';
import {
  helloRequest,
  launchRequest,
  protocolVersion,
  readAnswers,
  watchRequest,
} from './launcher-protocol.ts';

/** Hears the answers to one request, in their order; `null` comes last, when the launcher is gone. */
export type Listener = (answer: Answer | null) => void;

const mostNumber = 2 ** 31;
/** How long a launcher may take to say hello, in milliseconds: one that was stopped (SIGSTOP) never does. */
const mostMs = 5_000;

/** A launcher that was reached. The connection keeps this process alive only while it is held. */
export class LauncherConnection {
  readonly #socket: Socket;
  readonly #listeners = new Map<number, Listener>();
  readonly #isShared: boolean;
  readonly #greeted: (hello: Answer) => void;
  #received: Buffer = Buffer.alloc(0);
  #number = 0;
  #holders = 0;
  #isCorked = false;

  private constructor(socket: Socket, isShared: boolean, greeted: (hello: Answer) => void) {
    this.#socket = socket;
    this.#isShared = isShared;
    this.#greeted = greeted;
    socket.unref();
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('close', () => {
      const listeners = [...this.#listeners.values()];
      this.#listeners.clear();
      for (const listener of listeners) listener(null);
    });
  }

  /**
   * Connects and makes sure that the same protocol is spoken; throws what the system says, or that it is not. With
   * `isShared` the connection is closed when it has nobody to listen for.
   */
  static async open(
    path: string,
    { isShared = false }: { readonly isShared?: boolean } = {},
  ): Promise<LauncherConnection> {
    const socket = connect(path);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const silent = (): void => reject(new Error(`the launcher at ${path} did not answer`));
    // What comes later is the end of the connection, and everybody who listens is told.
    socket.on('error', reject);
    socket.on('close', silent);
    const connection = new LauncherConnection(socket, isShared, resolve);
    const patience = setTimeout(silent, mostMs);
    connection.hold();
    try {
      socket.write(helloRequest());
      const { number } = await promise;
      if (number !== protocolVersion) throw new Error(`the launcher at ${path} speaks version ${number}`);
      return connection;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(patience);
      connection.release();
    }
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  launch(body: Buffer, listener: Listener): void {
    this.#ask((number) => launchRequest(number, body), listener);
  }

  watch(keeper: number, listener: Listener): void {
    this.#ask((number) => watchRequest(number, keeper), listener);
  }

  hold(): void {
    this.#holders += 1;
    if (this.#holders === 1) this.#socket.ref();
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(request: (number: number) => Buffer, listener: Listener): void {
    if (!this.isOpen) return listener(null);
    do this.#number = (this.#number + 1) % mostNumber;
    while (this.#listeners.has(this.#number));
    this.#listeners.set(this.#number, listener);
    // What is asked for in one go is sent in one go.
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(request(this.#number));
  }

  #receive(chunk: Buffer): void {
    let answers: readonly Answer[];
    try {
      const read = readAnswers(this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]));
      this.#received = read.rest;
      answers = read.whole;
    } catch {
      this.#socket.destroy();
      return;
    }
    for (const answer of answers) {
      // Its number is a version.
      if (answer.kind === 'hello') {
        this.#greeted(answer);
        continue;
      }
      const listener = this.#listeners.get(answer.number);
      if (isLast(answer)) this.#listeners.delete(answer.number);
      listener?.(answer);
    }
    const isIdle = answers.length > 0 && this.#listeners.size === 0;
    if (this.#isShared && isIdle && answers.at(-1)?.kind !== 'hello') this.close();
  }
}

/** Whether nothing follows for that request. */
function isLast({ kind, value }: Answer): boolean {
  return kind === 'failed' || kind === 'gone' || (kind === 'watching' && value === 0);
}
