#!/usr/bin/env bash
# cppcheck over every C file.
. "$(dirname "$0")/common.sh"
need cppcheck
options=(
  --quiet --std=c11 --library=posix -j 2 --error-exitcode=1
  --enable="warning,performance,portability"
  --inline-suppr
  --suppress=missingIncludeSystem # the system's headers are not read
  --suppress=readdirCalled        # glibc's readdir(3) is safe for a directory of one's own; readdir_r is deprecated
)
for directory in shared clients/parts tools/wire; do options+=(-I "$directory"); done
directories | xargs cppcheck "${options[@]}"
