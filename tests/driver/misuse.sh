#!/usr/bin/env bash
# Wrong use of any command: one line on stderr, nothing on stdout, status 2.
set -uo pipefail
bin=$1/bin
failed=0

wrong() {
  local said printed status
  said=$({ printed=$("$@" 2>&3 </dev/null); status=$?; printf '%s' "$printed" >&4; exit "$status"; } 3>&1 4>"$bin/../misuse.stdout")
  status=$?
  if [ "$status" != 2 ] || [ "$(wc -l <<<"$said")" != 1 ] || [ -z "$said" ] || [ -s "$bin/../misuse.stdout" ]; then
    printf '%s\n    should have ended with status 2 and one line on stderr, but: status %s, stderr "%s", stdout "%s"\n' \
      "$*" "$status" "$said" "$(cat "$bin/../misuse.stdout")"
    failed=1
  fi
}

wrong ./kit nosuch
for program in "$bin"/*; do
  wrong "$program" --no-such-option
done
for client in smtp talk; do
  wrong "$bin/$client"
  wrong "$bin/$client" mail.example.org
  wrong "$bin/$client" mail.example.org 25 more words
done
wrong "$bin/smtp" --timeout soon mail.example.org 25
wrong "$bin/smtp" --from alice@example.org mail.example.org 25 letter.eml
wrong "$bin/smtp" --to bob@example.org mail.example.org 25 letter.eml
wrong "$bin/smtpd" more words
wrong "$bin/smtpd" -o nosuch
wrong "$bin/smtpd" -c kit.ini -o smtpd.nosuch=1
wrong "$bin/smtpd" -c kit.ini -o smtpd.recipients=many
wrong "$bin/accounts"
wrong "$bin/accounts" file nosuch
wrong "$bin/wire"
wrong "$bin/wire" nosuch
wrong "$bin/wire" show
wrong "$bin/wire" show no-such-file
wrong "$bin/wire" show README.md
wrong "$bin/wire" record
wrong "$bin/wire" record -o file
wrong "$bin/wire" check
wrong "$bin/wire" check 99
wrong "$bin/wire" check 3 no-such-check
wrong "$bin/wire" check 3 question.no-such
wrong "$bin/wire" check 3 --watch --json
wrong "$bin/wire" show 99
wrong "$bin/wire" capture
wrong "$bin/wire" capture 99
wrong "$bin/wire" capture 3 4
wrong "$bin/wire" hint
wrong "$bin/wire" hint 3 no-such-check
wrong "$bin/wire" hint 3 --run-directory "$bin/../misuse"
wrong "$bin/wire" list 3
wrong "$bin/wire" list --labs "$bin"
wrong "$bin/wire" start
wrong "$bin/wire" start 3 --peer nosuch
wrong "$bin/wire" reference
wrong "$bin/wire" network
rm -f "$bin/../misuse.stdout"
exit $failed
