# The flights as Flink reads them: one JSON value in a line. Where the data lies is said by FLIGHTS.
set -eu
sed -e 's/^\[//' -e 's/\]$//' -e 's/},{/}\
{/g' "$FLIGHTS" > "$AIFLOW_EXECUTION_DIR/flights.jsonl"
grep -c '{' "$AIFLOW_EXECUTION_DIR/flights.jsonl"
