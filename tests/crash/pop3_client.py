"""The client pop3 is killed with SIGKILL anywhere in a session that fetches, again and again.

What must hold, with DELEs (--fetch) and without (--keep), into a Maildir and into an mbox: a letter that is gone from
the server is on the disk, whole; no file in new/ is partial; and when a session ends well at last, every letter has
come, once, and with --keep all are still on the server.

The test stands between client and server, so it knows how far they are: it kills when so many octets have gone
through, and a moment later. KIT_CRASH_ROUNDS (200, for all four together) and KIT_CRASH_SEED (random; printed) may be set.
"""
import collections
import hashlib
import os
import random
import re
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from pop3d import Pop3d  # noqa: E402
from smtpd import BUILD, PASSWORD, PATIENCE, end_with_parent  # noqa: E402

ROUNDS = int(os.environ.get("KIT_CRASH_ROUNDS", 200))
SEED = int(os.environ.get("KIT_CRASH_SEED", random.randrange(10**9)))
POP3 = BUILD / "bin/pop3"
USER = "bob@example.org"
# The password of the other tests, with a hash that takes the server a millisecond (openssl passwd -6).
HASH = "$6$mailwire$p5Mq1cTJtGSwegENV/dtaWSmWzo75iSOIgInq2q3JxLGB1Y641OHzoWwE7o4zTCH3Ts5BdFMaPCF0nvzDJvvW0"


def letter(mark, size):
    """A letter of about `size` octets, with lines that an mbox and POP3 have to change on their way."""
    text = hashlib.sha256(mark.encode()).hexdigest()
    body = "".join(("", ".", "..", "From ", ">From ")[at % 5] + text[:at % 61] + "\n" for at in range(size // 32))
    return ("X-Mark: %s\nSubject: crash\n\n%sthe end of %s\n" % (mark, body, mark)).encode()


class Place:
    """Where the client puts what it fetches."""

    def __init__(self, path):
        self.path = path

    def messages(self):
        """What is in it, whole or not."""
        if self.path.suffix != ".mbox":
            new = self.path / "new"
            return [path.read_bytes() for path in new.iterdir()] if new.is_dir() else []
        content = self.path.read_bytes() if self.path.exists() else b""
        parts = re.split(rb"(?m)^From .*\n", content)
        return [re.sub(rb"(?m)^>(>*From )", rb"\1", part[:-1] if part.endswith(b"\n\n") else part) for part in parts[1:]]


class Between:
    """One session, through us: what both say is passed on, and counted."""

    def __init__(self, listener, server, process):
        self.process = process
        self.client = None
        self.octets, self.said = 0, b""
        while self.client is None and process.poll() is None:
            if select.select([listener], [], [], 0.05)[0]:
                self.client = listener.accept()[0]
        self.server = socket.create_connection((server.host, server.port), PATIENCE) if self.client else None

    def pass_until(self, enough):
        """Until enough(self), or until one of the two has closed. Whether the session goes on."""
        ends = {self.client: self.server, self.server: self.client} if self.client else {}
        while ends and not enough(self):
            ready = select.select(list(ends), [], [], PATIENCE)[0]
            if not ready:
                raise AssertionError("client and server wait for each other")
            for end in ready:
                if not self._pass(end, ends[end]):
                    return False
        return bool(ends)

    def _pass(self, source, target):
        try:
            piece = source.recv(4096)
            target.sendall(piece)
        except (ConnectionResetError, BrokenPipeError):
            return False
        self.octets += len(piece)
        if source is self.client:
            self.said += piece
        return bool(piece)

    def finish(self):
        """What the client had still said arrives; then the server ends the session, and its lock is free."""
        if not self.client:
            return
        try:
            self.client.shutdown(socket.SHUT_WR)  # the server's FIN, if it was that
        except OSError:
            pass
        while self._pass(self.client, self.server):
            pass
        try:
            self.server.shutdown(socket.SHUT_WR)
            self.server.settimeout(PATIENCE)
            while self.server.recv(65536):
                pass
        except (ConnectionResetError, BrokenPipeError, OSError):
            pass
        self.client.close()
        self.server.close()


class Trial:
    """One kind of place, with --keep or without."""

    def __init__(self, server, kind, keep, chance):
        self.server, self.keep, self.chance = server, keep, chance
        self.name = "%s%s" % (kind, " --keep" if keep else "")
        self.place = Place(server.directory / ("got%s.%s" % ("-kept" if keep else "", kind)))
        self.mailbox = server.mailbox("bob")
        self.sent = {}  # the digest of a letter: its mark
        self.octets = {}  # of each mark
        self.kills = self.deleting = self.leaving = 0
        for path in self.mailbox.glob("*/*"):
            path.unlink()

    def deliver(self):
        for _ in range(self.chance.randrange(1, 4)):
            mark = "%s.%d" % (self.name, len(self.sent))
            octets = letter(mark, self.chance.choice((100, 500, 3000, 20000)))
            self.sent[hashlib.sha256(octets).digest()], self.octets[mark] = mark, len(octets)
            self.server.put("bob", octets, "%d.crash" % len(self.sent))

    def session(self, listener, enough=lambda between: False):
        """Runs the client, and kills it when enough(between). Whether it was killed."""
        command = [str(POP3), "--user", USER, "--password-file", str(self.server.directory / "password"), "--fetch",
                   str(self.place.path), *(["--keep"] if self.keep else []), "127.0.0.1", str(listener.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              preexec_fn=end_with_parent) as process:
            between = Between(listener, self.server, process)
            goes_on = between.pass_until(enough)
            if goes_on:
                # The moment within the disk's work that follows is up to chance.
                time.sleep(self.chance.uniform(0, 0.003))
                process.kill()
            between.finish()
            said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode in ((0, -9) if goes_on else (0,)), "%s: status %d: %s\n%s" % (
            self.name, process.returncode, said.decode(errors="replace"), self.server.log()[-2000:])
        killed = process.returncode == -9
        self.kills += killed
        self.deleting += killed and b"DELE" in between.said
        self.leaving += killed and b"QUIT" in between.said
        return killed

    def check(self, over):
        """Nothing is lost or partial; when a session has ended well (`over`), everything is here, once."""
        here = collections.Counter(self.sent.get(hashlib.sha256(message).digest()) for message in self.place.messages())
        unknown = here.pop(None, 0)
        # In an mbox the last message may be partial until it is opened again (clients/parts/mbox.h).
        assert unknown <= (0 if over or self.place.path.suffix != ".mbox" else 1), "%s: %d are not whole" % (self.name, unknown)
        there = {self.sent[hashlib.sha256(path.read_bytes()).digest()] for path in self.mailbox.glob("*/*")}
        everything = set(self.sent.values())
        lost = everything - there - set(here)
        assert not lost, "%s: lost: %s" % (self.name, sorted(lost))
        twice = [mark for mark, count in here.items() if count > 1]
        assert not twice, "%s: twice: %s" % (self.name, twice)
        assert not self.keep or there == everything, "%s: gone from the server: %s" % (self.name, everything - there)
        if over:
            assert set(here) == everything, "%s: did not come: %s" % (self.name, sorted(everything - set(here)))
            assert self.keep or not there, "%s: not deleted: %s" % (self.name, sorted(there))
        return set(here)

    def run(self, listener, rounds):
        for _ in range(rounds):
            here = self.check(over=False)
            self.deliver()
            if not self.session(listener, self.moment(here)):
                self.check(over=True)
        for _ in range(2):
            self.session(listener)
            self.check(over=True)

    def moment(self, here):
        """When to kill: anywhere, or, every fifth time, when the client wants to leave."""
        # So much goes through, about, when nobody is killed; 60 is what a message costs besides.
        length = 400 + sum(octets + 60 for mark, octets in self.octets.items() if mark not in here)
        octets = self.chance.randrange(1, length)
        if self.chance.randrange(5) == 0:
            return lambda between: b"QUIT" in between.said
        return lambda between: between.octets >= octets


def main():
    print("KIT_CRASH_SEED=%d KIT_CRASH_ROUNDS=%d" % (SEED, ROUNDS), flush=True)
    began = time.monotonic()
    chance = random.Random(SEED)
    kills = 0
    server = Pop3d(options=["pop3d.log=warn"])
    (server.directory / "accounts").write_text("%s:%s:Bob\n" % (USER, HASH))
    (server.directory / "password").write_text(PASSWORD + "\n")
    with server, socket.create_server(("127.0.0.1", 0)) as listener:
        for kind in ("maildir", "mbox"):
            for keep in (False, True):
                trial = Trial(server, kind, keep, chance)
                trial.run(listener, ROUNDS // 4)
                kills += trial.kills
                print("%-15s %3d kills, %d of them behind a DELE, %d behind QUIT; %d letters, all here, whole, once"
                      % (trial.name, trial.kills, trial.deleting, trial.leaving, len(trial.sent)), flush=True)
    print("%d kills, %.1f seconds" % (kills, time.monotonic() - began))


if __name__ == "__main__":
    sys.exit(main())
