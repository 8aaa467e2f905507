import { timingSafeEqual } from 'node:crypto';
import type { Account } from './account.ts';
import { OssFault } from './fault.ts';
import { signV1, stringToSignV1 } from './signature-v1.ts';
import type { ScopeV4 } from './signature-v4.ts';
import { signV4, stringToSignV4 } from './signature-v4.ts';
import type { SignedRequest } from './signed-request.ts';
import { byText } from './signed-request.ts';

/** How far the clocks of client and server may be apart, in milliseconds. */
const longestSkew = 15 * 60 * 1000;

export interface Gate {
  readonly accounts: readonly Account[];
  readonly region: string;
  readonly now: () => number;
  /** Which signatures are taken: OSS refuses version 1 to new accounts. */
  readonly versions: readonly ('v1' | 'v4')[];
}

/** The account that signed a request, or the refusal that OSS would answer with. */
export function authenticate(request: SignedRequest, gate: Gate): Account {
  const given = request.headers['authorization'] ?? '';
  if (given === '')
    throw new OssFault(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.');
  const v1 = /^OSS ([^:\s]+):(\S+)$/.exec(given);
  if (v1 !== null) return checkV1(request, gate, v1[1] ?? '', v1[2] ?? '');
  if (given.startsWith('OSS4-HMAC-SHA256 ')) return checkV4(request, gate, given);
  throw new OssFault(400, 'InvalidArgument', 'Authorization header is invalid.');
}

function checkV1(request: SignedRequest, gate: Gate, id: string, signature: string): Account {
  if (!gate.versions.includes('v1')) {
    throw new OssFault(400, 'InvalidArgument', 'The signature version of the request is not supported.');
  }
  const account = accountOf(gate, id);
  const { headers } = request;
  checkDate(Date.parse(headers['x-oss-date'] ?? headers['date'] ?? ''), gate);
  checkSignature(signature, signV1(request, account.accessKeySecret), id, stringToSignV1(request));
  return checkToken(request, account);
}

function checkV4(request: SignedRequest, gate: Gate, given: string): Account {
  if (!gate.versions.includes('v4')) {
    throw new OssFault(400, 'InvalidArgument', 'The signature version of the request is not supported.');
  }
  const fields = new Map(
    given
      .slice('OSS4-HMAC-SHA256 '.length)
      .split(',')
      .map((field) => field.trim())
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const [id = '', date = '', region = '', product = '', end = ''] = (fields.get('Credential') ?? '').split(
    '/',
  );
  if (end !== 'aliyun_v4_request' || product !== 'oss') {
    throw new OssFault(400, 'InvalidArgument', 'The credential of the Authorization header is invalid.');
  }
  const account = accountOf(gate, id);
  const time = request.headers['x-oss-date'] ?? '';
  checkDate(
    Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')),
    gate,
  );
  if (region !== gate.region || !time.startsWith(date)) {
    throw new OssFault(
      403,
      'SignatureDoesNotMatch',
      'Invalid signing region or date in Authorization header.',
    );
  }
  const additionalHeaders = (fields.get('AdditionalHeaders') ?? '')
    .split(';')
    .filter((name) => name !== '')
    .toSorted(byText);
  const scope: ScopeV4 = { date, region, product, additionalHeaders };
  const expected = signV4(request, scope, account.accessKeySecret);
  checkSignature(fields.get('Signature') ?? '', expected, id, stringToSignV4(request, scope));
  return checkToken(request, account);
}

function accountOf({ accounts }: Gate, id: string): Account {
  const account = accounts.find(({ accessKeyId }) => accessKeyId === id);
  if (account !== undefined) return account;
  throw new OssFault(
    403,
    'InvalidAccessKeyId',
    'The OSS Access Key Id you provided does not exist in our records.',
    {
      OSSAccessKeyId: id,
    },
  );
}

function checkDate(time: number, gate: Gate): void {
  if (Number.isNaN(time))
    throw new OssFault(403, 'AccessDenied', 'A valid Date or x-oss-date header is required.');
  if (Math.abs(time - gate.now()) <= longestSkew) return;
  throw new OssFault(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  );
}

function checkSignature(given: string, expected: string, id: string, signed: string): void {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  if (one.length === other.length && timingSafeEqual(one, other)) return;
  // OSS tells all of this, so a client must take care what it repeats.
  throw new OssFault(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { OSSAccessKeyId: id, SignatureProvided: given, StringToSign: signed },
  );
}

function checkToken({ headers }: SignedRequest, account: Account): Account {
  const given = headers['x-oss-security-token'];
  if (given === account.securityToken) return account;
  throw new OssFault(403, 'InvalidSecurityToken', 'The security token you provided is invalid.', {
    OSSAccessKeyId: account.accessKeyId,
    SecurityToken: given ?? '',
  });
}
