/** What the exit code of `aiflow` says. */
export const exitCodes = {
  ok: 0,
  /** The workflow ran and did not finish well, or something broke while it ran. */
  failed: 1,
  /** Nothing was run: the input or the place it was to run in is wrong. */
  wrongInput: 2,
  /** Ctrl-C; every process of the workflow has been stopped. */
  interrupted: 130,
  /** As by `kill`; every process of the workflow has been stopped. */
  terminated: 143,
} as const;
