import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';

export interface PlainServer extends AsyncDisposable {
  readonly url: string;
}

/** A server that is no HDFS. */
export async function startPlainServer(listener: RequestListener): Promise<PlainServer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
