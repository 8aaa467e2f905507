# Prints what the model is worth and draws it. The last line, the accuracy, is the node's result.
set -euo pipefail
python3 resources/report.py "$AIFLOW_EXECUTION_DIR"
