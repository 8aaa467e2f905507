/** What every socket of this thread reads into, one after the other: Node's parser copies from it what it keeps. */
let memory: Uint8Array | null = null;
/** Eight times what Node reads at once by itself: each time costs more than the bytes do. */
const readSize = 512 * 1024;

/** What an `Agent` of `node:http` or `node:https` has; its type would need `@types/node` of whoever uses this package. */
export interface ConnectingAgent {
  createConnection(...args: never[]): unknown;
}

/** As far as a socket is used here. */
interface Emitting {
  emit(event: 'data', bytes: Uint8Array): unknown;
}

/**
 * Has the sockets of an agent read into the same memory, and gives the agent. It does what it did, and leaves less
 * behind: Node makes memory for whatever a socket reads and then copies the body from it, so that of 2 GB that are
 * downloaded 2 GB are garbage, for which the collector stops the program dozens of times. It is done by the option
 * `onread` of https://nodejs.org/api/net.html#new-netsocketoptions. Not for an agent that goes through a proxy
 * (`proxyEnv`): it needs what the socket reads for itself.
 */
export function readInPlace<Agent extends ConnectingAgent>(agent: Agent): Agent {
  const connect = agent.createConnection.bind(agent) as unknown as (
    options: object,
    onCreated: unknown,
  ) => Emitting | null | undefined;
  const createConnection = (options: object, onCreated: unknown): unknown => {
    const buffer = (memory ??= Buffer.allocUnsafeSlow(readSize));
    // The parser listens to `data`, for which a socket that reads in place does not call by itself.
    const callback = (length: number): boolean => {
      socket?.emit('data', buffer.subarray(0, length));
      return true;
    };
    const socket = connect({ ...options, onread: { buffer, callback } }, onCreated);
    return socket;
  };
  return Object.assign(agent, { createConnection });
}
