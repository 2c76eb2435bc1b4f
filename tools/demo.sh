#!/usr/bin/env bash
# demo: a letter's whole journey. alice submits it over TLS with her password, smtpd puts it into bob's
# Maildir, bob fetches it by POP3; and what was on the wire. `./kit demo` runs it.
#
#   demo.sh        the journey
#   demo.sh tls    the same letter three ways, in clear, by STARTTLS, and under TLS from the first byte:
#                  what anybody on the way could read, and what TLS costs
#
# It records itself, run as `demo.sh inside WAY`, in the lab network, and shows the recordings.
set -euo pipefail
cd "$(dirname "$0")/.."
run=build/run/demo
bin=build/bin
alice=alice@example.org
bob=bob@example.org
letter=labs/03-smtp-send/letter.eml
ways=(clear starttls tls)

title() {
  if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    printf '\n\033[1m%s\033[0m\n\n' "$*"
  else
    printf '\n%s\n\n' "$*"
  fi
}

# The words of the command line that make the difference.
options() {
  case $1 in
    clear) echo "mail.example.org 587" ;;
    starttls) echo "--starttls mail.example.org 587" ;;
    tls | journey) echo "--tls mail.example.org 465" ;;
  esac
}

called() {
  case $1 in
    clear) echo "in clear" ;;
    starttls) echo "STARTTLS" ;;
    tls) echo "implicit TLS" ;;
  esac
}

# --- in the lab network ---

# start NAME: a server, until it is ready.
start() {
  mkfifo "$run/$1.ready"
  "$bin/$1" -c kit.ini -o "mail.store=$run/mail" --ready-fd 3 3>"$run/$1.ready" 2>"$run/$1.log" &
  servers+=($!)
  read -r <"$run/$1.ready" || { cat "$run/$1.log" >&2; exit 1; }
  rm "$run/$1.ready"
}

password() {
  sed -n "s/^$1 //p" build/lab/passwords.txt
}

# A client did not do what it should: what it said.
failed() { # NAME
  cat "$run/$1".{out,err} >&2 2>/dev/null
  exit 1
}

send() {
  # shellcheck disable=SC2046 # words, as on a command line
  KIT_PASSWORD=$(password "$alice") "$bin/smtp" $(options "$1") --auth "$alice" --from "$alice" --to "$bob" \
    "$letter" >"$run/smtp.out" 2>&1 || failed smtp
}

fetch() {
  printf '%s\n' STAT LIST 'RETR 1' |
    KIT_PASSWORD=$(password "$bob") "$bin/pop3" --tls --user "$bob" mail.example.org 995 >"$run/pop3.out" 2>"$run/pop3.err" || failed pop3
}

inside() {
  local servers=() server
  start smtpd
  [ "$1" != journey ] || start pop3d
  send "$1"
  [ "$1" != journey ] || fetch
  for server in "${servers[@]}"; do
    kill "$server"
    wait "$server"
  done
}

record() {
  "$bin/wire" record -o "$run/$1.pcapng" -- "$PWD/tools/demo.sh" inside "$1"
}

# --- what is shown ---

# A row of the table of costs: wire stat's figures of stream $3, and how much of the dialogue could be read.
cost() { # CAPTURE NAME STREAM
  local readable
  readable=$("$bin/wire" show --eavesdrop --stream "$3" "$run/$1.pcapng" |
    sed -n 's/,//g; s/.*: \([0-9]*\) octets in clear.*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }')
  "$bin/wire" stat --csv "$run/$1.pcapng" | awk -F, -v name="$2" -v row="$(($3 + 2))" -v readable="$readable" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR == row {
      said = $at["client_application_octets"] + $at["server_application_octets"]
      printf "  %-14s %8d %8d %14d %10d of %5d %12d\n", name, $at["client_packets"] + $at["server_packets"],
        $at["client_octets"] + $at["server_octets"], $at["client_tls_octets"] + $at["server_tls_octets"],
        readable, said, $at["round_trips"]
    }'
}

head_of_costs() {
  printf '  %-14s %8s %8s %14s %19s %12s\n' "" packets octets "added by TLS" "octets to be read" "round trips"
}

# The answer to RETR: what comes behind its +OK, up to the dot.
fetched() {
  sed -n '/^+OK [0-9]* octets/,/^\.$/p' "$run/pop3.out" | sed '1d;$d'
}

# What STAT and LIST have told, and of each message's header who it is from and about what.
mailbox() {
  local number octets
  printf '  %2s %8s   %-36s %s\n' nr octets from subject
  sed -n 's/^\([0-9][0-9]*\) \([0-9][0-9]*\)$/\1 \2/p' "$run/pop3.out" | while read -r number octets; do
    printf '  %2d %8d   %-36s %s\n' "$number" "$octets" "$(fetched | sed -n 's/^From: //p' | head -n 1)" \
      "$(fetched | sed -n 's/^Subject: //p' | head -n 1)"
  done
}

journey() {
  record journey
  title "1. alice hands her letter in, over TLS and with her password (rows with # or 🔒 are encrypted)"
  printf '  smtp %s --auth %s --from … --to %s letter.eml\n\n' "$(options journey)" "$alice" "$bob"
  "$bin/wire" show --brief --stream 0 "$run/journey.pcapng"

  local stored=("$run"/mail/example.org/bob/new/*)
  title "2. smtpd has put it on disk before it said 250: bob's Maildir holds ${#stored[@]} file"
  printf '  %s\n' "${stored[0]#"$run/"}"

  title "3. bob fetches it, over TLS"
  printf '  pop3 --tls --user %s mail.example.org 995\n\n' "$bob"
  "$bin/wire" show --brief --stream 1 "$run/journey.pcapng"

  title "bob's mailbox, as STAT and LIST tell it, and message 1, as RETR has brought it"
  mailbox
  echo
  fetched | sed 's/^\(.\)/  \1/'

  title "4. What it cost; and nobody on the way could read an octet of it"
  head_of_costs
  cost journey sending 0
  cost journey fetching 1

  title "The recording is $run/journey.pcapng, with its keys: open it in Wireshark. And now"
  printf '  %-17s %s\n' './kit demo tls' "the same letter in clear, by STARTTLS and under TLS: what an eavesdropper reads" \
    './kit up' "the servers for your own Thunderbird, mutt or curl" \
    './kit start 1' "your first lab; docs/student.md is your first hour"
}

three_ways() {
  local way
  title "The same letter three ways"
  for way in "${ways[@]}"; do
    printf '  smtp %-31s --auth %s --from … --to … letter.eml\n' "$(options "$way")" "$alice"
    record "$way"
  done

  title "The wire, with STARTTLS: alice's program and the server, line by line (with # or 🔒: encrypted)"
  "$bin/wire" show "$run/starttls.pcapng"

  for way in "${ways[@]}"; do
    title "What anybody on the way could read: $(called "$way")"
    "$bin/wire" show --eavesdrop "$run/$way.pcapng"
  done
  printf '%s\n' "Under TLS he still sees who speaks with whom, when and how much; and in the Client Hello, as server" \
    "name, mail.example.org."

  title "What TLS costs"
  head_of_costs
  for way in "${ways[@]}"; do
    cost "$way" "$(called "$way")" 0
  done

  title "The recordings are $run/{clear,starttls,tls}.pcapng, the last two with their keys: open them in Wireshark,"
  echo "or draw them again: ./kit show $run/tls.pcapng"
}

case ${1-journey} in
  inside) inside "$2" ;;
  journey | tls)
    rm -rf "$run"
    mkdir -p "$run"
    if [ "${1-journey}" = tls ]; then three_ways; else journey; fi
    ;;
  *)
    echo "demo: there is no demo '$1': without a word it is a letter's journey, tls the same letter three ways" >&2
    exit 2
    ;;
esac
