#!/usr/bin/env bash
# clang-tidy, with the checks of .clang-tidy, over everything that is compiled.
. "$(dirname "$0")/common.sh"
need_llvm_tool clang-tidy
database=$1/compile_commands.json
[ -f "$database" ] || skip "$database is missing: configure with cmake --preset default"

# The analyzer looks at each function on its own ("shallow"): a fifth of the time, and what it finds
# beyond that are mostly functions whose -1 it does not know. One file a call: from the second file
# on, this release takes every va_list for uninitialized.
shallow=(--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=mode=shallow)
# What is made when tests run (the faults: mistakes on purpose) is no source of ours.
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$database" | grep -v "^$1/" | sort -u |
  xargs -P 2 -n 1 "$tool" -p "$1" --quiet "${shallow[@]}" 2>/dev/null
