"""smtpd is killed with SIGKILL at random moments, under load, again and again.

What must hold: every letter that got its 250 is in the store, whole, once for each recipient; and
no letter in new/ is partial, whether it was answered or not.

KIT_CRASH_ROUNDS (200) and KIT_CRASH_SEED (random; printed) may be set.
"""
import os
import random
import sys
import threading
import time

from letters import Cut, Letters, answer, ask, transact
from smtpd import PATIENCE, Smtpd

ROUNDS = int(os.environ.get("KIT_CRASH_ROUNDS", 200))
SEED = int(os.environ.get("KIT_CRASH_SEED", random.randrange(10**9)))
THREADS = 6
NAMES = ("alice", "bob", "carol")


class Client(threading.Thread):
    """Sends letter after letter; when the server is gone, waits for the next one."""

    def __init__(self, number, server, letters):
        super().__init__(daemon=True)
        self.number, self.server, self.letters = number, server, letters
        self.random = random.Random(SEED * 1000 + number)
        self.count = 0
        self.failure = None

    def letter(self):
        """Most letters are short, some take the server several reads and writes."""
        recipients = self.random.sample(NAMES, self.random.choice((1, 1, 1, 2, 3)))
        size = self.random.choice((200, 1000, 4000, 4000, 4000, 20000, 100000))
        self.count += 1
        return recipients, *self.letters.write(self.number, self.count, recipients, size)

    def session(self, peer):
        reply = answer(peer)
        assert reply.code == 220, reply
        reply = ask(peer, b"EHLO client.example.org")
        assert reply.code == 250, reply
        for _ in range(self.random.randrange(1, 20)):
            recipients, mark, octets = self.letter()
            reply = transact(peer, recipients, octets)
            assert reply.code == 250, reply
            self.letters.accept(mark)
        ask(peer, b"QUIT")

    def run(self):
        try:
            while self.server.up.wait() and not self.server.over:
                try:
                    with self.server.connect() as peer:
                        self.session(peer)
                except (Cut, OSError):
                    pass
        except Exception as error:  # what a thread raises nobody would see
            self.failure = error


class Server(Smtpd):
    """An Smtpd that says to threads whether it runs."""

    def __init__(self):
        super().__init__(options=["smtpd.log=warn"])
        self.up = threading.Event()
        self.over = False


def kill_at_random(server, letters, clients, chance):
    server.start()
    server.up.set()
    # A round is not over before some letters got through: else nothing would be at stake. The
    # moment within the next ones is up to chance.
    enough = len(letters.accepted) + chance.randrange(1, 12)
    got = letters.wait_for(enough, PATIENCE)
    time.sleep(chance.uniform(0, 0.004))
    server.up.clear()
    status = server.kill()
    for client in clients:
        if client.failure:
            raise client.failure
    assert got, "no letter gets through any more:\n" + server.log()[-4000:]
    assert status == -9, "smtpd died by itself, status %d:\n%s" % (status, server.log()[-4000:])


def main():
    print("KIT_CRASH_SEED=%d KIT_CRASH_ROUNDS=%d" % (SEED, ROUNDS), flush=True)
    began = time.monotonic()
    letters = Letters()
    server = Server()
    chance = random.Random(SEED)
    clients = [Client(number, server, letters) for number in range(THREADS)]
    for client in clients:
        client.start()
    for _ in range(ROUNDS):
        kill_at_random(server, letters, clients, chance)
    server.over = True
    server.up.set()
    for client in clients:
        client.join(PATIENCE)
    with server:  # it starts once more, and all is well
        stored = letters.check(server, NAMES)
        with server.connect() as peer:
            assert answer(peer).code == 220 and ask(peer, b"HELO client.example.org").code == 250
            mark, octets = letters.write(THREADS, 1, ["bob"], 1000)
            assert transact(peer, ["bob"], octets).code == 250
            letters.accept(mark)
        assert letters.check(server, NAMES) == stored + 1
        unfinished = len(server.unfinished())
    print(
        "%d kills: %d letters sent, %d accepted, %d files in new/, all whole; %d unfinished in tmp/; %.1f seconds"
        % (ROUNDS, len(letters.sent), len(letters.accepted), stored, unfinished, time.monotonic() - began)
    )


if __name__ == "__main__":
    sys.exit(main())
