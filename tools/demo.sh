#!/usr/bin/env bash
# demo: the same letter from alice to bob three ways, and what was on the wire each time: in clear, by
# STARTTLS, and under TLS from the first byte. `./kit demo` runs it.
#
# Run without arguments it records itself, run as `demo.sh send WAY`, in the lab network, once for each
# way, and shows the recordings, the letter as it lies in bob's Maildir, what anybody on the way could
# read, and what TLS cost.
set -euo pipefail
cd "$(dirname "$0")/.."
run=build/run/demo
bin=build/bin
user=alice@example.org
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
    tls) echo "--tls mail.example.org 465" ;;
  esac
}

called() {
  case $1 in
    clear) echo "in clear" ;;
    starttls) echo "STARTTLS" ;;
    tls) echo "implicit TLS" ;;
  esac
}

# In the lab network: starts the server, waits until it is ready, sends, stops the server.
send() {
  mkfifo "$run/ready"
  "$bin/smtpd" -c kit.ini -o "mail.store=$run/mail" --ready-fd 3 3>"$run/ready" 2>"$run/smtpd.log" &
  local server=$!
  read -r <"$run/ready" || { cat "$run/smtpd.log" >&2; exit 1; }
  rm "$run/ready"
  # shellcheck disable=SC2046 # words, as on a command line
  KIT_PASSWORD=$(password) "$bin/smtp" $(options "$1") --auth "$user" --from "$user" --to bob@example.org \
    labs/03-smtp-send/letter.eml >"$run/smtp.out"
  kill "$server"
  wait "$server"
}

password() {
  sed -n "s/^$user //p" build/lab/passwords.txt
}

# What the eavesdropper makes of the line with the password.
decoded() {
  sed -n 's/^ *AUTH PLAIN //p' | base64 -d | tr '\0' ' '
}

# A row of the table: wire stat's figures, and how much of the dialogue could be read.
cost() {
  local readable
  readable=$(sed -n 's/,//g; s/.*: \([0-9]*\) octets in clear.*/\1/p' "$run/$1.read" |
    awk '{ sum += $1 } END { print sum + 0 }')
  "$bin/wire" stat --csv "$run/$1.pcapng" | awk -F, -v way="$(called "$1")" -v readable="$readable" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR == 2 {
      said = $at["client_application_octets"] + $at["server_application_octets"]
      printf "  %-14s %8d %8d %14d %10d of %5d %12d\n", way, $at["client_packets"] + $at["server_packets"],
        $at["client_octets"] + $at["server_octets"], $at["client_tls_octets"] + $at["server_tls_octets"],
        readable, said, $at["round_trips"]
    }'
}

if [ "${1-}" = send ]; then
  send "$2"
  exit
fi

rm -rf "$run"
mkdir -p "$run"
title "The same letter three ways"
for way in "${ways[@]}"; do
  printf '  smtp %-31s --auth %s --from … --to … letter.eml\n' "$(options "$way")" "$user"
  "$bin/wire" record -o "$run/$way.pcapng" -- "$PWD/tools/demo.sh" send "$way"
done

title "The wire, with STARTTLS: alice's program and the server, line by line (# is encrypted)"
"$bin/wire" show "$run/starttls.pcapng"

letters=("$run"/mail/example.org/bob/new/*)
title "On disk, the second of ${#letters[@]}: ${letters[1]#"$run/"}"
cat "${letters[1]}"

for way in "${ways[@]}"; do
  title "What anybody on the way could read: $(called "$way")"
  "$bin/wire" show --eavesdrop "$run/$way.pcapng" | tee "$run/$way.read"
  if [ "$way" = clear ]; then
    printf 'Behind AUTH PLAIN stand, in base64, who he is and his password: %s\n' "$(decoded <"$run/$way.read")"
  fi
done

printf '%s\n' "Under TLS he still sees who speaks with whom, when and how much; and in the Client Hello, as server" \
  "name, mail.example.org."

title "What TLS costs"
printf '  %-14s %8s %8s %14s %19s %12s\n' "" packets octets "added by TLS" "octets to be read" "round trips"
for way in "${ways[@]}"; do
  cost "$way"
done

title "The recordings are $run/{clear,starttls,tls}.pcapng, the last two with their keys: open them in Wireshark,"
echo "or draw them again: ./kit show $run/tls.pcapng"
