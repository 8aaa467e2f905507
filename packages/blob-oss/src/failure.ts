import { errorCode, messageOf } from '@aiflow/core';
import { headerOf } from './header.ts';
import type { Exchange } from './transport.ts';

/** Why a request failed, of whatever was thrown and whatever was answered. */
export interface Failure {
  readonly kind: FailureKind;
  /** What OSS or the system calls it, such as `NoSuchBucket` or `ECONNRESET`; null when nothing does. */
  readonly name: string | null;
  readonly status: number | null;
  readonly requestId: string | null;
  /** In OSS's or the system's words; may hold what it should not. */
  readonly words: string;
}

export type FailureKind =
  | 'absent'
  | 'taken'
  | 'no_upload'
  | 'range'
  | 'unauthorized'
  | 'skewed'
  | 'forbidden'
  | 'no_bucket'
  | 'unavailable'
  | 'unreachable'
  | 'corrupt'
  | 'other';

const kinds: Readonly<Record<string, FailureKind>> = {
  NoSuchKey: 'absent',
  FileAlreadyExists: 'taken',
  NoSuchUpload: 'no_upload',
  InvalidRange: 'range',
  NoSuchBucket: 'no_bucket',
  InvalidAccessKeyId: 'unauthorized',
  SignatureDoesNotMatch: 'unauthorized',
  InvalidSecurityToken: 'unauthorized',
  SecurityTokenExpired: 'unauthorized',
  InvalidStsToken: 'unauthorized',
  RequestTimeTooSkewed: 'skewed',
  AccessDenied: 'forbidden',
  RequestTimeout: 'unavailable',
  // What was sent is not what came there: OSS stored nothing.
  InvalidDigest: 'corrupt',
  BadDigest: 'corrupt',
};

/** A host that is not known, or a certificate that is not trusted, does not pass by itself. */
const unreachable = /^(ENOTFOUND|EPROTO|ERR_TLS_.*|CERT_.*|.*_CERT.*|UNABLE_TO_.*)$/;

/** An answer was whole and is not what it should be. */
export class AnswerError extends Error {
  readonly kind: FailureKind;

  constructor(kind: 'corrupt' | 'unavailable', message: string) {
    super(message);
    this.kind = kind;
  }
}

export function readFailure(error: unknown, { status, headers, fault }: Exchange): Failure {
  const requestId = headerOf(headers, 'x-oss-request-id');
  if (fault !== null) {
    const name = errorCode(fault);
    return { kind: kindOfFault(name), name, status, requestId, words: messageOf(fault) };
  }
  if (error instanceof AnswerError) {
    return { kind: error.kind, name: null, status, requestId, words: error.message };
  }
  if (status === null) return { kind: 'other', name: null, status, requestId, words: messageOf(error) };
  if (status < 300) {
    return { kind: 'unavailable', name: null, status, requestId, words: 'its answer cannot be read' };
  }
  const said = readRefusal(headerOf(headers, 'x-oss-err'));
  const name = said.code ?? errorCode(error);
  const words = said.message ?? messageOf(error);
  return { kind: kindOf(name, status), name, status, requestId, words };
}

function kindOfFault(name: string | null): FailureKind {
  if (name === null) return 'unavailable';
  if (unreachable.test(name)) return 'unreachable';
  // What Node refuses to send at all, and what is larger than any object of ours.
  return name.startsWith('ERR_INVALID_') || name === 'ETOOLARGE' ? 'other' : 'unavailable';
}

function kindOf(name: string | null, status: number): FailureKind {
  const known = name !== null && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (known !== undefined) return known;
  if (status >= 500 || [408, 429].includes(status)) return 'unavailable';
  if (status === 403) return 'forbidden';
  return 'other';
}

/** The refusal of a HEAD, which has no body, is in a header. */
function readRefusal(header: string | null): { code: string | null; message: string | null } {
  const xml = Buffer.from(header ?? '', 'base64').toString();
  const read = (element: string): string | null => new RegExp(`<${element}>([^<]*)</`).exec(xml)?.[1] ?? null;
  return { code: read('Code'), message: read('Message') };
}

/** Whether the same request, sent again, may be done. */
export function isPassing({ kind }: Failure): boolean {
  return kind === 'unavailable' || kind === 'corrupt';
}
