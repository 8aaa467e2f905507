# Keeps the rows of the file $AIFLOW_INPUT_0 in which every value was measured, as CSV. The last line, their number,
# is the node's result.
set -euo pipefail

# The data says "not known" with null, and once with a ".": an empty field in the CSV.
python3 -c '
import csv, json, sys
columns = ["Species", "Island", "Sex", "Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
names = ["species", "island", "sex", "beak_length_mm", "beak_depth_mm", "flipper_length_mm", "body_mass_g"]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(names)
for row in json.load(open(sys.argv[1], encoding="utf-8")):
    writer.writerow(["" if row[column] in (None, ".") else row[column] for column in columns])
' "$AIFLOW_INPUT_0" | awk -F, 'NR == 1 { print; next } { for (i = 1; i <= NF; i++) if ($i == "") next; print }' > "$AIFLOW_DATASET_URI.partial"
mv "$AIFLOW_DATASET_URI.partial" "$AIFLOW_DATASET_URI"

echo "rows kept:"
awk 'END { print NR - 1 }' "$AIFLOW_DATASET_URI"
