#!/usr/bin/env python3
"""Python's smtplib sends a file: send.py clear|starttls|tls HOST PORT FROM TO FILE [PASSWORD-FILE]

It logs in as FROM where TLS is on. Trusts who is trusted here (SSL_CERT_FILE).
"""
import pathlib
import smtplib
import ssl
import sys

SECONDS = 20


def main(way, host, port, sender, recipient, letter, secret=None):
    context = ssl.create_default_context()
    if way == "tls":
        peer = smtplib.SMTP_SSL(host, int(port), "client.example.org", timeout=SECONDS, context=context)
    else:
        peer = smtplib.SMTP(host, int(port), "client.example.org", SECONDS)
    with peer:
        if way == "starttls":
            peer.starttls(context=context)
        if way != "clear":
            peer.login(sender, pathlib.Path(secret).read_text("utf-8").rstrip("\n"))
        peer.ehlo_or_helo_if_needed()
        eight_bits = ["BODY=8BITMIME"] if peer.has_extn("8bitmime") else []
        peer.sendmail(sender, [recipient], pathlib.Path(letter).read_bytes().replace(b"\n", b"\r\n"), eight_bits)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, smtplib.SMTPException) as error:
        sys.exit(f"smtplib: {error}")
