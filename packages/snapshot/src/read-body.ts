/** As far as it is used here of Node's `Readable`, whose type would need `@types/node` of whoever uses this package. */
export interface ReadableBody extends AsyncIterable<unknown> {
  destroy(): unknown;
}

export interface ReadBodyOptions {
  /** How many bytes were announced; null when it was not said. */
  readonly length: number | null;
  /** What has more bytes than this is not read to its end. */
  readonly most: number;
  /** Memory for the bytes, as in {@link import('./object-store.ts').GetOptions}. */
  readonly into?: Uint8Array | undefined;
  /** Called whenever some have come. */
  readonly onBytes?: () => void;
}

/**
 * All bytes of an answer, without holding any of them twice where it was said how many come. When other than these
 * came, that is for the caller to notice. Rejects with an error of the code `ETOOLARGE`, or with what breaks the body
 * off; it is destroyed then.
 */
export async function readBody(body: ReadableBody, options: ReadBodyOptions): Promise<Uint8Array> {
  const { length, most, into, onBytes } = options;
  if ((length ?? 0) > most) {
    body.destroy();
    throw tooLarge(most);
  }
  const isRoom = into !== undefined && length !== null && length <= into.length;
  const whole = isRoom ? into.subarray(0, length) : new Uint8Array(length ?? 0);
  const more: Uint8Array[] = [];
  let [size, placed] = [0, 0];
  for await (const chunk of body as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    onBytes?.();
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    if (size <= whole.length) {
      whole.set(chunk, placed);
      placed = size;
      // Gives its memory back. The collector would have to look for it once for each 15 MB that come.
      if (chunk.length === chunk.buffer.byteLength) chunk.buffer.transfer(0);
    } else more.push(chunk);
  }
  const first = whole.subarray(0, placed);
  return more.length === 0 ? first : new Uint8Array(Buffer.concat([first, ...more]));
}

function tooLarge(most: number): Error {
  return Object.assign(new Error(`the answer has more than ${most} bytes`), { code: 'ETOOLARGE' });
}
