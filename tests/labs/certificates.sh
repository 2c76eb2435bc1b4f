#!/usr/bin/env bash
# certificates.sh BUILD-DIRECTORY: the lab's certificates are what tools/certificates.sh says they are.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1/run"
place=$(mktemp -d "$1/run/certificates-XXXXXX")
trap 'rm -rf "$place"' EXIT
failed=0

wrong() {
  printf '%s\n' "$1"
  failed=1
}

# verify DIRECTORY NAME OPTION…: what openssl says of NAME.pem.
verify() {
  openssl verify -CAfile "$1/ca.pem" -untrusted "$1/$2.pem" "${@:3}" "$1/$2.pem" 2>&1 || true
}

expect() {
  grep -qF -- "$2" <<<"$3" || wrong "$1: expected \"$2\" in: $3"
}

tools/certificates.sh "$place/one"
tools/certificates.sh "$place/two"
one=$place/one

expect mail OK "$(verify "$one" mail -verify_hostname mail.example.org -purpose sslserver)"
expect mail OK "$(verify "$one" mail -verify_ip 127.0.0.2)"
expect mail 'hostname mismatch' "$(verify "$one" mail -verify_hostname www.example.org)"
expect mail 'IP address mismatch' "$(verify "$one" mail -verify_ip 127.0.0.3)"
expect relay OK "$(verify "$one" relay -verify_hostname relay.example.net)"
expect mx OK "$(verify "$one" mx -verify_hostname mx.example.com)"
expect wrong-host OK "$(verify "$one" wrong-host -verify_hostname www.example.org)"
expect wrong-host 'hostname mismatch' "$(verify "$one" wrong-host -verify_hostname mail.example.org)"
expect expired 'certificate has expired' "$(verify "$one" expired -verify_hostname mail.example.org)"
expect self-signed 'self-signed certificate' "$(verify "$one" self-signed -verify_hostname mail.example.org)"
# Only its date is wrong with the one, only its issuer with the other.
expect expired OK "$(verify "$one" expired -verify_hostname mail.example.org -no_check_time)"
expect self-signed OK "$(openssl verify -CAfile "$one/self-signed.pem" -verify_hostname mail.example.org \
  "$one/self-signed.pem" 2>&1)"
# Another tree, another authority.
expect stranger 'unable to get local issuer' "$(openssl verify -CAfile "$place/two/ca.pem" "$one/mail.pem" 2>&1)"

for key in "$one"/*.key; do
  [ "$(stat -c %a "$key")" = 600 ] || wrong "$key can be read by others"
  pem=${key%.key}.pem
  [ "$(openssl pkey -in "$key" -pubout)" = "$(openssl x509 -in "$pem" -noout -pubkey)" ] || wrong "$key is not that of $pem"
done
[ "$(find "$one" -name '*.key' | wc -l)" = 6 ] || wrong "there are other keys than those of the six servers"
[ -z "$(find "$one" -mindepth 1 -type d)" ] || wrong "something of the work was left"

# What is good for another month stays; what is not is made anew.
before=$(cat "$one"/*.pem | sha256sum)
tools/certificates.sh "$one"
[ "$(cat "$one"/*.pem | sha256sum)" = "$before" ] || wrong "good certificates were made anew"
cp "$one/expired.pem" "$one/mail.pem"
tools/certificates.sh "$one"
expect renewed OK "$(verify "$one" mail -verify_hostname mail.example.org)"

exit $failed
