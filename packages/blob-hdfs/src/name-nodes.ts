/** The addresses of the NameNodes of one file system, of which one is asked until it turns out not to be the active one. */
export class NameNodes {
  readonly #urls: readonly URL[];
  #current = 0;

  /** At least one url. */
  constructor(urls: readonly URL[]) {
    this.#urls = urls;
  }

  get count(): number {
    return this.#urls.length;
  }

  /** Who is asked now. */
  get current(): URL {
    const url = this.#urls[this.#current];
    if (url === undefined) throw new RangeError('expected at least one NameNode');
    return url;
  }

  /** The next is asked from now on, unless another call has already gone on from this one. */
  leave(url: URL): void {
    if (this.current === url) this.#current = (this.#current + 1) % this.#urls.length;
  }
}
