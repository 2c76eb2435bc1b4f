"""./kit bench: smtpd beside its peers and beside the disk, all in one run on this machine.

    bench.py [--rounds N] [--seconds S] [--apart] [--store DIRECTORY] [--json FILE] [--smoke]
    bench.py fetching …     pop3d beside Dovecot: see fetching.py

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
smtp-sink: the time of a message there plus its time here, 1 / (1/disk + 1/sink). --apart gives the
generator one half of the processors, and the other half to what is measured.

TLS: handshakes beside `openssl s_server`, and messages under STARTTLS beside Postfix: encrypted.py.

Connections: the memory of smtpd for each of 1,000 idle connections, and 1,000 at once that deliver.

The result depends on the machine; only ratios from one run mean anything, and on a machine with
nothing else to do. (On ext4 without a journal, wait some minutes between two runs: see disk.c.)
No test judges it.
"""
import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import connections  # noqa: E402
import encrypted  # noqa: E402
import fetching  # noqa: E402
import network  # noqa: E402
import postfix  # noqa: E402
from smtpd import BUILD  # noqa: E402
from targets import OCTETS, TARGETS, Missing, Places  # noqa: E402

SESSIONS = (1, 10, 50)
TRIAL = 5  # messages a session, to find out how many make a measurement of the wanted length
MOST = 20000  # messages in one measurement
COLUMNS = ("disk", "sink", "both", "smtpd", "Postfix")
RATIOS = ("disk", "both", "Postfix")  # smtpd / …


def measure_row(targets, sessions, reuse, rounds, seconds):
    """For each target the messages per second of every round."""
    rates = {target.name: [] for target in targets}
    messages = {}
    for target in targets:
        rate = target.measure(sessions, TRIAL * sessions, reuse)
        messages[target] = min(max(int(rate * seconds), sessions), MOST)
    for _ in range(rounds):
        for target in targets:
            # What the one before has left to be written must not count against this one.
            # Nothing is removed in between: see disk.c.
            os.sync()
            rates[target.name].append(target.measure(sessions, messages[target], reuse))
    if "sink" in rates:
        rates["both"] = [1 / (1 / disk + 1 / sink) for disk, sink in zip(rates["disk"], rates["sink"])]
    return {"sessions": sessions, "reuse": reuse, "rates": rates}


def print_row(row):
    rates = row["rates"]
    cells = ["%8.0f" % statistics.median(rates[name]) if name in rates else "%8s" % "-" for name in COLUMNS]
    for name in RATIOS:
        ratios = [ours / theirs for ours, theirs in zip(rates["smtpd"], rates.get(name, []))]
        cells.append("%14.2f" % statistics.median(ratios) if ratios else "%14s" % "-")
    print("%8d  %-10s %s" % (row["sessions"], "used again" if row["reuse"] else "new", " ".join(cells)), flush=True)


def throughput(directory, places, rounds, seconds):
    """Measures and prints the table. Its rows."""
    rows, notes = [], []
    print("Messages a second (%d octets, one recipient; median of %d)\n" % (OCTETS, rounds))
    heads = ["%8s" % name for name in COLUMNS] + ["%14s" % ("smtpd/" + name) for name in RATIOS]
    print("%8s  %-10s %s" % ("sessions", "connection", " ".join(heads)), flush=True)
    with contextlib.ExitStack() as running:
        targets = []
        for kind in TARGETS:
            try:
                targets.append(kind(directory, places))
                running.callback(targets[-1].stop)
            except Missing as why:
                notes.append("%s is left out: %s" % (kind.name, why))
        for sessions in SESSIONS:
            for reuse in (False, True):
                rows.append(measure_row(targets, sessions, reuse, rounds, seconds))
                print_row(rows[-1])
    print("\nGoals: smtpd/disk at least 0.8, smtpd/Postfix at least 3.")
    for note in notes:
        print(note)
    return rows


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


class Parser(argparse.ArgumentParser):
    """One that says what is wrong in one line."""

    def error(self, message):
        self.exit(2, "bench.py: %s; see bench.py --help\n" % message)


def arguments():
    parser = Parser(prog="bench.py", description="Measures smtpd beside Postfix and the disk.")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (3)")
    parser.add_argument("--seconds", type=float, default=1, help="about how long one measurement lasts (1)")
    parser.add_argument("--apart", action="store_true",
                        help="generator on one half of the processors, what it measures on the other")
    parser.add_argument("--store", metavar="DIRECTORY", help="where all of them store their messages (build/tests)",
                        type=Path, default=BUILD / "tests")
    parser.add_argument("--smoke", action="store_true", help="a few messages only: shows that the bench works")
    parser.add_argument("--json", metavar="FILE", help="writes every figure there too", type=Path)
    given = parser.parse_args()
    if given.rounds < 1 or not 0 < given.seconds <= 60:
        parser.error("--rounds must be at least 1, --seconds more than 0 and at most 60")
    if given.smoke:
        given.rounds, given.seconds = 1, 0.01
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    given.store = given.store.resolve()
    if not given.store.is_dir():
        parser.error("--store: %s is no directory" % given.store)
    given.json = given.json and given.json.resolve()
    if given.json and not given.json.parent.is_dir():
        parser.error("--json: there is no directory %s" % given.json.parent)
    return given


def main():
    options = arguments()
    if not postfix.has_tools():
        print("skipped:", postfix.why_not())
        return 77
    writable = [options.store] + ([options.json.parent] if options.json else [])
    network.enter(*(word for path in writable for word in ("--writable", str(path))),
                  several_users=network.can_have_users())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    print_machine(options.store)
    directory = Path(tempfile.mkdtemp(prefix="bench.", dir=options.store))
    try:
        rows = throughput(directory, Places(options.apart), options.rounds, options.seconds)
        tls = encrypted.measure(directory, Places(options.apart), options.rounds, options.seconds)
        encrypted.print_table(tls)
        crowd = connections.measure(20 if options.smoke else 1000)
        print_connections(crowd)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps({"throughput": rows, "tls": tls["rates"], "connections": crowd}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(fetching.main(sys.argv[2:]) if sys.argv[1:2] == ["fetching"] else main())
