import type { AgentOptions } from 'node:http';
import { Agent as HttpAgent } from 'node:http';
import type { AgentOptions as HttpsAgentOptions } from 'node:https';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** What every socket of this thread reads into, one after the other: Node's parser copies from it what it keeps. */
let memory: Buffer | null = null;
/** As much as Node reads at once by itself. */
const readSize = 64 * 1024;

export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Agents for a store that is reached over HTTP, which keep connections open. They do what Node's own do, and leave less
 * behind: Node makes memory for whatever a socket reads and then copies the body from it, so that of 2 GB that are
 * downloaded 2 GB are garbage, for which the collector stops the program dozens of times.
 */
export function httpAgents(options: AgentOptions, secure: HttpsAgentOptions = {}): HttpAgents {
  const kept = { ...options, keepAlive: true };
  return {
    http: readInPlace(new HttpAgent(kept)),
    https: readInPlace(new HttpsAgent({ ...kept, ...secure })),
  };
}

/** Has the agent's sockets read into the same memory: https://nodejs.org/api/net.html#new-netsocketoptions, `onread`. */
function readInPlace<Kind extends HttpAgent>(agent: Kind): Kind {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, onCreated) => {
    const buffer = (memory ??= Buffer.allocUnsafeSlow(readSize));
    // The parser listens to `data`, for which a socket that reads in place does not call by itself.
    const callback = (length: number): boolean => {
      made?.emit('data', buffer.subarray(0, length));
      return true;
    };
    const socketOptions: object = { ...options, onread: { buffer, callback } };
    const made = connect(socketOptions, onCreated) as Socket | null | undefined;
    return made;
  };
  return agent;
}
