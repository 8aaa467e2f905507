/** What the program that runs a graph is told, as JSON. */
export interface GraphOrder {
  readonly nodes: readonly OrderedNode[];
  readonly output_encoding: string;
  /** How long nodes have to end when another has failed. */
  readonly stop_grace_ms: number;
  /** Where the {@link GraphReport} goes. */
  readonly report: string;
}

export interface OrderedNode {
  readonly id: string;
  readonly argv: readonly [string, ...string[]];
  /** The nodes whose results it takes, by port. */
  readonly inputs: readonly string[];
  /** What its environment has beside the job's and {@link secretVariables}. */
  readonly variables: Variables;
  readonly stdout: string;
  readonly stderr: string;
}

export type Variables = Readonly<Record<string, string>>;

/** Through this variable the program gets what no file may hold: further variables by node, as JSON. */
export const secretVariables = 'AIFLOW_SECRET_VARIABLES';

/** How a graph ended, as JSON: written whole or not at all. */
export interface GraphReport {
  readonly values: Readonly<Record<string, string | null>>;
  /** The first node that failed; the others were ended then. */
  readonly failed: NodeFailure | null;
}

export interface NodeFailure {
  readonly node_id: string;
  /** Null when it could not be started. */
  readonly exit_code: number | null;
  readonly signal: string | null;
  /** Why it could not be started, as the system's code. */
  readonly reason: string | null;
}
