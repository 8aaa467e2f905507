/**
 * The parent of every launched program, which lives on when we do not: it marks the beginning, runs the program and
 * writes down its exit status. It gets everything as arguments, so its text never changes and nothing is spliced in.
 *
 * - `begun` is created exclusively (`set -C`), here or by `find`. Whoever comes first decides whether the program runs.
 * - A shell that waits for its child runs traps afterwards, so a signal to the group ends the program but not the shim.
 *   Handlers (`:`), not `''`: an ignored signal would be inherited. They are set last: TERM ends a shim that has not
 *   come so far. KILL ends both; then there is no exit status.
 * - The status is one `write` of a whole line to a new file. Readers take no line without its end, so this is as safe
 *   as a temporary file and a rename, and does not depend on finding and forking `mv`, which took 15 % more CPU time.
 * - The variables' names must not be in the program's environment already: assigning would change what it sees.
 */
const script = `set -C
echo "$$" >"$1/begun" || kill -KILL "$$"
set +C
__aiflow_record=$1
shift
trap : HUP INT QUIT USR1 USR2 ALRM PIPE TERM
"$@"
__aiflow_code=$?
echo "$__aiflow_code" >"$__aiflow_record/exit"
exit "$__aiflow_code"`;

/** The shell that runs the shim: on every system that we know. */
export const shell = '/bin/sh';

/** The arguments of {@link shell} that run `argv`, whose first is an absolute path. */
export function shimArguments(recordDir: string, argv: readonly string[]): string[] {
  return ['-c', script, 'aiflow-process', recordDir, ...argv];
}
