#!/usr/bin/env bash
# certificates.sh DIRECTORY: the lab network's certification authority and what it signs, made anew
# for each build tree. ca.pem is what a client must trust. Of each name there is NAME.pem, the
# certificate with the authority's intermediate one behind it, as a server sends them, and NAME.key:
#
#   mail  relay  mx   the servers of the lab network, by name and by address
#   wrong-host        good, but for somebody else
#   expired           for mail.example.org, and over since last month
#   self-signed       for mail.example.org, and nobody vouches for it
#
# The authority's own keys are thrown away: nobody can sign anything else with them. Certificates
# that are good for another month are left as they are.
set -euo pipefail
directory=${1:?usage: certificates.sh DIRECTORY}
month=2592000 # seconds

if [ "$directory/mail.pem" -nt "$0" ] && [ -e "$directory/ca.pem" ] &&
  openssl x509 -checkend $month -noout -in "$directory/mail.pem" >/dev/null; then
  exit 0
fi

mkdir -p "$directory"
umask 077
work=$(mktemp -d "$(realpath "$directory")/new-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

# `openssl ca` wants a list of what it has signed, and is the one command that takes any two dates.
touch index
cat >ca.conf <<'END_OF_CONF'
[ca]
default_ca = lab
[lab]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $ENV::NAMES
END_OF_CONF

# make NAME SUBJECT EXTENSIONS ISSUER FROM UNTIL: NAME.key and NAME.crt. The dates as date(1) reads
# them. ISSUER signs; with itself as its issuer a certificate is self-signed.
make() {
  local signed_by=(-cert "$4.crt" -keyfile "$4.key")
  [ "$1" != "$4" ] || signed_by=(-selfsign -keyfile "$1.key")
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config /dev/null \
    -subj "$2" -keyout "$1.key" -out "$1.csr"
  openssl ca -batch -notext -config ca.conf -extensions "$3" "${signed_by[@]}" -in "$1.csr" -out "$1.crt" \
    -startdate "$(date -u -d "$5" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$6" +%Y%m%d%H%M%SZ)"
}

# server NAME HOST ADDRESSES [FROM UNTIL [ISSUER]]. An hour ago: so that a clock may be slow. No
# longer than 397 days: browsers refuse what is good for longer.
server() {
  NAMES="DNS:$2${3:+,$3}" make "$1" "/CN=$2" server "${6:-intermediate}" "${4:-1 hour ago}" "${5:-397 days}"
  cat "$1.crt" >"$1.pem"
  [ "${6:-}" = "$1" ] || cat intermediate.crt >>"$1.pem"
}

everything() {
  export NAMES=DNS:unused
  make ca '/O=Mailwire/CN=Mailwire Lab CA' authority ca '1 day ago' '3650 days'
  make intermediate '/O=Mailwire/CN=Mailwire Lab Intermediate' authority ca '1 day ago' '1825 days'
  cp ca.crt ca.pem
  server mail mail.example.org IP:127.0.0.2,DNS:localhost,IP:127.0.0.1,IP:::1
  server relay relay.example.net IP:127.0.0.3
  server mx mx.example.com IP:127.0.0.4
  server wrong-host www.example.org ''
  server expired mail.example.org IP:127.0.0.2 '90 days ago' '30 days ago'
  server self-signed mail.example.org IP:127.0.0.2 '1 hour ago' '397 days' self-signed
}

everything >log 2>&1 || { cat log >&2; exit 1; }
rm intermediate.key ca.key
chmod 644 ./*.pem
mv ca.pem ./{relay,mx,wrong-host,expired,self-signed}.{pem,key} mail.key ..
mv mail.pem .. # the last: with it, all are there
