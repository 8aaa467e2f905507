#!/bin/sh
# The command line of this checkout, after bootstrap.mjs made it ready: `sh scripts/aiflow.sh ARGS`.
# The shell becomes the command (exec): its signals, its exit code and its stdout are the command's own. npm runs
# scripts in the repository's root; the command belongs to the directory that the user called npm from.
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
PATH="$root/.tools/bin:$PATH"
export PATH
cd "${INIT_CWD:-.}" || exit 1
exec node "$root/packages/cli/dist/bin.js" "$@"
