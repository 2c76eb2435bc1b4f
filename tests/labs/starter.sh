#!/usr/bin/env bash
# starter.sh WIRE NUMBER RUN-DIRECTORY CC FLAG...: the untouched starter of a lab compiles without a
# warning, each of its checks fails for the reason that its TODO is not written (or is skipped for
# want of one that does, and for the same reason), and each of its questions for the reason that it
# is not answered.
set -euo pipefail
wire=$1 number=$2 directory=$3
shift 3

for file in labs/"$number"-*/*.c; do
  grep -q "_not_written(" "$file" || {
    echo "$file has no unwritten function any more: it is no starter"
    exit 77
  }
  "$@" -Werror -O2 -c -o /dev/null "$file"
done

if grep -q '^answer *= *[^ ]' labs/"$number"-*/answers.ini; then
  echo "the questions of this lab are answered: it is no starter"
  exit 77
fi

mkdir -p "$(dirname "$directory")"
status=0
"$wire" check "$number" --all --run-directory "$directory" --json >"$directory.json" || status=$?
"$wire" check "$number" --all --recorded --run-directory "$directory" || true # for people
[ "$status" = 1 ] || { echo "exit status $status, and not 1"; exit 1; }
python3 "$(dirname "$0")/starter.py" "$directory.json"
