import { OssFault } from './fault.ts';
import { deleteMany, getBucketInfo, listObjects } from './operations/bucket-operations.ts';
import { abortUpload, completeUpload, initiateUpload, uploadPart } from './operations/multipart.ts';
import { deleteObject, getObject, putObject } from './operations/objects.ts';
import type { Operation } from './operations/operation.ts';
import type { OssRequest } from './oss-request.ts';

interface Route {
  readonly operation: Operation;
  /** Whether it changes what is stored. */
  readonly writes: boolean;
}

/** The operation that a request asks for. Throws what OSS says to one that this server does not have. */
export function routeOf({ method, key, parameters }: OssRequest): Route {
  const has = (name: string): boolean => parameters.has(name);
  const on = key === '' ? 'bucket' : 'object';
  switch (`${method} ${on}`) {
    case 'GET bucket':
      if (has('bucketInfo')) return { operation: getBucketInfo, writes: false };
      if (parameters.get('list-type') === '2') return { operation: listObjects, writes: false };
      break;
    case 'POST bucket':
      if (has('delete')) return { operation: deleteMany, writes: true };
      break;
    case 'GET object':
    case 'HEAD object':
      return { operation: getObject, writes: false };
    case 'PUT object':
      return { operation: has('uploadId') ? uploadPart : putObject, writes: true };
    case 'POST object':
      if (has('uploads')) return { operation: initiateUpload, writes: true };
      if (has('uploadId')) return { operation: completeUpload, writes: true };
      break;
    case 'DELETE object':
      return { operation: has('uploadId') ? abortUpload : deleteObject, writes: true };
    default:
  }
  throw new OssFault(405, 'MethodNotAllowed', `The specified method is not allowed against this resource.`);
}
