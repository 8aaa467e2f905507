import type { S3Server } from '@aiflow-private/engines';
import type { S3BlobManagerOptions } from '../src/options.ts';
import { s3BlobManagerOptions } from '../src/options.ts';

/** The options as a project's file gives them, with what is left out filled in. */
export async function optionsOf(given: object): Promise<S3BlobManagerOptions> {
  const validated = await s3BlobManagerOptions['~standard'].validate(given);
  if (validated.issues === undefined) return validated.value;
  throw new Error(validated.issues.map(({ message }) => message).join('\n'));
}

/** For the bucket `bucket` of a server of the tests, at its own address or through a proxy. */
export async function optionsFor(
  { url, accessKeyId, secretAccessKey }: Pick<S3Server, 'url' | 'accessKeyId' | 'secretAccessKey'>,
  more: Partial<S3BlobManagerOptions> = {},
): Promise<S3BlobManagerOptions> {
  return await optionsOf({
    bucket_name: 'bucket',
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    endpoint_url: url,
    region_name: 'us-east-1',
    conditional_writes: true,
    ...more,
  });
}
