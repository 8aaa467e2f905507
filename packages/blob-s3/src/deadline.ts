/** Slower than this, in bytes a second, a body counts as stuck. */
const slowest = 16 * 1024;

/** Ends an attempt when nothing was heard for too long, when all of it takes too long, or when its caller ends it. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #silence: number;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;
  #end = 0;
  #isOver = false;

  /** `silence` is in milliseconds, `size` how many bytes are sent. */
  constructor(silence: number, size: number, caller: AbortSignal | undefined) {
    this.#silence = silence;
    this.#caller = caller;
    this.#onAbort = (): void => this.#controller.abort(caller?.reason);
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    this.#allow(size);
    this.#wait(this.#end - performance.now());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time was over before the attempt ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** So many bytes are about to come. */
  expect(size: number): void {
    this.#allow(size);
    this.heard();
  }

  /** Some of them came. */
  heard(): void {
    this.#wait(Math.min(this.#silence, this.#end - performance.now()));
  }

  /** To be called when the attempt has ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  #allow(size: number): void {
    this.#end = performance.now() + this.#silence + (size / slowest) * 1000;
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      const error = new Error('the server is too slow or does not answer');
      error.name = 'TimeoutError';
      this.#controller.abort(error);
    }, milliseconds);
  }
}
