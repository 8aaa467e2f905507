import type { HttpGet } from '@aiflow/snapshot';
import type { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import type { Attempt } from './requests.ts';

/** What the SDK is about to send, as far as it is used here of its type, which is of another package. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request for an object as the SDK signs it; it is good for 15 minutes, by the server's clock. */
export async function requestFor(
  bucket: Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<HttpGet> {
  const Key = bucket.keyOf(key);
  const { silence } = bucket.requests;
  return await bucket.requests.run({ action: 'read', key: Key, signal }, async (attempt) => {
    const command = new attempt.sdk.GetObjectCommand({ Bucket: bucket.name, Key });
    const { headers, ...request } = await sign(command, attempt);
    return { url: urlOf(request), headers, ...attempt.trust, silence };
  });
}

/** Has the SDK do everything but send the command. */
async function sign(command: GetObjectCommand, { client, signal }: Attempt): Promise<SignedRequest> {
  let signed: SignedRequest | null = null;
  command.middlewareStack.add(
    () => async (call) => {
      signed = call.request as SignedRequest;
      return { output: { $metadata: {} }, response: undefined };
    },
    // The first that would see an answer, and so the last that sees the request.
    { step: 'deserialize', priority: 'high', name: 'doNotSend' },
  );
  await client.send(command, { abortSignal: signal });
  if (signed === null) throw new Error('the SDK made no request');
  return signed;
}

function urlOf({ protocol, hostname, port, path, query }: Omit<SignedRequest, 'headers'>): string {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value ?? ''));
  return url.href;
}
