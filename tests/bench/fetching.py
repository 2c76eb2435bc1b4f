"""pop3d beside Dovecot's POP3 server, on the same Maildirs, in one run.

    bench.py fetching [--messages N] [--retrieve N] [--rounds N] [--plain] [--store DIRECTORY] [--json FILE]

A maildrop of 100,000 messages (--messages): the time of the login, STAT, UIDL, LIST and a RETR in the middle, each with
the reply read to its end; and the memory of the process that does it. Then RETR of 10,000 messages (--retrieve), one
after the other and pipelined. Messages have 1 to 7 KiB. They are named as smtpd names them, with sizes; --plain: without,
so that each server counts at the first login and uses what it has noted then at the others (`first` and `again`).

Dovecot answers PASS before it opens the maildrop, and opens it at the first command: so the two are added up as `login
and STAT`. Both check the same password, hashed with SHA-512. The servers take turns in every round; figures are
medians, a ratio is the median of the rounds' ratios (pop3d / Dovecot: below 1, pop3d is ahead). Only ratios of one run
mean anything. No test judges them.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import dovecot  # noqa: E402
import network  # noqa: E402
from pop3d import Peer, Pop3d  # noqa: E402
from smtpd import BUILD, PASSWORD  # noqa: E402

LEAST, MOST = 1024, 7168  # octets of a message, about
STEPS = ("login and STAT", "UIDL", "LIST", "RETR in the middle", "QUIT")
WINDOW = 100  # commands under way, pipelined
PATIENCE = 900  # seconds: who reads all messages first needs his time


def fill(mailbox, count, plain):
    """Messages as smtpd would have delivered them, of different sizes: Dovecot hashes names, and where all have the same
    sizes in them, hardly two of its hashes differ."""
    for directory in ("new", "cur", "tmp"):
        (mailbox / directory).mkdir(parents=True)
    lines = (b"x" * 75 + b"\n") * (MOST // 76)
    for number in range(count):
        text = b"Subject: message %09d\n\n" % number + lines[: LEAST + number * 7919 % (MOST - LEAST)] + b"\n"
        sizes = "" if plain else ",S=%d,W=%d" % (len(text), len(text) + text.count(b"\n"))
        name = "%d.M%06dP411Q%d.mail%s" % (1700000000 + number // 10, number * 104729 % 1000000, number + 1, sizes)
        (mailbox / "new" / name).write_bytes(text)


def read_until_dot(peer):
    """A reply of more lines, unparsed. How many octets behind its first line."""
    assert peer.reply().startswith(b"+OK")
    pieces = [peer.unread]
    octets, end = len(peer.unread), peer.unread[-5:]
    while not end.endswith(b"\r\n.\r\n") and not (octets == 3 and end == b".\r\n"):
        more = peer.socket.recv(1 << 20)
        assert more, "closed"
        octets, end = octets + len(more), (end + more)[-5:]
    peer.unread = b""
    return octets, pieces


def timed(times, name, action):
    begin = time.perf_counter()
    result = action()
    times[name] = time.perf_counter() - begin
    return result


def memory(pids):
    """The most that any of these processes has ever had, in KiB."""
    most = 0
    for pid in pids:
        try:
            status = pathlib.Path("/proc/%d/status" % pid).read_text()
        except FileNotFoundError:
            continue
        most = max(most, int((re.search(r"VmHWM:\s+(\d+)", status) or [0, 0])[1]))
    return most


def children(pid):
    """All processes below this one."""
    found = []
    for task in pathlib.Path("/proc/%d/task" % pid).iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child)] + children(int(child))
    return found


class Ours:
    name = "pop3d"

    def __init__(self, store, users):
        self.server = Pop3d(store=store)
        (self.server.directory / "accounts").write_text("".join("%s:%s:X\n" % user for user in users.items()))
        self.server.start()
        self.fresh = True

    def connect(self):
        return Peer(self.server.host, self.server.port)

    def restart(self):
        """So that the memory is that of one session."""
        self.server.stop()
        self.server.start()

    def memory(self):
        return memory([self.server.process.pid])

    def forget(self, mailbox):
        for name in ("pop3.sizes",):
            (mailbox / name).unlink(missing_ok=True)

    def stop(self):
        self.server.stop()
        self.server.remove()


class Theirs:
    name = "Dovecot"

    def __init__(self, directory, store, users):
        tls = BUILD / "lab" / "tls"
        files = {"chain.pem": (tls / "mail.pem").read_bytes(), "key.pem": (tls / "mail.key").read_bytes()}
        hashes = {user: "{SHA512-CRYPT}" + text for user, text in users.items()}
        self.server = dovecot.Pop3(directory / "dovecot", hashes, files=files, store=store)
        self.server.__enter__()

    def connect(self):
        return Peer(self.server.address, 110)

    def restart(self):
        pass  # a process for each session

    def memory(self):
        pids = [pid for pid in children(self.server._process.pid)
                if pathlib.Path("/proc/%d/comm" % pid).read_text() == "pop3\n"]
        return memory(pids)

    def forget(self, mailbox):
        for path in mailbox.glob("dovecot*"):
            path.unlink()

    def stop(self):
        self.server.__exit__()


def login(server, user):
    peer = server.connect()
    peer.socket.settimeout(PATIENCE)
    peer.greet().good("USER " + user)
    return peer


def visit(server, count):
    """One session with the large maildrop. {step: seconds}, memory in KiB."""
    times = {}
    server.restart()
    with login(server, "bob@example.org") as peer:
        def enter():
            peer.good("PASS " + PASSWORD)
            return peer.good("STAT")

        assert int(timed(times, "login and STAT", enter).split()[0]) == count
        for command in ("UIDL", "LIST"):
            peer.send(command.encode() + b"\r\n")
            timed(times, command, lambda: read_until_dot(peer))
        peer.send(b"RETR %d\r\n" % (count // 2))
        timed(times, "RETR in the middle", lambda: read_until_dot(peer))
        used = server.memory()
        timed(times, "QUIT", lambda: peer.good("QUIT"))
    return times, used


def retrieve(server, count, pipelined):
    """Messages a second."""
    with login(server, "alice@example.org") as peer:
        peer.good("PASS " + PASSWORD)
        begin = time.perf_counter()
        asked = taken = 0
        end, octets = b"", 0
        while taken < count:
            while asked < count and asked - taken < (WINDOW if pipelined else 1):
                batch = min(count - asked, WINDOW if pipelined else 1)
                peer.send(b"".join(b"RETR %d\r\n" % (asked + number + 1) for number in range(batch)))
                asked += batch
            piece = peer.socket.recv(1 << 20)
            assert piece, "closed"
            octets += len(piece)
            taken += (end + piece).count(b"\r\n.\r\n") - end.count(b"\r\n.\r\n")
            end = (end + piece)[-4:]
        seconds = time.perf_counter() - begin
        peer.good("QUIT")
    assert octets > count * LEAST
    return count / seconds


def password_cost(server):
    """The seconds of a login to an empty maildrop."""
    def once():
        with login(server, "carol@example.org") as peer:
            begin = time.perf_counter()
            peer.good("PASS " + PASSWORD)
            seconds = time.perf_counter() - begin
            peer.good("QUIT")
        return seconds
    return statistics.median(once() for _ in range(5))


def own(store):
    """Dovecot reads and writes as a user of its own; we as root of the same namespace."""
    for path in (store, *store.rglob("*")):
        os.chown(path, dovecot.MAIL_ID, dovecot.MAIL_ID)


def measure(store, servers, given):
    steps = {server.name: [] for server in servers}
    first = {}
    rates = {(server.name, pipelined): [] for server in servers for pipelined in (False, True)}
    mailbox = store / "example.org" / "bob"
    empty = {server.name: password_cost(server) for server in servers}
    for server in servers:
        server.forget(mailbox)
        first[server.name] = visit(server, given.messages)
    for _ in range(given.rounds):
        for server in servers:
            steps[server.name].append(visit(server, given.messages))
            for pipelined in (False, True):
                rates[server.name, pipelined].append(retrieve(server, given.retrieve, pipelined))
    return {"empty": empty, "first": first, "steps": steps,
            "rates": {"%s %s" % key: value for key, value in rates.items()}}


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))


def print_table(result, given):
    print("\n%d messages of 1 to 7 KiB, names %s sizes" % (given.messages, "without" if given.plain else "with"))
    print("%-22s %12s %12s %10s" % ("", "pop3d", "Dovecot", "ratio"))

    def row(name, ours, theirs, unit="ms", scale=1000):
        print("%-22s %9.1f %s %9.1f %s %10.2f" % (name, scale * statistics.median(ours), unit,
                                                  scale * statistics.median(theirs), unit, ratio(ours, theirs)))

    row("the first login, STAT", *([result["first"][name][0]["login and STAT"]] for name in ("pop3d", "Dovecot")))
    for step in STEPS:
        ours, theirs = ([times[step] for times, _ in result["steps"][name]] for name in ("pop3d", "Dovecot"))
        row(step, ours, theirs)
    row("login without mail", [result["empty"]["pop3d"]], [result["empty"]["Dovecot"]])
    row("memory", *([used for _, used in result["steps"][name]] for name in ("pop3d", "Dovecot")), "MB", 1 / 1024)
    print("\nRETR of %d messages" % given.retrieve)
    for pipelined, name in ((False, "one by one"), (True, "pipelined")):
        row(name, result["rates"]["pop3d %s" % pipelined], result["rates"]["Dovecot %s" % pipelined], "/s", 1)


def arguments(words):
    parser = argparse.ArgumentParser(prog="bench.py fetching", description="Measures pop3d beside Dovecot.")
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--retrieve", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="names without sizes")
    parser.add_argument("--store", type=pathlib.Path, default=BUILD / "tests", metavar="DIRECTORY",
                        help="where the mailboxes are (build/tests)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    given = parser.parse_args(words)
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    given.store = given.store.resolve()
    return given


def main(words):
    given = arguments(words)
    if dovecot.why_no_pop3():
        print("skipped:", dovecot.why_no_pop3())
        return 77
    given.json = given.json and given.json.resolve()
    writable = [BUILD / "tests", given.store] + ([given.json.parent] if given.json else [])
    network.enter(*(word for path in writable for word in ("--writable", str(path))),
                  several_users=network.can_have_users())
    directory = pathlib.Path(tempfile.mkdtemp(prefix="fetching.", dir=given.store))
    directory.chmod(0o755)
    servers = []
    try:
        store = directory / "mail"
        for user, count in (("bob", given.messages), ("alice", given.retrieve), ("carol", 0)):
            fill(store / "example.org" / user, count, given.plain)
        own(store)
        os.sync()
        hashed = subprocess.run(["openssl", "passwd", "-6", "-salt", "mailwire", PASSWORD], check=True,
                                capture_output=True, text=True).stdout.strip()
        users = {"%s@example.org" % name: hashed for name in ("bob", "alice", "carol")}
        servers = [Ours(store, users), Theirs(directory, store, users)]
        result = measure(store, servers, given)
        print_table(result, given)
        sys.stdout.flush()  # removing it all takes a while
        if given.json:
            given.json.write_text(json.dumps(result, indent=1) + "\n")
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
