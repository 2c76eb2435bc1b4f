#!/usr/bin/env bash
# demo: two real letters from alice to bob, and what was on the wire. `./kit demo` runs it.
#
# Run without arguments it records itself run as `demo.sh letters` in the lab network, then shows the
# recording, the letters as they lie in bob's Maildir, and what anybody on the way could read.
set -euo pipefail
cd "$(dirname "$0")/.."
run=build/run/demo
bin=build/bin

title() {
  if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    printf '\n\033[1m%s\033[0m\n\n' "$*"
  else
    printf '\n%s\n\n' "$*"
  fi
}

# In the lab network: starts the server, waits until it is ready, sends, stops the server.
letters() {
  mkfifo "$run/ready"
  "$bin/smtpd" -c kit.ini -o "mail.store=$run/mail" --ready-fd 3 3>"$run/ready" 2>"$run/smtpd.log" &
  local server=$!
  read -r <"$run/ready" || { cat "$run/smtpd.log" >&2; exit 1; }
  "$bin/smtp" --from alice@example.org --to bob@example.org mail.example.org 25 \
    labs/03-smtp-send/letter.eml labs/03-smtp-send/dots.eml >"$run/smtp.out"
  kill "$server"
  wait "$server"
}

if [ "${1-}" = letters ]; then
  letters
  exit
fi

rm -rf "$run"
mkdir -p "$run"
"$bin/wire" record -o "$run/capture.pcapng" -- "$PWD/tools/demo.sh" letters

title "The wire: alice's program and the server, line by line"
"$bin/wire" show "$run/capture.pcapng"

for letter in "$run"/mail/example.org/bob/new/*; do
  title "On disk: ${letter#"$run/"}"
  cat "$letter"
done

title "What anybody on the way could read"
"$bin/wire" show --eavesdrop "$run/capture.pcapng"

title "The recording is $run/capture.pcapng: open it in Wireshark, or draw it again with ./kit show $run/capture.pcapng"
