#!/usr/bin/env bash
# The demo shows a letter's journey, from alice's program to bob's; and, asked for tls, the same letter
# three ways, what an eavesdropper saw of each, and what it cost.
# It uses ./build: another build directory (asan, tsan) has nothing to add.
set -euo pipefail
[ "$1" = "$PWD/build" ] || { echo "the demo runs from ./build only"; exit 77; }
letter=labs/03-smtp-send/letter.eml
shown=$(tools/demo.sh)

must_show() {
  grep -qF -- "$1" <<<"$shown" || { printf 'the demo should have shown "%s", but showed:\n%s\n' "$1" "$shown"; exit 1; }
}

# Both ladders, and what of them lies on disk.
must_show 'TLS ClientHello'
must_show 'MAIL FROM:<alice@example.org>'
must_show '250 2.0.0 '
must_show 'port 995'
must_show 'USER bob@example.org'
must_show '+OK 1 '
must_show 'QUIT'
must_show 'closes (FIN)'
stored=(build/run/demo/mail/example.org/bob/new/*)
[ ${#stored[@]} = 1 ] || { echo "bob's mailbox should hold one letter, and holds ${stored[*]}"; exit 1; }
must_show "${stored[0]#build/run/demo/}"

# The table of bob's mailbox: one letter, of as many octets as it has with CR LF; and the letter, the same that
# alice's program was given.
octets=$(sed 's/$/\r/' "${stored[0]}" | wc -c)
grep -qE "^ +1 +$octets +Alice Arslan <alice@example.org> +Selam\$" <<<"$shown" ||
  { printf 'the table should tell letter 1 of %s octets, but:\n%s\n' "$octets" "$shown"; exit 1; }
must_show 'Return-Path: <alice@example.org>'
must_show 'by mail.example.org with ESMTPSA (TLSv1.3 '
must_show "$(sed 's/^\(.\)/  \1/' "$letter" | sed '1,/^$/d')"

# Nobody could read a word of either.
for conversation in sending fetching; do
  read -r _ _ tls readable _ said _ <<<"$(sed -n "s/^  $conversation  *\([0-9]\)/\1/p" <<<"$shown")"
  [[ $tls -gt 1000 && $readable = 0 && $said -gt 500 ]] ||
    { printf '%s should be encrypted whole:\n%s\n' "$conversation" "$shown"; exit 1; }
done

shown=$(tools/demo.sh tls)
must_show 'TLS ClientHello'
must_show 'MAIL FROM:<alice@example.org>'

# What somebody on the way could read: all, password included; the beginning; nothing.
must_show 'What anybody on the way could read: in clear'
must_show "AUTH PLAIN: user alice@example.org, password $(sed -n 's/^alice@example.org //p' build/lab/passwords.txt) (base64, decoded)"
part() { # from this title to the next
  sed -n "/^What anybody on the way could read: $1\$/,/^What /p" <<<"$shown" | sed '1d;$d'
}
grep -qF 'Merhaba Bob' <<<"$(part 'in clear')" || { echo "in clear the letter should be readable"; exit 1; }
grep -qF '220 2.0.0 Go on' <<<"$(part STARTTLS)" || { echo "STARTTLS should be readable up to its 220"; exit 1; }
for way in STARTTLS 'implicit TLS'; do
  ! grep -qE 'MAIL FROM|AUTH PLAIN [A-Za-z0-9]*=|Merhaba' <<<"$(part "$way")" || { echo "$way: the letter or the password can be read"; exit 1; }
done
grep -qF ': 0 octets in clear' <<<"$(part 'implicit TLS')" || { echo "implicit TLS should leave nothing to read"; exit 1; }

# What it cost: in clear nothing for TLS; encrypted more octets, and more round trips; of implicit TLS nothing
# can be read. (Packets depend on the kernel's ACKs.)
cost() {
  sed -n "s/^  $1  *\([0-9]\)/\1/p" <<<"$shown"
}
read -r _ clear_octets clear_tls clear_read _ clear_said clear_trips <<<"$(cost 'in clear')"
read -r _ octets tls readable _ said trips <<<"$(cost STARTTLS)"
read -r _ _ implicit_tls implicit_read _ implicit_said implicit_trips <<<"$(cost 'implicit TLS')"
[[ $clear_tls = 0 && $clear_read = "$clear_said" ]] || { echo "in clear there is no TLS: $(cost 'in clear')"; exit 1; }
[[ $tls -gt 1000 && $octets -gt $((clear_octets + 1000)) && $readable -lt $said ]] ||
  { echo "STARTTLS should cost a handshake: $(cost STARTTLS)"; exit 1; }
[[ $implicit_tls -gt 1000 && $implicit_read = 0 && $implicit_said -le $said ]] ||
  { echo "implicit TLS should leave nothing to read: $(cost 'implicit TLS')"; exit 1; }
# One more for the handshake; with STARTTLS one more for the command, and one for the second EHLO.
[[ $implicit_trips = $((clear_trips + 1)) && $trips = $((clear_trips + 3)) ]] ||
  { echo "round trips: $clear_trips in clear, $trips with STARTTLS, $implicit_trips with implicit TLS"; exit 1; }

# On disk each letter is the file that was sent, below the lines that the server put on top.
same=0
for stored in build/run/demo/mail/example.org/bob/new/*; do
  if tail -c "$(stat -c %s "$letter")" "$stored" | cmp -s - "$letter"; then
    same=$((same + 1))
  fi
done
[ "$same" = 3 ] || { echo "bob's mailbox should hold the letter three times, byte for byte, and holds it $same times"; exit 1; }

! tools/demo.sh nosuch 2>/dev/null || { echo "an unknown demo should be refused"; exit 1; }
