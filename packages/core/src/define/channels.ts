import { AIFlowError } from '../errors.ts';
import { checkWhole, shown } from './check.ts';
import type { Channel } from './graph.ts';

/** What a node gives back: nothing for 0 outputs, a channel for 1, a tuple for more. */
export type ChannelsOf<Outputs extends number> = Outputs extends 0
  ? void
  : Outputs extends 1
    ? Channel
    : ChannelTuple<Outputs>;
type ChannelTuple<Length extends number, Found extends Channel[] = []> = number extends Length
  ? readonly Channel[]
  : Found['length'] extends Length
    ? Readonly<Found>
    : ChannelTuple<Length, [...Found, Channel]>;

/** The channels of one job: those that it gave out, and no others, are taken as inputs. */
export class JobChannels {
  readonly #jobName: string;
  /** One of another workflow may bear the same names. */
  readonly #own = new WeakSet<Channel>();

  constructor(jobName: string) {
    this.#jobName = jobName;
  }

  /** The channels of a new node, as its operator gives them back. */
  give(nodeId: string, outputs: number): Channel | readonly Channel[] | undefined {
    if (outputs === 0) return undefined;
    if (outputs === 1) return this.#give(nodeId, 0);
    return Object.freeze(Array.from({ length: outputs }, (_, port) => this.#give(nodeId, port)));
  }

  /** Gives the inputs of a node back. Throws `define.unknown_channel` or `define.channel_of_another_job`. */
  take(inputs: readonly Channel[], nodeId: string): readonly Channel[] {
    const given: unknown = inputs; // plain JavaScript can pass anything
    if (!Array.isArray(given)) {
      throw new AIFlowError(
        'define.unknown_channel',
        `inputs of node "${nodeId}" of job "${this.#jobName}" must be a list of channels: write [channel]`,
      );
    }
    // By its own count, so that a hole in the list is a mistake as well.
    for (let port = 0; port < inputs.length; port += 1) this.#check(inputs[port], nodeId);
    return inputs;
  }

  #give(nodeId: string, port: number): Channel {
    const made = Object.freeze({ jobName: this.#jobName, nodeId, port });
    this.#own.add(made);
    return made;
  }

  #check(source: Channel | undefined, nodeId: string): void {
    if (typeof source?.nodeId !== 'string' || typeof source.jobName !== 'string') {
      throw new AIFlowError(
        'define.unknown_channel',
        `an input of node "${nodeId}" of job "${this.#jobName}" is not a channel: inputs takes what job.node() returned`,
      );
    }
    if (source.jobName !== this.#jobName) {
      throw new AIFlowError(
        'define.channel_of_another_job',
        `node "${nodeId}" of job "${this.#jobName}" takes a channel of job ${shown(source.jobName)}: ` +
          `a data edge stays inside its job, so let the jobs share a file and order them with startWhen()`,
      );
    }
    if (!this.#own.has(source)) {
      throw new AIFlowError(
        'define.unknown_channel',
        `node "${nodeId}" of job "${this.#jobName}" takes output ${shown(source.port)} of ${shown(source.nodeId)}, ` +
          'which no node returned here: pass what it returned',
      );
    }
  }
}

/** Gives a number of outputs back; throws `define.invalid_outputs`. */
export function checkOutputs(outputs: unknown, what: string): number {
  return checkWhole(outputs, 0, 1000, `the number of outputs of ${what}`, 'define.invalid_outputs');
}
