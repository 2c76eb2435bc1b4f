#!/usr/bin/python3
"""An SMTP server as a student's may be, with the mistake MISTAKE ("": none). Started as the kit's servers are."""
import os
import pathlib
import socket
import sys
import threading

MISTAKE = ""


def options():
    words = dict(word.split("=", 1) for word in sys.argv if "=" in word)
    host, _, port = words["smtp-server.listen"].rpartition(":")
    return pathlib.Path(words["mail.store"]) / "example.org/bob", (host, int(port))


def store(mailbox, letter):
    for part in ("tmp", "new", "cur"):
        (mailbox / part).mkdir(parents=True, exist_ok=True)
    (mailbox / "new" / ("%d.letter" % os.getpid())).write_bytes(letter)


def receive(lines):
    letter = b""
    for line in lines:
        if line == b".\r\n":
            break
        if line.startswith(b".") and MISTAKE != "stuffed":
            line = line[1:]
        letter += line.replace(b"\r\n", b"\n")
    return letter


def session(peer, mailbox):
    lines = peer.makefile("rb")
    peer.sendall(b"220 mail.example.org\r\n")
    for line in lines:
        verb = line[:4].upper().strip()
        if verb == b"MAIL" and MISTAKE == "unwritten":
            print("TODO 2: smtp_server_mail is not written yet", file=sys.stderr, flush=True)
            peer.sendall(b"502 not written\r\n")
        elif verb == b"DATA":
            if MISTAKE == "crashes":
                os.abort()
            peer.sendall(b"354 go on\r\n")
            letter = receive(lines)
            if MISTAKE != "forgets":
                store(mailbox, letter)
            peer.sendall(b"250 stored\r\n")
        elif verb == b"QUIT":
            peer.sendall(b"221 bye\r\n")
            break
        else:
            peer.sendall(b"250 fine\r\n")
    lines.close()
    peer.close()


def main():
    if MISTAKE == "starts not":
        sys.exit("smtp-server: cannot listen")
    mailbox, address = options()
    listener = socket.create_server(address)
    os.write(1, b"\n")
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=session, args=(peer, mailbox), daemon=True).start()


if __name__ == "__main__":
    main()
