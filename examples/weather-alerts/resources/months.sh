# Writes the figures of every month that is over, and publishes what the new ones bring. The last line, the months that
# are new, is the node's result.
set -euo pipefail
export LC_ALL=C

publish() { # key, value
  local file
  file=$(mktemp "$AIFLOW_OUTBOX/.event-XXXXXXXX")
  printf '{"key": "%s", "value": "%s", "namespace": "weather"}\n' "$1" "$2" > "$file"
  mv "$file" "$AIFLOW_OUTBOX/$(date +%s%N)-${file##*-}.json"
}

months=$AIFLOW_DATASET_URI
[ -e "$months" ] || : > "$months"

events=$(awk -v table="$months.partial" -f resources/months.awk "$months" "$(dirname "$months")/days.csv")
new=
while read -r key value; do
  if [ "$key" = month ]; then new="$new $value"; elif [ -n "$key" ]; then publish "$key" "$value"; fi
done <<< "$events"

# Last: a run that is cut off before leaves its months new, and says it all again.
mv "$months.partial" "$months"
echo "months that are new:"
echo "${new# }"
