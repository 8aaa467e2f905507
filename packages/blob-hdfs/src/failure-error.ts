import { AIFlowError, errorCode } from '@aiflow/core';
import type { Failure } from './failure.ts';
import { remedyFor } from './failure.ts';

export interface FailedCall {
  /** The uri of the store. */
  readonly location: string;
  /** WebHDFS's own name of the operation. */
  readonly operation: string;
  /** The path in HDFS. */
  readonly path: string;
  readonly user: string;
  /** How often it was tried. */
  readonly attempts: number;
}

/** The error that a caller sees; a url is shown without its query. */
export function failureError(failure: Failure, call: FailedCall): AIFlowError {
  const { location, operation, path, user, attempts } = call;
  const server = failure.url.origin;
  const [code, advice] = adviceFor(failure, call);
  const tries = attempts > 1 ? ` (tried ${attempts} times)` : '';
  return new AIFlowError(
    code,
    `the blob store ${location} failed: ${operation} ${path} as user ${user} at ${server}: ${failure.reason}${tries}` +
      (advice === null ? '' : `; ${advice}`),
    {
      context: {
        location,
        operation,
        path,
        user,
        server,
        status: failure.status,
        exception: failure.exception,
        systemCode: errorCode(failure.cause) ?? null,
        attempts,
      },
      cause: failure.cause,
    },
  );
}

function adviceFor(failure: Failure, { user }: FailedCall): readonly [code: string, advice: string | null] {
  const { status, exception } = failure;
  if (failure.wantsKerberos) {
    return [
      'blob.unauthorized',
      'the server asks for Kerberos, which is not supported: give the hdfs_url of a gateway that takes simple ' +
        'authentication, such as an HttpFS server, or use another blob manager',
    ];
  }
  if (status === 401) {
    return [
      'blob.unauthorized',
      'expected a server with simple authentication, where the user is told by name alone',
    ];
  }
  if (exception === 'AccessControlException' || exception === 'SecurityException') {
    return [
      'blob.forbidden',
      `give ${user} permission to read and write root_directory, or set hdfs_user to who has it`,
    ];
  }
  if (status === null && remedyFor(failure) === 'none') {
    return [
      'blob.unavailable',
      'set NODE_EXTRA_CA_CERTS to a file with the certificate of who vouches for the server',
    ];
  }
  if (remedyFor(failure) !== 'none') return ['blob.unavailable', unavailableAdvice(failure)];
  if (status === 404 && exception === null) {
    return [
      'blob.store_failed',
      'there is no WebHDFS: expected hdfs_url to be the http address of a NameNode',
    ];
  }
  return ['blob.store_failed', null];
}

function unavailableAdvice({ exception, status, cause }: Failure): string | null {
  if (exception === 'SafeModeException') return 'try again when the NameNode has left safe mode';
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(errorCode(cause) ?? '')) {
    return 'its name is not known here: machines that use HDFS must know the names of the NameNodes and the DataNodes';
  }
  return status === null ? 'check that the server runs and can be reached from this machine' : null;
}
