#!/usr/bin/env bash
# Every shell script is clean: those called *.sh, and those without an ending.
. "$(dirname "$0")/common.sh"
need shellcheck
scripts=()
for script in kit .ci/run docs/instructor/gradescope/run_autograder; do [ ! -f "$script" ] || scripts+=("$script"); done
mapfile -d '' -O ${#scripts[@]} -t scripts < <(files sh)
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
