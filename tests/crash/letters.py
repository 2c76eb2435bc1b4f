"""Letters that can be told apart and checked, and the store they end up in."""
import hashlib
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

MARK = b"X-Mark: "


class Cut(Exception):
    """The server is gone: the connection ended without the reply that was due."""


class Letters:
    """What was sent, to whom, and what the server has answered for. For many threads."""

    def __init__(self):
        self.changed = threading.Condition()
        self.sent = {}  # mark -> SHA-256 of what must be in the store, recipients
        self.accepted = set()  # marks that got their 250

    def write(self, thread, number, recipients, size):
        """A new letter of about `size` octets, ready for DATA. Returns its mark and octets."""
        mark = b"%d.%d" % (thread, number)
        # Lines of different lengths, some with dots in front; every letter is another one.
        line = hashlib.sha256(mark).hexdigest().encode()
        body = b"".join(b"." * (at % 3) + line[: at % 61] + b"\n" for at in range(size // 32))
        letter = MARK + mark + b"\nSubject: crash\n\n" + body + b"the end of " + mark + b"\n"
        with self.changed:
            self.sent[mark] = (hashlib.sha256(letter).digest(), frozenset(recipients))
        return mark, letter.replace(b"\n.", b"\n..").replace(b"\n", b"\r\n") + b".\r\n"

    def accept(self, mark):
        with self.changed:
            self.accepted.add(mark)
            self.changed.notify_all()

    def wait_for(self, count, seconds):
        """Until so many were accepted. False when the time is over."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.accepted) >= count, seconds)

    def check(self, server, names):
        """Every accepted letter is in the mailbox of each recipient, once; none in new/ is partial."""
        found = {name: set() for name in names}
        for name in names:
            for message in (server.mailbox(name) / "new").iterdir():
                content = message.read_bytes()
                start = content.find(MARK)
                assert start >= 0, "%s: no letter of ours, or its beginning is missing" % message
                mark = content[start + len(MARK) : content.index(b"\n", start)]
                assert mark in self.sent, "%s: nobody sent %r" % (message, mark)
                digest, recipients = self.sent[mark]
                assert hashlib.sha256(content[start:]).digest() == digest, "%s is not whole" % message
                assert name in recipients, "%s was not for %s" % (message, name)
                assert mark not in found[name], "%s is there twice" % mark.decode()
                found[name].add(mark)
        for mark in self.accepted:
            for name in self.sent[mark][1]:
                assert mark in found[name], "%s got its 250, but %s does not have it" % (mark.decode(), name)
        return sum(len(marks) for marks in found.values())


def answer(peer):
    """The next reply; Cut when the connection ends first."""
    try:
        reply = peer.reply()
    except OSError as error:
        raise Cut from error
    except AssertionError as error:
        if "the server" in str(error):  # reset it, or closed in the middle of a line
            raise Cut from error
        raise
    if reply is None:
        raise Cut
    return reply


def ask(peer, command):
    send(peer, command + b"\r\n")
    return answer(peer)


def send(peer, octets):
    try:
        peer.send(octets)
    except OSError as error:
        raise Cut from error


def transact(peer, recipients, octets):
    """MAIL, RCPT, DATA and the letter. Returns the decisive reply: the first that is no 250 or 354, or the last."""
    commands = [b"MAIL FROM:<alice@example.org>"]
    commands += [b"RCPT TO:<%s@example.org>" % name.encode() for name in recipients]
    for command in commands:
        reply = ask(peer, command)
        if reply.code != 250:
            return reply
    reply = ask(peer, b"DATA")
    if reply.code != 354:
        return reply
    send(peer, octets)
    return answer(peer)
