#!/usr/bin/env bash
# cppcheck over every C file. (Not with --library=posix, whose notes on mmap, scandir and accept4 are wrong.)
. "$(dirname "$0")/common.sh"
need cppcheck
options=(
  --quiet --std=c11 -j 2 --error-exitcode=1
  --enable="warning,performance,portability"
  --inline-suppr
  --suppress=missingIncludeSystem # the system's headers are not read
)
for directory in shared clients/parts tools/wire tools/wire/*/; do options+=(-I "$directory"); done
directories | xargs cppcheck "${options[@]}"
