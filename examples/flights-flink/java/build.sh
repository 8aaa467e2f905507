# Compiles the Java program against a Flink distribution (FLINK_HOME), into dependencies/jar of the project.
set -eu
cd "$(dirname "$0")"
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
javac -d "$classes" -cp "$FLINK_HOME/lib/*" --release 11 flights/*.java
mkdir -p ../dependencies/jar
jar --create --date=2020-01-01T00:00:00Z --file ../dependencies/jar/flights.jar -C "$classes" .
