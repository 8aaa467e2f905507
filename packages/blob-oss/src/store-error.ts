import { AIFlowError, messageOf } from '@aiflow/core';
import type { Failure, FailureKind } from './failure.ts';

/** What a call was to do, and where: what an error tells beside the reason. */
export interface CallPlace {
  readonly action: 'write' | 'read' | 'look at' | 'list' | 'delete';
  /** The store's own, without the root directory; empty for a list of all. */
  readonly key: string;
  readonly location: string;
  readonly bucket: string;
  readonly host: string;
}

const codes: Readonly<Record<FailureKind, string>> = {
  absent: 'blob.store_failed',
  taken: 'blob.store_failed',
  no_upload: 'blob.store_failed',
  range: 'blob.store_failed',
  unauthorized: 'blob.unauthorized',
  skewed: 'blob.unauthorized',
  forbidden: 'blob.forbidden',
  no_bucket: 'blob.no_bucket',
  unavailable: 'blob.unavailable',
  unreachable: 'blob.unavailable',
  corrupt: 'blob.corrupt',
  other: 'blob.store_failed',
};

/**
 * The error that a failure becomes after its last try. `secrets` appear in no part of it, whatever OSS has repeated of
 * the request; so the cause is a new error and not the one of `ali-oss`, which holds the whole request.
 */
export function storeError(
  failure: Failure,
  tries: number,
  place: CallPlace,
  secrets: readonly string[],
): AIFlowError {
  const { kind, name, status, requestId } = failure;
  const hide = (text: string): string => {
    const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    return messageOf(hidden).slice(0, 300);
  };
  const words = hide(failure.words);
  const shownName = name === null ? null : hide(name);
  const why = [shownName, words].filter((part) => part !== null && part !== '').join(': ');
  const cause = Object.assign(new Error(why), shownName === null ? {} : { code: shownName });
  const { action, key, location, bucket, host } = place;
  return new AIFlowError(codes[kind], say(kind, place, why, tries), {
    context: {
      location,
      bucket,
      host,
      action,
      key,
      tries,
      status,
      ossCode: shownName,
      requestId: requestId === null ? null : hide(requestId),
    },
    cause,
  });
}

function say(
  kind: FailureKind,
  { action, key, bucket, host }: CallPlace,
  why: string,
  tries: number,
): string {
  const what = `${action} ${key === '' ? 'what is' : `"${key}"`} in the bucket "${bucket}" at ${host}`;
  const tried = tries === 1 ? '' : ` in ${tries} tries`;
  switch (kind) {
    case 'unauthorized':
      return `OSS does not take the access key to ${what} (${why}): check access_key_id, access_key_secret and, of temporary keys, security_token`;
    case 'skewed':
      return `OSS takes no request whose time is wrong, to ${what} (${why}): set the clock of this machine`;
    case 'forbidden':
      return `OSS does not allow this access key to ${what} (${why}): give it the right, or check endpoint and region`;
    case 'no_bucket':
      return `there is no bucket "${bucket}" at ${host}, to ${what} (${why}): make it, or correct bucket, endpoint or region`;
    case 'corrupt':
      return `could not ${what}${tried}, because the bytes came damaged (${why}): look for what changes them on the way`;
    case 'unavailable':
      return `could not ${what}${tried} (${why}): try again when OSS can be reached`;
    case 'unreachable':
      return `could not ${what} (${why}): check endpoint, region and bucket, and whether this machine reaches OSS`;
    case 'absent':
    case 'taken':
    case 'no_upload':
    case 'range':
    case 'other':
      return `could not ${what} (${why})`;
  }
}
