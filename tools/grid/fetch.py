#!/usr/bin/env python3
"""Python's poplib fetches a mailbox: fetch.py clear|stls|tls HOST PORT USER PASSWORD-FILE DIRECTORY [--keep]

A file for each message in DIRECTORY; without --keep what was fetched is deleted. Trusts who is trusted here
(SSL_CERT_FILE).
"""
import pathlib
import poplib
import ssl
import sys

SECONDS = 20


def main(way, host, port, user, secret, directory, keep=""):
    context = ssl.create_default_context()
    if way == "tls":
        peer = poplib.POP3_SSL(host, int(port), timeout=SECONDS, context=context)
    else:
        peer = poplib.POP3(host, int(port), SECONDS)
    if way == "stls":
        peer.stls(context)
    peer.user(user)
    peer.pass_(pathlib.Path(secret).read_text("utf-8").rstrip("\n"))
    count, octets = peer.stat()
    sizes = [int(line.split()[1]) for line in peer.list()[1]]
    if (count, octets) != (len(sizes), sum(sizes)):
        raise poplib.error_proto(f"STAT says {count} messages, {octets} octets, LIST {len(sizes)}, {sum(sizes)}")
    for number in range(1, count + 1):
        message = b"".join(line + b"\n" for line in peer.retr(number)[1])
        (pathlib.Path(directory) / str(number)).write_bytes(message)
        if not keep:
            peer.dele(number)
    peer.quit()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, poplib.error_proto) as error:
        sys.exit(f"poplib: {error}")
