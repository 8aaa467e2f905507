/** Where a process keeps its records, and the token that all its descendants inherit: enough to find it again. */
export interface ProcessPlace {
  /**
   * A directory of this process alone; its parent must exist, and the launcher makes it. It outlives the process:
   * as long as it is there the end can be asked for.
   */
  readonly recordDir: string;
  /** Unique over all processes ever launched here. They carry it in their environment as `AIFLOW_ATTEMPT_ID`. */
  readonly token: string;
}

export interface ProcessSpec extends ProcessPlace {
  /** The program, by path or by a name looked for in the environment's `PATH`, and its arguments. Never a shell's text. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** All of the environment: nothing is inherited from this process. The token is added to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The file that standard output is appended to; made when missing. Its directory must exist. */
  readonly stdout: string;
  /** The same for standard error. */
  readonly stderr: string;
}

export interface ProcessEnd {
  /**
   * `exited`: by itself. `stopped`: a stop had begun before it ended. `lost`: it is gone and left no exit status, for
   * example because the machine was restarted.
   */
  readonly outcome: 'exited' | 'stopped' | 'lost';
  /**
   * As a shell gives it: 128 + n after signal n. Null when nobody could write it down; after a stop that had to kill,
   * some launchers can (137) and some cannot.
   */
  readonly exitCode: number | null;
  /**
   * The signal that an exit code above 128 stands for, such as `SIGSEGV`; null for other codes. A program that ends
   * with such a code by itself says the same, as it would to a shell.
   */
  readonly signal: string | null;
  /** How many processes outlived the main one and were ended by this call. */
  readonly leftovers: number;
}

export type ProcessState =
  /** Nothing of it ever ran, and from now on nothing will: an interrupted launch can be made again. */
  | { readonly state: 'never_began' }
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'ended'; readonly end: ProcessEnd };

export interface WaitOptions {
  /** Ends the waiting, not the process: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long what is asked to end may take before it is killed, in milliseconds; 5,000 unless said. */
  readonly graceMs?: number;
}

/**
 * Launches process trees that outlive this process, finds them again, waits for them and ends them. A launched
 * process has a session of its own, writes to files and leaves its exit status in its record directory, whether or
 * not this process still lives. Every implementation passes the suite in `test/suite.ts`.
 */
export interface ProcessLauncher {
  /**
   * Starts a process; resolves when it can be found again. Throws `process.launch_failed` (its context's `reason` is
   * the system's code: ENOENT, EACCES, EMFILE, E2BIG …) with nothing left behind, or `process.already_launched` when the
   * record directory belongs to a process that began. The last program of `argv` may still fail to start, as with a
   * script whose interpreter is missing: that is exit code 126 or 127 and a line in standard error.
   */
  launch(spec: ProcessSpec): Promise<{ readonly pid: number }>;
  /**
   * What became of a process, also when another process launched it. When its launch was cut short before it began,
   * this makes sure that it never will.
   */
  find(place: ProcessPlace): Promise<ProcessState>;
  /**
   * Resolves when the process has ended and nothing of its tree is left: what outlived the main process is told to
   * end (TERM, the grace time, KILL) and counted. Can be called again. Throws `process.not_found` when it never began
   * and `process.survivors` when something refuses to die.
   */
  wait(place: ProcessPlace, options?: WaitOptions): Promise<ProcessEnd>;
  /**
   * Ends the process with all that it started: TERM, the grace time, KILL, then a search for holders of the token
   * until none is left. Resolves as soon as nothing is left, with the end; null when it never began. A process that
   * had ended before keeps its end. Throws `process.survivors`, naming them, when something is left 10 s after KILL.
   */
  stop(place: ProcessPlace, options?: WaitOptions): Promise<ProcessEnd | null>;
}
