// Runs in threads, where it is loaded when it is first needed: it loads nothing but Node.
import { Agent as HttpAgent, get as getHttp } from 'node:http';
import { Agent as HttpsAgent, get as getHttps } from 'node:https';
import type { HttpGet } from './object-store.ts';
import { readInPlace } from './read-in-place.ts';

const httpAgent = readInPlace(new HttpAgent({ keepAlive: true }));
/** By what they trust. */
const httpsAgents = new Map<string, HttpsAgent>();

/** Fills `into` with the answer, and says whether just that came: whatever else happens is false. */
export async function fetchWhole(request: HttpGet, into: Uint8Array): Promise<boolean> {
  const filled = new Promise<boolean>((resolve) => {
    const { url, headers, silence } = request;
    const options = { headers, timeout: silence };
    const asking = url.startsWith('https:')
      ? getHttps(url, { ...options, agent: httpsAgent(request) })
      : getHttp(url, { ...options, agent: httpAgent });
    // The memory is another's from then on.
    let isOver = false;
    const giveUp = (): void => {
      isOver = true;
      resolve(false);
      asking.destroy();
    };
    asking.on('timeout', giveUp).on('error', giveUp);
    asking.on('response', (answer) => {
      let length = 0;
      answer.on('data', (bytes: Uint8Array<ArrayBuffer>) => {
        if (isOver) return;
        length += bytes.length;
        if (answer.statusCode !== 200 || length > into.length) return giveUp();
        into.set(bytes, length - bytes.length);
        // Gives its memory back, as in `readBody`.
        if (bytes.length === bytes.buffer.byteLength) bytes.buffer.transfer(0);
      });
      answer.on('error', giveUp);
      answer.on('end', () => resolve(answer.statusCode === 200 && length === into.length));
      answer.on('close', () => resolve(false)); // unless it came to its end
    });
  });
  return await filled.catch(() => false); // a request that cannot be made at all
}

function httpsAgent({ ca, rejectUnauthorized = true }: HttpGet): HttpsAgent {
  const key = JSON.stringify([ca, rejectUnauthorized]);
  const agent =
    httpsAgents.get(key) ??
    readInPlace(new HttpsAgent({ keepAlive: true, rejectUnauthorized, ...(ca !== undefined && { ca }) }));
  httpsAgents.set(key, agent);
  return agent;
}
