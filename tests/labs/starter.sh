#!/usr/bin/env bash
# starter.sh WIRE NUMBER RUN-DIRECTORY CC FLAG...: the untouched starter of a lab compiles without a
# warning, each of its checks fails for the reason that its TODO is not written (or waits for one
# that does), and each of its questions for the reason that it is not answered.
set -euo pipefail
wire=$1 number=$2 directory=$3
shift 3

for file in labs/"$number"-*/*.c; do
  grep -q failure_not_written "$file" || {
    echo "$file has no unwritten function any more: it is no starter"
    exit 77
  }
  "$@" -Werror -O2 -c -o /dev/null "$file"
done

if compgen -G "labs/$number-*/capture.pcapng" >/dev/null; then
  echo "there is a capture of a student in this lab: it is no starter"
  exit 77
fi

status=0
verdicts=$("$wire" check "$number" --all --run-directory "$directory") || status=$?
printf '%s\n' "$verdicts"
[ "$status" = 1 ] || { echo "exit status $status, and not 1"; exit 1; }

# Each verdict begins in the first column, with x, - or +; what belongs to it is indented.
awk '
  function judge() { if (name != "" && !reason) { print name ": does not say why: nothing is written"; bad = 1 } }
  /^\+ / { print $3 ": holds, though nothing is written"; bad = 1 }
  /^[x+-] [0-9]/ { judge(); name = $3; reason = $1 == "+" || $1 == "-" }
  name !~ /^question\./ && /TODO [0-9]+: [a-z_]+ is not written yet/ { reason = 1 }
  name ~ /^question\./ && /not answered yet: labs\// { reason = 1 }
  /crashed|was stopped/ { print name ": " $0; bad = 1 }
  /^[0-9]+ of [0-9]+ points$/ { judge(); name = ""; points = $1 }
  END { if (points != 0) { print "not 0 points"; bad = 1 } exit bad }
' <<<"$verdicts"
