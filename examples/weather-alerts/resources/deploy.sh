# Deploys the version that the execution's context names. The last line, the version, is the node's result.
set -euo pipefail

version=$WORKFLOW_EXECUTION_CONTEXT
cp "$WEATHER_DIR/models/$version.json" "$WEATHER_DIR/deployed.json.partial"
mv "$WEATHER_DIR/deployed.json.partial" "$WEATHER_DIR/deployed.json"

printf '{"key": "%s", "value": "%s", "event_type": "MODEL_DEPLOYED", "namespace": "weather"}\n' \
  "$AIFLOW_MODEL_NAME" "$version" > "$AIFLOW_OUTBOX/.deployed"
mv "$AIFLOW_OUTBOX/.deployed" "$AIFLOW_OUTBOX/deployed.json"

echo "deployed:"
echo "$version"
