/** Where the suite puts the script, in the project. */
export const treeScriptPath = 'resources/aiflow-tree.sh';

/**
 * Starts processes that try to outlive a stop: a plain grandchild, one that ignores TERM, one in a session of its own,
 * one that a double fork has orphaned, and one that answers TERM by starting another. Each writes its process number to
 * `$AIFLOW_WORKING_DIR/tree/<name>` and the token that it found in its environment to `<name>.token`; when all have,
 * the file `ready` appears.
 */
export const treeScript = `#!/bin/sh
# Written by @aiflow/testkit: processes that try to outlive a stop.
tree="$AIFLOW_WORKING_DIR/tree"
mkdir -p "$tree"
export tree

announce='echo "$AIFLOW_ATTEMPT_ID" > "$tree/$name.token"; echo $$ > "$tree/$name.tmp"; mv "$tree/$name.tmp" "$tree/$name"'
forever='while :; do sleep 1; done'

name=plain sh -c "$announce; $forever" &
name=ignores-term sh -c "trap '' TERM HUP INT; $announce; $forever" &
name=forks-on-term sh -c "trap 'sh -c \\"trap : TERM; $forever\\" & exit 0' TERM; $announce; $forever" &
names="plain ignores-term forks-on-term double-fork"
(name=double-fork sh -c "$announce; $forever" &)
if command -v setsid > /dev/null; then
  names="$names own-session own-session-ignores-term"
  name=own-session setsid sh -c "$announce; $forever" &
  name=own-session-ignores-term setsid sh -c "trap '' TERM; $announce; $forever" &
fi

for each in $names; do
  until [ -e "$tree/$each" ]; do sleep 0.05; done
done
echo "$names" > "$tree/ready.tmp"
mv "$tree/ready.tmp" "$tree/ready"
while :; do sleep 1; done
`;
