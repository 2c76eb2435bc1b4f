#!/usr/bin/env bash
# network.sh BUILD: what wire network promises.
set -euo pipefail
build=$1
wire=$build/bin/wire
failed=0

# expect WHAT STATUS OUTPUT COMMAND...: the exit status and all the output (stderr too).
expect() {
  local what=$1 wanted_status=$2 wanted=$3 status=0 output
  shift 3
  output=$("$@" 2>&1) || status=$?
  if [ "$status" != "$wanted_status" ] || [ "$output" != "$wanted" ]; then
    printf '%s\n  expected %s: %s\n  got %s: %s\n' "$what" "$wanted_status" "$wanted" "$status" "$output"
    failed=1
  fi
}

# sh -c "$addresses" - NAME: the addresses, as getaddrinfo(3) orders them.
# shellcheck disable=SC2016 # the inner shell expands it
addresses='getent ahosts "$1" | sed -n "s/ *STREAM.*//p" | tr "\n" " "'

expect 'exit status' 7 '' "$wire" network -- sh -c 'exit 7'
# shellcheck disable=SC2016 # the inner shell expands it
expect 'killed by a signal' 137 '' "$wire" network sh -c 'kill -9 $$'
expect 'no such command' 127 'wire network: /nosuch: No such file or directory' "$wire" network /nosuch
expect 'options of the command' 0 '--fast' "$wire" network echo --fast
expect 'which command' 2 'wire network: which command?' "$wire" network
expect 'unknown option' 2 'wire network: not understood: --fast' "$wire" network --fast true
expect 'nested' 5 '' "$wire" network "$wire" network sh -c 'exit 5'
expect 'host name' 0 'client.example.org' "$wire" network hostname
expect 'user' 0 '0' "$wire" network id -u
expect 'mail' 0 '127.0.0.2 ' "$wire" network sh -c "$addresses" - mail.example.org
expect 'first refuses' 0 '127.0.0.3 127.0.0.2 ' "$wire" network sh -c "$addresses" - several.example.org
expect 'IPv6' 0 '::1 ' "$wire" network sh -c "$addresses" - ip6.example.org
expect 'unknown name' 2 '' "$wire" network getent ahosts nowhere.example.org
expect 'files are read-only' 1 'kept' "$wire" network sh -c "touch $build/intruder 2>/dev/null && echo written || { echo kept; exit 1; }"
expect 'build/run is not' 0 '' "$wire" network sh -c "touch $build/run/network.test && rm $build/run/network.test"
probe=$(mktemp /tmp/wire-network.XXXXXX)
expect '/tmp is private' 1 '' "$wire" network test -e "$probe"
rm -f "$probe"
expect 'only the loopback' 0 'lo' "$wire" network sh -c 'sed -n "s/^ *\([^:]*\):.*/\1/p" /proc/net/dev'

# shellcheck disable=SC2016 # the inner shell expands it
expect 'the lab is trusted' 0 'tls/ca.pem: OK' env SSL_CERT_DIR=/none "$wire" network sh -c \
  'cd "$(dirname "$SSL_CERT_FILE")/.." && test -z "${SSL_CERT_DIR-}" && openssl verify -CAfile "$SSL_CERT_FILE" tls/ca.pem'

# A signal reaches the command, which may end in its own way. It says so on a file, once it is ready.
ready=$build/run/network.ready
rm -f "$ready"
"$wire" network sh -c "trap 'exit 3' TERM; : >$ready; while :; do sleep 0.1; done" &
pid=$!
while [ ! -e "$ready" ]; do sleep 0.1; done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
rm -f "$ready"
[ "$status" = 3 ] || { echo "SIGTERM: status $status, and not 3"; failed=1; }

# Where there is no hosts file of the lab, this library answers.
# shellcheck disable=SC2317 # expect calls it
names() {
  LD_PRELOAD=$build/lib/wire-names.so WIRE_NAMES=tools/wire/network/hosts sh -c "$addresses" - "$1"
}
expect 'library: two addresses' 0 '127.0.0.3 127.0.0.2 ' names several.example.org
expect 'library: case does not matter' 0 '127.0.0.2 ' names MAIL.example.org
expect 'library: an address' 0 '127.0.0.9 ' names 127.0.0.9
expect 'library: the start of a name' 0 '' names mail.example

# Without bubblewrap: one line with the remedy. Whether it can go on depends on who runs this test.
output=$(WIRE_NO_BWRAP=1 timeout 60 "$wire" network true 2>&1) || true
case $output in
'wire: no private network: '*'. Using this machine'*) ;;
'wire network: no private network: '*'(without it: '*) ;;
*) printf 'without bubblewrap: %s\n' "$output"; failed=1 ;;
esac
[ "$(wc -l <<<"$output")" = 1 ] || { echo 'without bubblewrap: more than one line'; failed=1; }
exit $failed
