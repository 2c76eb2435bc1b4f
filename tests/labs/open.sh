#!/usr/bin/env bash
# open.sh WIRE NUMBER PROGRAMS RUN-DIRECTORY OPTION...: a lab without bubblewrap. To disturb nobody, it is tried
# inside the lab network, in which wire is made to believe that it is outside.
set -euo pipefail
wire=$1 number=$2 programs=$3 directory=$4
shift 4
exec "$wire" network -- env -u WIRE_NETWORK WIRE_NO_BWRAP=1 \
  "$wire" check "$number" --programs "$programs" --run-directory "$directory" "$@"
