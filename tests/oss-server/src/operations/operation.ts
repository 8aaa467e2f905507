import type { Answer } from '../answer.ts';
import type { Bucket } from '../bucket.ts';
import type { OssRequest } from '../oss-request.ts';

/** What an operation works on. */
interface OperationContext {
  readonly request: OssRequest;
  readonly bucket: Bucket;
  readonly bucketName: string;
  readonly region: string;
  readonly now: number;
}

export type Operation = (context: OperationContext) => Answer;
