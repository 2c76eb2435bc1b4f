#!/usr/bin/env bash
# handout.sh LAB-DIRECTORY: the handout says what lab.ini judges and asks: its parts are there in
# their order, every check is in its table (and no other), every question is asked in the words of
# lab.ini, and every file of the kit that it names is there.
set -euo pipefail
cd "$1"
status=0
fail() {
  echo "$1"
  status=1
}

parts=$(sed -n 's/^## //p' README.md | paste -sd'|')
wanted='What you build|The idea|By hand first|Your task|Check it|Compare your capture|Questions|Go further'
[ "$parts" = "$wanted" ] || fail "README.md has the parts $parts, not $wanted"

judged=$(sed -n 's/^\[check \(.*\)\]$/\1/p' lab.ini)
# shellcheck disable=SC2016 # the backquotes are Markdown's
listed=$(sed -n 's/^| `\([a-z0-9-]*\)` |.*$/\1/p' README.md)
diff <(echo "$judged") <(echo "$listed") || fail "README.md lists other checks (>) than lab.ini (<)"

text=$(tr '\n' ' ' <README.md | tr -s ' ') # as one line: a sentence may be broken anywhere
while read -r question; do
  [[ $text == *"$question"* ]] || fail "README.md does not ask: $question"
done < <(sed -n 's/^text *= *//p' lab.ini)

# What a student fills in has the same questions, and no answers.
asked=$(awk '/^\[question / { name = $2 } sub(/^text *= */, "") { print name, $0 }' lab.ini)
blank=$(awk '/^\[question / { name = $2 } name && sub(/^; /, "") { print name, $0 }' answers.ini)
diff <(echo "$asked") <(echo "$blank") || fail "answers.ini has other questions (>) than lab.ini (<)"

# (A student's capture is not there yet.)
while read -r file; do
  [[ $file != labs/*/capture.pcapng ]] || continue
  [ -e "../../$file" ] || [ -e "../../build/$file" ] || fail "README.md names $file, which is not there"
done < <(grep -oE '(labs|captures|shared|clients)/[A-Za-z0-9_./-]*[a-z]' README.md | sort -u)
exit "$status"
