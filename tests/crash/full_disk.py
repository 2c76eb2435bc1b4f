"""A disk that is full, under load: several sessions at once fill a small file system to its brim.

What must hold: a refusal is 452 4.3.1 and the session goes on; every letter that got its 250 is in
the store, whole; none in new/ is partial and nothing is left in tmp/; when there is room again,
letters are taken again, in the same sessions. The same for a store that is not there for a while.

The small file system is a tmpfs in a mount namespace of this test's own.
"""
import os
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from letters import Letters, answer, ask, transact
from mounts import REMEDY, namespace
from smtpd import BUILD, PATIENCE, Smtpd

SEED = int(os.environ.get("KIT_CRASH_SEED", random.randrange(10**9)))
THREADS = 5
NAMES = ("alice", "bob", "carol")
SKIPPED = 77
STORE = "KIT_CRASH_STORE"  # set inside the namespace
MOUNT = 'mount -t tmpfs -o size=3m none "$0" && exec "$@"'


class Client(threading.Thread):
    """One session: sends letters until it was refused so many times."""

    def __init__(self, number, server, letters):
        super().__init__(daemon=True)
        self.number, self.letters = number, letters
        self.random = random.Random(SEED * 1000 + number)
        self.count = 0
        self.refused = 0
        self.enough = 0
        self.failure = None
        self.peer = server.connect()
        assert answer(self.peer).code == 220
        assert ask(self.peer, b"EHLO client.example.org").code == 250

    def send_letter(self):
        recipients = self.random.sample(NAMES, self.random.choice((1, 1, 2, 3)))
        size = self.random.choice((200, 1000, 4000, 20000, 100000))
        self.count += 1
        mark, octets = self.letters.write(self.number, self.count, recipients, size)
        reply = transact(self.peer, recipients, octets)
        if reply.code == 250:
            self.letters.accept(mark)
        else:
            assert (reply.code, reply.status) == (452, "4.3.1"), reply
            self.refused += 1
            assert ask(self.peer, b"RSET").code == 250
        return reply

    def run(self):
        try:
            while self.refused < self.enough:
                self.send_letter()
        except Exception as error:  # what a thread raises nobody would see
            self.failure = error


def fill(server, letters):
    clients = [Client(number, server, letters) for number in range(THREADS)]
    for client in clients:
        client.enough = 8
        client.start()
    for client in clients:
        client.join(PATIENCE)
        assert not client.is_alive(), "a session hangs:\n" + server.log()[-4000:]
        if client.failure:
            raise client.failure
    stored = letters.check(server, NAMES)
    assert stored and server.unfinished() == [], server.unfinished()
    refused = sum(client.refused for client in clients)
    print("full: %d letters sent, %d accepted, %d refused, %d files" % (len(letters.sent), len(letters.accepted), refused, stored))
    return clients


def make_room(server, letters, clients):
    """Somebody reads the mail and deletes it: the same sessions go on."""
    for name in NAMES:
        for message in (server.mailbox(name) / "new").iterdir():
            message.unlink()
    with letters.changed:
        letters.accepted.clear()
    for client in clients:
        mark, octets = letters.write(client.number, 0, NAMES, 4000)
        reply = transact(client.peer, NAMES, octets)
        assert reply.code == 250, "there is room again, but: %s" % (reply,)
        letters.accept(mark)
    assert letters.check(server, NAMES) == len(clients) * len(NAMES)
    print("room again: %d letters accepted" % len(clients))


def take_away(server, letters, clients):
    """All mailboxes are gone for a while, as when a disk is not mounted."""
    domain = server.mailbox("bob").parent
    aside = domain.with_name("aside")
    domain.rename(aside)
    peer = clients[0].peer
    _, octets = letters.write(THREADS, 1, ["bob"], 4000)
    for _ in range(3):
        reply = transact(peer, ["bob"], octets)
        assert (reply.code, reply.status) == (451, "4.3.0"), reply
        assert ask(peer, b"RSET").code == 250
    assert not domain.exists(), "a store that is missing must not be made anew under it"
    aside.rename(domain)
    mark, octets = letters.write(THREADS, 2, ["bob"], 4000)
    assert transact(peer, ["bob"], octets).code == 250
    letters.accept(mark)
    letters.check(server, NAMES)
    assert server.unfinished() == []
    print("store missing: refused with 451, and taken when it was back")


def inside(store):
    print("KIT_CRASH_SEED=%d" % SEED, flush=True)
    letters = Letters()
    with Smtpd(store=store) as server:
        clients = fill(server, letters)
        make_room(server, letters, clients)
        take_away(server, letters, clients)
        for client in clients:
            ask(client.peer, b"QUIT")
            client.peer.close()


def main():
    if STORE in os.environ:
        return inside(os.environ[STORE])
    command = namespace()
    if command is None:
        print("skipped: " + REMEDY)
        return SKIPPED
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="full-disk.", dir=BUILD / "tests") as store:
        again = [*command, "sh", "-c", MOUNT, store, sys.executable, "-B", str(Path(__file__).resolve())]
        return subprocess.run(again, env={**os.environ, STORE: store}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
