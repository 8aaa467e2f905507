/** An option of a command, as `--name VALUE` or, when it takes no value, as `--name`. */
export interface OptionSpec {
  readonly summary: string;
  /** How its value is called in the help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** What a command was called with; every option that has a default is there. */
export interface CommandCall {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
}

export interface Command {
  /** The names of its arguments, in order; one that ends in `?` may be left out. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** More for its help, such as examples. */
  readonly details?: string;
  /** Gives the exit code. An error of ours that it throws is shown as one line for each problem. */
  execute(call: CommandCall): Promise<number>;
}

/** The option by which most commands find their project. */
export const projectOption: OptionSpec = {
  summary: 'the directory that holds project.yaml',
  value: 'DIR',
  short: 'p',
  default: '.',
};

export const outputOption: OptionSpec = {
  summary: 'how to print the result',
  value: 'FORMAT',
  short: 'o',
  choices: ['table', 'json'],
  default: 'table',
};
