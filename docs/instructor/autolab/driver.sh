#!/usr/bin/env bash
# driver.sh HANDIN: builds the kit beside it, judges the hand-in, and prints what Autolab wants: the
# report, a line that it shows as a table, and as the last line the points of each lab.
#
# When the kit itself fails the last line is no result, so that Autolab records none.
set -uo pipefail
handin=$1
# shellcheck source=../settings.sh
. ./settings.sh
started=$SECONDS

bash mailwire/kit build >kit.log 2>&1 || {
  echo 'The kit could not be built on this machine, which is not your fault:'
  tail -n 20 kit.log
  exit 1
}
case $handin in
*.c)
  mkdir -p handin.d
  cp -- "$handin" handin.d/
  handin=handin.d
  ;;
esac
python3 -B mailwire/tools/grade/alone.py "$handin" --name hand-in -o out --seconds $((seconds - SECONDS + started)) \
  ${labs:+--labs "$labs"} --format autolab || exit 1
cat out/students/hand-in/autolab.txt
