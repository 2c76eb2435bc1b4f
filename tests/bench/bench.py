"""./kit bench: smtpd beside its peers and beside the disk, all in one run on this machine.

    bench.py [--rounds N] [--store DIRECTORY] [--json FILE] [--smoke]

Throughput: Postfix's generator smtp-source sends messages of 4 KiB with 1, 10 and 50 sessions, over
a new connection for each message and over connections that are used again, to
    sink      Postfix's smtp-sink, which throws everything away: what the generator itself can do
    smtpd     ours; a 250 means that the message is on disk
    Postfix   until the last message is in its Maildir
and `disk` is what this disk can take: write, fsync, rename, fsync of the directory, from as many
threads as there are sessions (tests/bench/disk.c), in the same file system. They take turns in every
round, so that a disk which grows slower does so for all; figures are medians over the rounds, and a
ratio is the median of the rounds' ratios.

Where flushing costs little (an SSD, a virtual disk), `disk` is work for the processors, and generator,
server and disk share them. `both` is what is left then for a server that costs nothing more than
smtp-sink: the time of a message there plus its time here, 1 / (1/disk + 1/sink).

Connections: the memory of smtpd for each of 1,000 idle connections, and 1,000 at once that deliver.

The result depends on the machine; only ratios from one run mean anything. Nothing here is judged by a test.
"""
import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import connections  # noqa: E402
import network  # noqa: E402
import postfix  # noqa: E402
from smtpd import BUILD, Smtpd  # noqa: E402
from watch import Watch  # noqa: E402

PATIENCE = 120  # seconds for one measurement; none ever takes so long
OCTETS = 4096
SINK = ("127.0.0.3", 25)

# Sessions, and how many messages make about a second of work: for fast targets, and for Postfix.
LOADS = ((1, 1500, 500), (10, 4000, 800), (50, 4000, 800))
SMOKE_LOADS = ((1, 5, 5), (4, 20, 20))


class Missing(Exception):
    """Something that a part of the bench needs is not there."""


def generate(host, port, recipient, sessions, messages, reuse):
    """Lets smtp-source send. The seconds that took."""
    source, environment = postfix.tool("smtp-source")
    command = [source, "-s", str(sessions), "-m", str(messages), "-l", str(OCTETS), "-M", "client.example.org",
               "-f", "alice@example.org", "-t", recipient]
    begin = time.perf_counter()
    subprocess.run(command + ["-d"] * reuse + ["%s:%d" % (host, port)], env=environment, check=True, timeout=PATIENCE)
    return time.perf_counter() - begin


class Disk:
    """The disk alone."""

    name = "disk"

    def __init__(self, directory):
        self.directory = directory / "disk"
        self.directory.mkdir()

    def measure(self, sessions, messages, _reuse):
        result = subprocess.run([str(BUILD / "tests/bench-disk"), str(self.directory), str(sessions), str(messages), str(OCTETS)],
                                stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
        return float(result.stdout)

    def stop(self):
        pass


class Sink:
    """The generator alone."""

    name = "sink"

    def __init__(self, _directory):
        sink, environment = postfix.tool("smtp-sink")
        # As root it wants to be told to stay root; it has the network of the bench alone.
        self.process = subprocess.Popen([sink, "-u", "root", "%s:%d" % SINK, "100"], env=environment)
        # It does not say when it listens: ask until it does.
        until = time.monotonic() + PATIENCE
        while not connections.is_open(*SINK):
            if self.process.poll() is not None or time.monotonic() > until:
                raise Missing("smtp-sink does not start")
            time.sleep(0.01)

    def measure(self, sessions, messages, reuse):
        return messages / generate(*SINK, "bob@example.org", sessions, messages, reuse)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


class Ours:
    """smtpd as a user runs it, with its log."""

    name = "smtpd"

    def __init__(self, directory):
        self.server = Smtpd(store=directory / "smtpd").start()

    def measure(self, sessions, messages, reuse):
        before = count(self.server.mailbox("bob"))
        seconds = generate(self.server.host, self.server.port, "bob@example.org", sessions, messages, reuse)
        stored = count(self.server.mailbox("bob")) - before
        assert stored == messages, "smtpd took %d messages and has %d" % (messages, stored)
        return messages / seconds

    def stop(self):
        self.server.stop()
        self.server.remove()


class Theirs:
    """Postfix."""

    name = "Postfix"

    def __init__(self, directory):
        if postfix.why_not():
            raise Missing(postfix.why_not())
        # Without a log, which a busy site would not do: in Postfix's favour.
        self.postfix = postfix.Postfix(directory / "postfix", log=False)
        self.postfix.__enter__()

    def measure(self, sessions, messages, reuse):
        store = self.postfix.store("dave")
        with Watch(store) as mailbox:
            begin = time.perf_counter()
            generate(self.postfix.address, self.postfix.port, "dave@example.com", sessions, messages, reuse)
            assert mailbox.wait_for(messages, PATIENCE), "Postfix has not delivered everything"
            seconds = time.perf_counter() - begin
        return messages / seconds

    def stop(self):
        self.postfix.__exit__()


def count(maildir):
    """How many messages a Maildir holds."""
    return len(os.listdir(maildir / "new"))


def throughput(directory, loads, rounds):
    """Rows: sessions, reuse, and for each target the messages per second of every round; and notes."""
    rows, notes = [], []
    with contextlib.ExitStack() as running:
        targets = []
        for kind in (Disk, Sink, Ours, Theirs):
            try:
                targets.append(kind(directory))
                running.callback(targets[-1].stop)
            except Missing as why:
                notes.append("%s is left out: %s" % (kind.name, why))
        for sessions, fast, slow in loads:
            for reuse in (False, True):
                row = {"sessions": sessions, "reuse": reuse, "rates": {target.name: [] for target in targets}}
                for _ in range(rounds):
                    for target in targets:
                        # What the one before has left to be written must not count against this one.
                        # Nothing is removed in between: see disk.c.
                        os.sync()
                        messages = slow if target.name == "Postfix" else fast
                        row["rates"][target.name].append(target.measure(sessions, messages, reuse))
                rows.append(row)
    return rows, notes


COLUMNS = ("disk", "sink", "both", "smtpd", "Postfix")
RATIOS = ("disk", "both", "Postfix")  # smtpd / …


def add_both(rates):
    """The rates that disk and generator together allow."""
    if "sink" in rates:
        rates["both"] = [1 / (1 / disk + 1 / sink) for disk, sink in zip(rates["disk"], rates["sink"])]


def median_ratio(rates, other):
    """smtpd / other: the median of the rounds' ratios."""
    return statistics.median(ours / theirs for ours, theirs in zip(rates["smtpd"], rates[other]))


def print_throughput(rows, rounds):
    print("Messages a second (%d octets, one recipient; median of %d)\n" % (OCTETS, rounds))
    heads = ["%8s" % name for name in COLUMNS] + ["%14s" % ("smtpd/" + name) for name in RATIOS]
    print("%8s  %-10s %s" % ("sessions", "connection", " ".join(heads)))
    for row in rows:
        rates = row["rates"]
        add_both(rates)
        cells = ["%8.0f" % statistics.median(rates[name]) if name in rates else "%8s" % "-" for name in COLUMNS]
        cells += ["%14.2f" % median_ratio(rates, name) if name in rates else "%14s" % "-" for name in RATIOS]
        print("%8d  %-10s %s" % (row["sessions"], "used again" if row["reuse"] else "new", " ".join(cells)))
    print("\nGoals: smtpd/disk at least 0.8, smtpd/Postfix at least 3.")


def print_connections(result):
    print("\n%d connections to smtpd" % result["connections"])
    print("  idle, after EHLO    %.1f KiB each (RSS), %.1f KiB (PSS); goal: at most 100" % (result["rss"], result["pss"]))
    print("  all deliver         %d of %d messages stored in %.2f s, at most %.1f MiB (RSS)"
          % (result["stored"], result["connections"], result["seconds"], result["peak"] / 1024))


def print_machine(store):
    print("%d processors, Linux %s, store on %s" % (os.cpu_count(), platform.release(), file_system(store)))
    if os.getloadavg()[0] > 0.5:
        print("Other work is running here (load %.1f): expect lower and less steady figures." % os.getloadavg()[0])
    print()


def file_system(path):
    """The type of the file system that holds this path."""
    best = (0, "?")
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        point, kind = fields[4], fields[fields.index("-") + 1]
        if Path(point) in (path, *path.parents):
            best = max(best, (len(point), kind))
    return best[1]


def arguments():
    parser = argparse.ArgumentParser(prog="bench.py", description="Measures smtpd beside Postfix and the disk.")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (3)")
    parser.add_argument("--store", metavar="DIRECTORY", help="where all of them store their messages (build/tests)",
                        type=Path, default=BUILD / "tests")
    parser.add_argument("--smoke", action="store_true", help="a few messages only: shows that the bench works")
    parser.add_argument("--json", metavar="FILE", help="writes every figure there too")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    given.store = given.store.resolve()
    if not given.store.is_dir():
        parser.error("--store: %s is no directory" % given.store)
    return given


def main():
    options = arguments()
    if not postfix.has_tools():
        print("skipped:", postfix.why_not())
        return 77
    network.enter("--writable", str(options.store), several_users=network.can_have_users())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    rounds = 1 if options.smoke else options.rounds
    print_machine(options.store)
    directory = Path(tempfile.mkdtemp(prefix="bench.", dir=options.store))
    try:
        rows, notes = throughput(directory, SMOKE_LOADS if options.smoke else LOADS, rounds)
        print_throughput(rows, rounds)
        for note in notes:
            print(note)
        crowd = connections.measure(20 if options.smoke else 1000)
        print_connections(crowd)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if options.json:
        Path(options.json).write_text(json.dumps({"throughput": rows, "connections": crowd}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
