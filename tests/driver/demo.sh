#!/usr/bin/env bash
# The demo shows the ladder, both letters as they were stored, and what an eavesdropper saw.
# It uses ./build: another build directory (asan, tsan) has nothing to add.
set -euo pipefail
[ "$1" = "$PWD/build" ] || { echo "the demo runs from ./build only"; exit 77; }
shown=$(tools/demo.sh)

must_show() {
  grep -qF -- "$1" <<<"$shown" || { printf 'the demo should have shown "%s", but showed:\n%s\n' "$1" "$shown"; exit 1; }
}

must_show 'MAIL FROM:<alice@example.org>'
must_show '250 2.0.0 '
must_show 'closes (FIN)'
must_show 'Return-Path: <alice@example.org>'
must_show 'octets in clear'
# On disk a letter is the file that was sent, below the lines that the server put on top.
for letter in letter dots; do
  found=no
  for stored in build/run/demo/mail/example.org/bob/new/*; do
    if tail -c "$(stat -c %s "labs/03-smtp-send/$letter.eml")" "$stored" | cmp -s - "labs/03-smtp-send/$letter.eml"; then
      found=yes
    fi
  done
  [ "$found" = yes ] || { echo "bob's mailbox should hold $letter.eml byte for byte, but does not"; exit 1; }
done
