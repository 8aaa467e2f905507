/** One rule of a contract. */
export interface Case<Options, Context> {
  /** The rule, as a sentence. */
  readonly name: string;
  /** Why the rule cannot be tested with these options, or null when it can. */
  readonly skip?: (options: Options) => string | null;
  readonly run: (context: Context) => Promise<void>;
}

/** What a case works on: made for it alone, so that no case sees what another one left. */
export interface CaseContext {
  /** Lets go of all that came to be, whatever state the case left it in. */
  dispose(): Promise<void>;
}
