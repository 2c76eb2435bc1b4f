"""pop3d is killed with SIGKILL at random moments, in sessions with DELEs, while smtpd delivers, again and again.

What must hold: a message is in the maildrop, unchanged, unless it was marked in a session whose QUIT was sent. (A QUIT
without a reply may have removed some of those marked; one with +OK has removed them all.) Nothing else in the store
changes, and the unique ids stay.

KIT_CRASH_ROUNDS (200) and KIT_CRASH_SEED (random; printed) may be set.
"""
import os
import random
import sys
import threading
import time

from letters import Letters, answer, ask, transact
from pop3d import PASSWORD, Pop3d
from smtpd import PATIENCE, Smtpd

ROUNDS = int(os.environ.get("KIT_CRASH_ROUNDS", 200))
SEED = int(os.environ.get("KIT_CRASH_SEED", random.randrange(10**9)))
KEPT = 40  # messages in the maildrop, about


class Sender(threading.Thread):
    """Sends bob a letter whenever there are not enough of them."""

    def __init__(self, smtpd, letters):
        super().__init__(daemon=True)
        self.smtpd, self.letters, self.wanted, self.failure = smtpd, letters, threading.Semaphore(KEPT), None

    def run(self):
        try:
            with self.smtpd.connect() as peer:
                assert answer(peer).code == 220 and ask(peer, b"HELO client.example.org").code == 250
                number = 0
                while self.wanted.acquire():
                    number += 1
                    mark, octets = self.letters.write(0, number, ["bob"],
                                                      random.Random(number).choice((200, 3000, 30000)))
                    assert transact(peer, ["bob"], octets).code == 250
                    self.letters.accept(mark)
        except Exception as error:  # what a thread raises nobody would see
            self.failure = error


class Client(threading.Thread):
    """One session: reads some, marks some, perhaps says QUIT. Notes what it may have removed, and what it has."""

    def __init__(self, server, chance):
        super().__init__(daemon=True)
        self.server, self.chance, self.failure = server, chance, None
        self.maybe, self.surely, self.seen = set(), set(), {}
        self.busy = threading.Event()

    def session(self, peer):
        peer.greet()
        for command in ("USER bob", "PASS " + PASSWORD):
            peer.good(command)
        uids = [line.split()[1] for line in peer.lines("UIDL")]
        self.busy.set()
        marked = set()
        for number in self.chance.sample(range(len(uids)), min(len(uids), 6)):
            lines = peer.lines("RETR %d" % (number + 1))
            self.seen[uids[number]] = b"\n".join(lines) + b"\n"
            if self.chance.random() < 0.6:
                peer.good("DELE %d" % (number + 1))
                marked.add(uids[number])
        if self.chance.random() < 0.75:
            self.maybe = marked
            peer.good("QUIT")
            self.surely = marked

    def run(self):
        try:
            with self.server.connect() as peer:
                self.session(peer)
        except OSError:
            pass
        except AssertionError as error:
            if self.server.process.poll() is None and not self.server.dying:
                self.failure = error
        except Exception as error:
            self.failure = error
        finally:
            self.busy.set()


def name(path):
    """What of a name stays."""
    return path.name.partition(":")[0].encode()


def mailbox(server):
    """{unique id: octets}: what is in the maildrop now."""
    return {name(path): path.read_bytes() for place in ("new",
                                                        "cur") for path in (server.mailbox("bob") / place).iterdir()}


def check(before, after, client):
    """`before` and `after` the session."""
    for uid, octets in before.items():
        if uid not in after:
            assert uid in client.maybe, "%r is lost: it was not in an update" % uid
        else:
            assert after[uid] == octets, "%r has changed" % uid
    assert not client.surely & set(after), "QUIT was acknowledged, but %r is there" % (client.surely & set(after))
    for uid, octets in client.seen.items():
        if uid in before:
            assert octets == before[uid], "%r was not read as it is stored" % uid


def main():
    print("KIT_CRASH_SEED=%d KIT_CRASH_ROUNDS=%d" % (SEED, ROUNDS), flush=True)
    began = time.monotonic()
    chance = random.Random(SEED)
    letters = Letters()
    counts = {"acknowledged": 0, "in doubt": 0, "no QUIT": 0, "removed": 0}
    with Smtpd(options=["smtpd.log=warn"]) as smtpd:
        server = Pop3d(store=smtpd.store, options=["pop3d.log=warn"])
        sender = Sender(smtpd, letters)
        sender.start()
        assert letters.wait_for(KEPT, PATIENCE)
        known = mailbox(server)
        for number in range(ROUNDS):
            server.start()
            server.dying = False
            client = Client(server, random.Random(SEED * 1000 + number))
            client.start()
            assert client.busy.wait(PATIENCE), "the session does not begin"
            time.sleep(chance.uniform(0, 0.025))  # any moment in it is as good as another
            server.dying = True
            assert server.kill() == -9, "pop3d died by itself:\n" + server.log()[-4000:]
            client.join(PATIENCE)
            for thread in (client, sender):
                if thread.failure:
                    raise thread.failure
            after = mailbox(server)
            check(known, after, client)
            removed = len(set(known) - set(after))
            counts["acknowledged" if client.surely else "in doubt" if client.maybe else "no QUIT"] += 1
            counts["removed"] += removed
            for _ in range(removed):
                sender.wanted.release()
            known = after
        assert len(letters.accepted) >= counts["removed"]
        with server, server.connect() as peer:  # it starts once more, and all is well
            peer.login("bob")
            assert {line.split()[1] for line in peer.lines("UIDL")} <= set(mailbox(server))
            peer.quit()
        assert sorted(path.name for path in server.mailbox("bob").iterdir()) == ["cur", "new", "pop3.lock", "tmp"]
    assert counts["acknowledged"] and counts["in doubt"] and counts["no QUIT"] or ROUNDS < 50, counts
    print("%d kills: QUIT acknowledged %d, sent and in doubt %d, not sent %d; %d messages removed, none lost; %.1f seconds"
          % (ROUNDS, counts["acknowledged"], counts["in doubt"], counts["no QUIT"], counts["removed"],
             time.monotonic() - began))


if __name__ == "__main__":
    sys.exit(main())
