import type { OssRequest } from './oss-request.ts';

/** What goes wrong with a request: before it is looked at (`answer`, `hang`, `cut`, `damageRequest`), or after it was done. */
export type TroubleKind =
  | { readonly kind: 'answer'; readonly status: number; readonly code?: string; readonly message?: string }
  /** The request is done when the promise is. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  /** The request is read and never answered. */
  | { readonly kind: 'hang' }
  /** The connection is cut: nothing was done. */
  | { readonly kind: 'cut' }
  /** The connection is cut when all was done, before a word of the answer. */
  | { readonly kind: 'cutAfter' }
  /** The connection is cut in the middle of the answer's body. */
  | { readonly kind: 'cutMiddle' }
  /** The answer comes, one byte in so many milliseconds. */
  | { readonly kind: 'drip'; readonly every: number }
  /** One bit of the answer's body is turned; its length stays. */
  | { readonly kind: 'damage' }
  /** The answer's body is no XML any more. */
  | { readonly kind: 'garble' }
  /** One bit of the request's body is turned before the server looks at it. */
  | { readonly kind: 'damageRequest' };

interface Trouble {
  readonly what: TroubleKind;
  readonly when: (request: OssRequest) => boolean;
  left: number;
}

/** What a test lets go wrong. */
export class Troubles {
  #troubles: Trouble[] = [];

  /** The next `times` requests that are meant (all unless said) meet this trouble. */
  add(what: TroubleKind, options: { times?: number; when?: (request: OssRequest) => boolean } = {}): void {
    this.#troubles.push({ what, when: options.when ?? (() => true), left: options.times ?? 1 });
  }

  clear(): void {
    this.#troubles = [];
  }

  next(request: OssRequest): TroubleKind | null {
    const found = this.#troubles.find((trouble) => trouble.left > 0 && trouble.when(request));
    if (found === undefined) return null;
    found.left -= 1;
    return found.what;
  }
}

export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}
