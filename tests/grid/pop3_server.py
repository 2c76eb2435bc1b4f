#!/usr/bin/python3
"""A POP3 server as a student's may be, with the mistake MISTAKE ("": none). Started as the kit's servers are."""
import os
import pathlib
import socket
import sys
import threading

MISTAKE = ""


def options():
    words = dict(word.split("=", 1) for word in sys.argv if "=" in word)
    host, _, port = words["pop3-server.listen"].rpartition(":")
    return pathlib.Path(words["mail.store"]) / "example.org/bob", (host, int(port))


def sent(message):
    lines = message.replace(b"\n", b"\r\n")
    if MISTAKE == "unstuffed":
        return lines + b".\r\n"
    return b"".join(b"." + line if line.startswith(b".") else line for line in lines.splitlines(True)) + b".\r\n"


def session(peer, mailbox):
    lines = peer.makefile("rb")
    names = sorted((mailbox / "new").iterdir())
    sizes = [len(path.read_bytes().replace(b"\n", b"\r\n")) for path in names]
    deleted = set()
    peer.sendall(b"+OK hello\r\n")
    for line in lines:
        verb, _, rest = line.decode().strip().partition(" ")
        verb = verb.upper()
        listed = {"LIST": sizes, "UIDL": [path.name for path in names]}.get(verb)
        if verb == "STAT":
            answer = "+OK %d %d\r\n" % (len(names), sum(sizes))
        elif verb == "CAPA":
            answer = "+OK\r\nUSER\r\nUIDL\r\nTOP\r\n.\r\n"
        elif verb in ("AUTH", "APOP", "LAST"):
            answer = "-ERR no\r\n"
        elif listed is not None and rest:
            answer = "+OK %s %s\r\n" % (rest, listed[int(rest) - 1])
        elif listed is not None:
            answer = "+OK\r\n" + "".join("%d %s\r\n" % item for item in enumerate(listed, 1)) + ".\r\n"
        elif verb in ("RETR", "TOP"):
            peer.sendall(b"+OK\r\n" + sent(names[int(rest.split()[0]) - 1].read_bytes()))
            answer = ""
            if MISTAKE == "takes":
                deleted.add(names[int(rest.split()[0]) - 1])
        else:
            if verb == "DELE":
                deleted.add(names[int(rest) - 1])
            answer = "+OK\r\n"
        peer.sendall(answer.encode())
        if verb == "QUIT":
            break
    for path in deleted if MISTAKE != "keeps" else ():
        path.unlink()
    lines.close()
    peer.close()


def main():
    mailbox, address = options()
    listener = socket.create_server(address)
    os.write(1, b"\n")
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=session, args=(peer, mailbox), daemon=True).start()


if __name__ == "__main__":
    main()
