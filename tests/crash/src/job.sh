# What every job does, read by its command: `ms=50 fails=1 . "$CRASH_ROOM/job.sh"`. It tells the judge what it does in
# one line each, which the shell appends in one write; nothing here asks the scheduler.
#
#   ms      how long it works          fails   its first attempts, so many, fail
#   says    events left in the outbox  hangs   its first attempts, so many, never end by themselves
#   deaf=1  it heeds no TERM           stray=1 it starts a process that leaves its session and its environment
judge() { echo "$1 $AIFLOW_ATTEMPT_ID $AIFLOW_WORKFLOW_EXECUTION_ID $AIFLOW_JOB_NAME ${2-}" >>"$CRASH_ROOM/judge"; }

# Every process of the attempt holds this lock until it ends: who finds it taken runs beside another attempt.
exec 9>>"$CRASH_ROOM/locks/$AIFLOW_WORKFLOW_EXECUTION_ID.$AIFLOW_JOB_NAME"
flock -n 9 || judge overlap
judge start

if [ "${deaf-}" ]; then trap '' TERM; fi
if [ "${stray-}" ]; then env -i setsid /bin/sleep 600 & fi
if [ "$AIFLOW_ATTEMPT_NUMBER" -le "${hangs-0}" ]; then
  while :; do /bin/sleep 600; done
fi
work() { /bin/sleep "$((${ms-20} / 1000)).$(printf '%03d' $((${ms-20} % 1000)))"; }
if [ "$AIFLOW_ATTEMPT_NUMBER" -le "${fails-0}" ]; then
  work
  judge end 1
  exit 1
fi
# First, so that what works for long has its outbox looked into meanwhile.
for said in $(seq 1 "${says-0}"); do
  printf '{"key":"said.%s","value":"%s"}' "$AIFLOW_WORKFLOW_NAME" "$AIFLOW_ATTEMPT_ID.$said" >"$AIFLOW_OUTBOX/.$said"
  mv "$AIFLOW_OUTBOX/.$said" "$AIFLOW_OUTBOX/$said.json"
  judge said "$AIFLOW_ATTEMPT_ID.$said"
done
if [ "${says-0}" -gt 0 ]; then echo 'no event' >"$AIFLOW_OUTBOX/wrong.json"; fi
work
judge end 0
