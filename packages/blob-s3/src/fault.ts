import { errorCode, messageOf } from '@aiflow/core';

/** What a failed request means. */
export interface Fault {
  /** Of the error that it becomes when it stays. */
  readonly code: string;
  /** What the server or the system calls it, such as `NoSuchBucket`, `ECONNRESET`. */
  readonly name: string;
  readonly status: number | null;
  readonly requestId: string | null;
  /** Whether it may go well the next time. */
  readonly isPassing: boolean;
  /** Whether the server asked for fewer requests. */
  readonly isThrottle: boolean;
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfter: number | null;
  /** What a person may do. */
  readonly advice: string;
}

type Kind = Pick<Fault, 'code' | 'isPassing' | 'advice'>;

const stays = (code: string, advice: string): Kind => ({ code, isPassing: false, advice });
const passes = (code: string, advice: string): Kind => ({ code, isPassing: true, advice });

const noBucket = stays(
  'blob.no_bucket',
  'create the bucket, or correct bucket_name, region_name or endpoint_url',
);
const unauthorized = stays(
  'blob.unauthorized',
  'check access_key_id, secret_access_key and session_token, or the credentials in the environment',
);
const forbidden = stays(
  'blob.forbidden',
  'these credentials need s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket',
);
const untrusted = stays(
  'blob.untrusted',
  'say in "verify" which certificates to trust, or correct endpoint_url',
);
const elsewhere = stays('blob.store_failed', 'correct region_name');
const unavailable = passes('blob.unavailable', 'check endpoint_url and the network, or try again later');
const corrupt = passes(
  'blob.corrupt',
  'what is stored is damaged, or something between here and the server changes it',
);
const stranger = stays('blob.store_failed', 'what answers there does not speak like S3: check endpoint_url');
const unknown = stays('blob.store_failed', 'the server says why');

const byName: Readonly<Record<string, Kind>> = {
  NoSuchBucket: noBucket,
  InvalidAccessKeyId: unauthorized,
  SignatureDoesNotMatch: unauthorized,
  ExpiredToken: unauthorized,
  InvalidToken: unauthorized,
  TokenRefreshRequired: unauthorized,
  CredentialsProviderError: unauthorized,
  // The SDK has set its clock by the answer.
  RequestTimeTooSkewed: passes('blob.unauthorized', 'set the clock of this machine'),
  AuthorizationHeaderMalformed: elsewhere,
  PermanentRedirect: elsewhere,
  IllegalLocationConstraintException: elsewhere,
  NotS3: stranger,
  ChecksumMismatch: corrupt,
  Truncated: corrupt,
  BadDigest: corrupt,
  InvalidDigest: corrupt,
  XAmzContentSHA256Mismatch: corrupt,
  XAmzContentChecksumMismatch: corrupt,
  IncompleteBody: unavailable,
  RequestTimeout: unavailable,
  TimeoutError: unavailable,
  InternalError: unavailable,
  ServiceUnavailable: unavailable,
  ConditionalRequestConflict: unavailable,
  OperationAborted: unavailable,
};

const byStatus: Readonly<Record<number, Kind>> = {
  200: stranger,
  301: elsewhere,
  401: unauthorized,
  403: forbidden,
  404: stranger,
  405: stranger,
  408: unavailable,
  429: unavailable,
  500: unavailable,
  502: unavailable,
  503: unavailable,
  504: unavailable,
};

const throttles = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'RequestLimitExceeded',
]);
/** The SDK's names for an answer that it could not read. */
const wordless = new Set(['Error', 'SyntaxError', 'Unknown', 'UnknownError']);
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** Looks at what the SDK threw; `isOver` says that our own time for the attempt was over. */
export function faultOf(error: unknown, isOver: boolean): Fault {
  const status = statusOf(error);
  const name = isOver ? 'TimeoutError' : nameOf(error);
  const isThrottle = throttles.has(name) || status === 429;
  const found = isThrottle ? unavailable : (byName[name] ?? kindOf(name, status, error));
  return {
    ...found,
    name,
    status,
    requestId: textAt(error, '$metadata', 'requestId'),
    isThrottle,
    retryAfter: retryAfterOf(error),
  };
}

function kindOf(name: string, status: number | null, error: unknown): Kind {
  if (certificate.test(name)) return untrusted;
  if (status !== null) return byStatus[status] ?? unknown;
  // Nothing came, or it ended on the way: a system error has a code such as ECONNRESET.
  const isCut = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|EADDR|UND_ERR|ERR_STREAM)/.test(name);
  return isCut || /socket hang up|aborted|Connection lost/.test(messageOf(error)) ? unavailable : unknown;
}

/** Whether a server does not know the checksums that the SDK sends along. */
export function refusesChecksums(error: unknown): boolean {
  const { name, status, code } = faultOf(error, false);
  if (code === 'blob.corrupt') return false;
  const isAboutThem = /checksum|trailer|x-amz-sdk/i.test(messageOf(error));
  return status === 501 || name === 'NotImplemented' || (status === 400 && isAboutThem);
}

/** The HTTP status of the answer, or null when none came. */
export function statusOf(error: unknown): number | null {
  const status = valueAt(error, '$metadata', 'httpStatusCode');
  return typeof status === 'number' ? status : null;
}

/** What the server or the system calls an error; `HTTP` and its status where the answer has no words of S3. */
export function nameOf(error: unknown): string {
  if (messageOf(error).startsWith('Checksum mismatch')) return 'ChecksumMismatch';
  const [status, code] = [statusOf(error), errorCode(error)];
  if (status === null && code !== null) return code;
  const name = error instanceof Error ? error.name : 'Error';
  return status !== null && wordless.has(name) ? `HTTP ${status}` : name;
}

/** What the server or the system says of it; empty where it has no words. */
export function wordsOf(error: unknown): string {
  const message = messageOf(error);
  return message === 'UnknownError' || message.includes('Deserialization error') ? '' : message;
}

/** An answer with a good status that lacks what S3 would say: then nothing was done, whatever it says. */
export function notS3(missing: string): Error {
  const error = new Error(`the answer has no ${missing}`);
  error.name = 'NotS3';
  return error;
}

function retryAfterOf(error: unknown): number | null {
  const seconds = Number(textAt(error, '$response', 'headers', 'retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : null;
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return at;
}

/** Whether an error says that there is no such object; that there is no such bucket is something else. */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';
}
