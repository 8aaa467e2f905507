import { errorCode, messageOf } from '@aiflow/core';
import type { HttpAnswer } from './http.ts';

/** Why a request came to nothing. */
export interface Failure {
  /** Who was asked: a NameNode, or the DataNode that it named. */
  readonly url: URL;
  /** Null when there was no answer, or not a whole one. */
  readonly status: number | null;
  /** The simple name of Hadoop's exception, such as `StandbyException`, or null where none was told. */
  readonly exception: string | null;
  /** One line, in the words of the server or of the system. */
  readonly reason: string;
  readonly wantsKerberos: boolean;
  readonly cause: unknown;
}

/**
 * What is worth doing: to ask another NameNode at once, to ask again later, or nothing, as the answer would be the same.
 */
export type Remedy = 'elsewhere' | 'later' | 'none';

/** Answers that no repetition changes. Everything else that Hadoop tells of may pass: safe mode, lost DataNodes, …. */
const lasting = new Set([
  'AccessControlException',
  'DSQuotaExceededException',
  'FileAlreadyExistsException',
  'FileNotFoundException',
  'IllegalArgumentException',
  'InvalidPathException',
  'MaxDirectoryItemsExceededException',
  'NSQuotaExceededException',
  'ParentNotDirectoryException',
  'PathComponentTooLongException',
  'PathIsNotEmptyDirectoryException',
  'QuotaByStorageTypeExceededException',
  'SecurityException',
  'UnsupportedOperationException',
]);

export function remedyFor({ status, exception, cause }: Failure): Remedy {
  if (status === null) return isSettled(cause) ? 'none' : 'elsewhere';
  if (exception === 'StandbyException') return 'elsewhere';
  if (status === 401 || (exception !== null && lasting.has(exception))) return 'none';
  return exception !== null || status === 429 || status >= 500 ? 'later' : 'none';
}

/** A certificate that is not trusted stays so. */
function isSettled(cause: unknown): boolean {
  return /^(CERT_|DEPTH_ZERO_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/.test(errorCode(cause) ?? '');
}

/** There was no answer. */
export function connectionFailure(url: URL, cause: unknown): Failure {
  const reason = messageOf(cause) || (errorCode(cause) ?? 'the connection failed');
  return { url, status: null, exception: null, reason, wantsKerberos: false, cause };
}

/** There was an answer that is of no use, for this reason. */
export function failureWith(url: URL, reason: string): Failure {
  return { url, status: 200, exception: null, reason, wantsKerberos: false, cause: undefined };
}

/** There was an answer that is not what was asked for. */
export function answerFailure(url: URL, { status, headers, body }: HttpAnswer): Failure {
  const remote = remoteException(body);
  const reason = remote === null ? `it answered ${status}` : remote.message;
  const isNegotiate = status === 401 && /\bnegotiate\b/i.test(headers['www-authenticate'] ?? '');
  const wantsKerberos =
    isNegotiate ||
    /Security enabled but user not authenticated|SIMPLE authentication is not enabled/i.test(reason);
  return { url, status, exception: remote?.exception ?? null, reason, wantsKerberos, cause: undefined };
}

/** https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#RemoteException_JSON_Schema */
function remoteException(body: Uint8Array): { readonly exception: string; readonly message: string } | null {
  const told = memberOf(parsed(body), 'RemoteException');
  const exception = memberOf(told, 'exception');
  const message = memberOf(told, 'message');
  if (typeof exception !== 'string') return null;
  // A stack trace follows in further lines.
  const [line = ''] = (typeof message === 'string' ? message : '').trim().split('\n');
  return { exception, message: `${exception}: ${line.slice(0, 300)}` };
}

/** What a JSON text says; undefined when it is none. */
export function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
