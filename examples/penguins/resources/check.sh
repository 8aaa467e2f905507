# Is the data in the form that the later jobs expect? The last line, the number of rows, is the node's result.
set -euo pipefail

python3 - "$AIFLOW_DATASET_URI" <<'PYTHON'
import json, sys

COLUMNS = {
    "Species": str, "Island": str, "Sex": str,
    "Beak Length (mm)": (int, float), "Beak Depth (mm)": (int, float), "Flipper Length (mm)": (int, float),
    "Body Mass (g)": (int, float),
}
ROWS = 344

path = sys.argv[1]
try:
    rows = json.load(open(path, encoding="utf-8"))
except ValueError as error:
    sys.exit(f"{path} is not JSON: {error}")

problems = []
if not isinstance(rows, list) or len(rows) != ROWS:
    problems.append(f"expected a list of {ROWS} rows, found {len(rows) if isinstance(rows, list) else type(rows).__name__}")
for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
    if not isinstance(row, dict) or set(row) != set(COLUMNS):
        problems.append(f"row {number}: expected the columns {', '.join(COLUMNS)}")
        continue
    for column, kind in COLUMNS.items():
        if row[column] is not None and not isinstance(row[column], kind):
            problems.append(f"row {number}: {column} is {row[column]!r}")
if problems:
    sys.exit("\n".join(f"{path}: {problem}" for problem in problems[:10]))
PYTHON

echo "the data is in good form; rows:"
grep -c '"Species"' "$AIFLOW_DATASET_URI"
