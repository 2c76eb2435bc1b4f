#!/usr/bin/env bash
# up: smtpd and pop3d on this machine's own loopback, outside the lab network, for Thunderbird, mutt, curl
# and every other mail program, until Ctrl-C. `./kit up` runs it.
#
#   --ports N    where they listen: N above the services' own ports (2000: 2025, 2587, 2465, 2110, 2995)
#   --store DIR  where the mail is kept (build/lab/mail)
set -euo pipefail
cd "$(dirname "$0")/.."
bin=build/bin
store=build/lab/mail
above=2000
servers=()
asked= # by Ctrl-C or a signal to end

die() {
  printf 'kit up: %s\n' "$1" >&2
  exit "${2:-1}"
}

while [ $# -gt 0 ]; do
  case $1 in
    --ports) above=${2-} ;;
    --store) store=${2-} ;;
    --help) exec sed -n '2,/^set /s/^# \{0,1\}//p' "$0" ;;
    *) die "there is no option $1: --ports N, --store DIR" 2 ;;
  esac
  [ -n "${2-}" ] || die "$1 needs a value: --ports N, --store DIR" 2
  shift 2
done
if [[ ! $above =~ ^[0-9]{1,5}$ ]] || ((above + 995 > 65535)); then
  die "--ports takes a number from 0 to 64540, not '$above'" 2
fi
smtp=$((above + 25)) submission=$((above + 587)) submissions=$((above + 465))
pop3=$((above + 110)) pop3s=$((above + 995))

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
mkfifo "$run"/{smtpd,pop3d}.{ready,life} "$run/log"
# What the servers log waits in there until the settings are printed.
exec 8<>"$run/log"

# start NAME OPTION…: returns when the server listens. It holds the one end of a pipe, so that the other
# tells when it is no more, whenever that is; and Ctrl-C is for this script alone, which then stops it.
start() {
  local name=$1
  shift
  { read -r <"$run/$name.life" || kill -USR1 $$; } 8>&- 2>/dev/null &
  setsid "$bin/$name" -c kit.ini -o "mail.store=$store" "$@" --ready-fd 3 3>"$run/$name.ready" 4>"$run/$name.life" \
    2>"$run/log" 8>&- &
  servers+=($!)
  read -r <"$run/$name.ready" || failed "$name"
}

stop() {
  kill -TERM "${servers[@]}" 2>/dev/null || true
}

# Until all servers have ended; a signal only interrupts waiting.
wait_for_all() {
  local server
  for server in "${servers[@]}"; do
    while kill -0 "$server" 2>/dev/null; do
      wait "$server" || true
    done
  done
}

# A server did not start: its last line says why.
failed() { # NAME
  local words
  stop
  wait_for_all
  [ -z "$asked" ] || exit 0
  exec 7<"$run/log" 8>&-
  words=$(grep "^$1: " <&7 | tail -n 1)
  [[ $words != *"another program listens there already"* ]] ||
    words+=", perhaps ./kit up in another window (ss -ltnp tells who): end it, or take other ports, ./kit up --ports $((above + 1000))"
  die "${words:-$1 did not start}"
}

trap 'asked=yes; stop' INT TERM HUP
trap stop USR1
start smtpd -o "smtpd.listen=127.0.0.1:$smtp" -o "smtpd.submission=127.0.0.1:$submission" \
  -o "smtpd.submissions=127.0.0.1:$submissions"
start pop3d -o "pop3d.listen=127.0.0.1:$pop3" -o "pop3d.pop3s=127.0.0.1:$pop3s"

passwords=$PWD/build/lab/passwords.txt
authority=$(printf %q "$PWD/build/lab/tls/ca.pem") # to be copied into a shell
letter=$(printf %q "$PWD/labs/03-smtp-send/letter.eml")
cat <<END || true
Mail for example.org, on this machine alone. For Thunderbird or any other mail program:

               server      port   security    password
  incoming     localhost   $pop3s   SSL/TLS     normal password     POP3
               localhost   $pop3   STARTTLS    normal password     POP3
  outgoing     localhost   $submissions   SSL/TLS     normal password     SMTP
               localhost   $submission   STARTTLS    normal password     SMTP
  (and for mail from elsewhere, without a password: port $smtp)

  user names   alice@example.org, bob@example.org, carol@example.org: the whole address
  passwords    $passwords
  trust        $authority
               (Thunderbird: Settings, Privacy & Security, Manage Certificates, Authorities, Import)

A letter from alice to bob with curl, then what bob has, and his first message; curl asks for passwords:

  curl --cacert $authority --user alice@example.org \\
    --mail-from alice@example.org --mail-rcpt bob@example.org \\
    --crlf --upload-file $letter smtps://localhost:$submissions/localhost
  curl --cacert $authority --user bob@example.org pop3s://localhost:$pop3s/
  curl --cacert $authority --user bob@example.org pop3s://localhost:$pop3s/1

bob with mutt, reading and writing:

  mutt -n -F /dev/null -f pops://bob%40example.org@localhost:$pop3s \\
    -e 'set folder=~ ssl_ca_certificates_file=$authority from=bob@example.org' \\
    -e 'set smtp_url=smtps://bob%40example.org@localhost:$submissions record='

Ready. Ctrl-C stops both servers; what they do is told below.

END
cat <"$run/log" 8>&- &
log=$!
exec 8>&-

wait_for_all
wait "$log" || true
[ -n "$asked" ] || die "a server has ended by itself: why, its last line above tells"
echo "Both servers have stopped. The mail is in $store."
