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

/** A launcher that was reached. The connection keeps this process alive only while it is held. */
export class LauncherConnection {
  readonly #socket: Socket;
  readonly #listeners = new Map<number, Listener>();
  readonly #isShared: boolean;
  #received: Buffer = Buffer.alloc(0);
  #number = 0;
  #holders = 0;
  #isCorked = false;

  private constructor(socket: Socket, isShared: boolean) {
    this.#socket = socket;
    this.#isShared = isShared;
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
    const trouble = Promise.withResolvers<never>();
    // What comes later is the end of the connection, and everybody who listens is told.
    socket.on('error', (error) => trouble.reject(error));
    socket.on('close', () => trouble.reject(new Error(`the launcher at ${path} did not answer`)));
    trouble.promise.catch(() => undefined);
    const connection = new LauncherConnection(socket, isShared);
    connection.hold();
    try {
      const hello = Promise.withResolvers<Answer | null>();
      connection.#listeners.set(protocolVersion, hello.resolve);
      socket.write(helloRequest());
      const answer = await Promise.race([hello.promise, trouble.promise]);
      if (answer?.kind !== 'hello') throw new Error(`the launcher at ${path} speaks another protocol`);
      connection.#listeners.delete(protocolVersion);
      connection.#number = protocolVersion;
      return connection;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
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
      const listener = this.#listeners.get(answer.number);
      if (isLast(answer)) this.#listeners.delete(answer.number);
      listener?.(answer);
    }
    if (this.#isShared && this.#listeners.size === 0) this.close();
  }
}

/** Whether nothing follows for that request. */
function isLast({ kind, value }: Answer): boolean {
  return kind === 'failed' || kind === 'gone' || (kind === 'watching' && value === 0);
}
