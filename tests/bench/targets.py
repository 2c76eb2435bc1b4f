"""What the bench measures: each target takes messages and says how many a second it can take."""
import contextlib
import os
import subprocess
import time

import connections
import network
import postfix
from smtpd import BUILD, Smtpd
from watch import Watch

PATIENCE = 120  # seconds for one measurement; none ever takes so long
OCTETS = 4096
SINK = ("127.0.0.3", 2525)


class Missing(Exception):
    """Something that a part of the bench needs is not there."""


class Places:
    """The processors of what is measured, and those of the generator: all of them, or half for each."""

    def __init__(self, apart):
        processors = sorted(os.sched_getaffinity(0))
        half = len(processors) // 2 if apart else 0
        self.server, self.generator = processors[half:], processors[:half] or processors


@contextlib.contextmanager
def only_on(processors):
    """What is started in this block runs on these processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def generate(places, host, port, recipient, sessions, messages, reuse):
    """Lets smtp-source send. The seconds that took."""
    source, environment = postfix.tool("smtp-source")
    command = [source, "-s", str(sessions), "-m", str(messages), "-l", str(OCTETS), "-M", "client.example.org",
               "-f", "alice@example.org", "-t", recipient]
    command += ["-d"] * reuse + ["%s:%d" % (host, port)]
    with only_on(places.generator):
        begin = time.perf_counter()
        subprocess.run(command, env=environment, check=True, timeout=PATIENCE)
        return time.perf_counter() - begin


class Disk:
    """The disk alone."""

    name = "disk"

    def __init__(self, directory, places):
        self.directory, self.places = directory / "disk", places
        self.directory.mkdir()

    def measure(self, sessions, messages, _reuse):
        command = [BUILD / "tests/bench-disk", self.directory, sessions, messages, OCTETS]
        with only_on(self.places.server):
            result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
        return float(result.stdout)

    def stop(self):
        pass


class Sink:
    """The generator alone."""

    name = "sink"

    def __init__(self, _directory, places):
        self.places = places
        sink, environment = postfix.tool("smtp-sink")
        command = [sink, "%s:%d" % SINK, "100"]
        # As root it wants to become a user, which it cannot where root is alone: then it is nobody.
        if os.geteuid() == 0:
            command = [sink, "-u", "root"] + command[1:] if network.has_user(1) else ["unshare", "--user"] + command
        with only_on(places.server):
            self.process = subprocess.Popen(command, env=environment)
        # It does not say when it listens: ask until it does.
        until = time.monotonic() + PATIENCE
        while not connections.is_open(*SINK):
            if self.process.poll() is not None or time.monotonic() > until:
                raise Missing("smtp-sink does not start")
            time.sleep(0.01)

    def measure(self, sessions, messages, reuse):
        return messages / generate(self.places, *SINK, "bob@example.org", sessions, messages, reuse)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


class Ours:
    """smtpd as a user runs it, with its log."""

    name = "smtpd"

    def __init__(self, directory, places):
        self.places = places
        with only_on(places.server):
            self.server = Smtpd(store=directory / "smtpd").start()

    def measure(self, sessions, messages, reuse):
        before = count(self.server.mailbox("bob"))
        seconds = generate(self.places, self.server.host, self.server.port, "bob@example.org", sessions, messages, reuse)
        stored = count(self.server.mailbox("bob")) - before
        assert stored == messages, "smtpd took %d messages and has %d" % (messages, stored)
        return messages / seconds

    def stop(self):
        self.server.stop()
        self.server.remove()


class Theirs:
    """Postfix."""

    name = "Postfix"

    def __init__(self, directory, places):
        self.places = places
        if postfix.why_not():
            raise Missing(postfix.why_not())
        # Without a log, unlike smtpd: no syslog daemon takes its share of the processors. And without
        # the pauses that it makes when it receives faster than it delivers: it is faster so, and steadier.
        self.postfix = postfix.Postfix(directory / "postfix", log=False, settings="in_flow_delay = 0\n")
        with only_on(places.server):
            self.postfix.__enter__()

    def measure(self, sessions, messages, reuse):
        store = self.postfix.store("dave")
        with Watch(store) as mailbox:
            begin = time.perf_counter()
            generate(self.places, self.postfix.address, self.postfix.port, "dave@example.com", sessions, messages, reuse)
            assert mailbox.wait_for(messages, PATIENCE), "Postfix has not delivered everything"
            seconds = time.perf_counter() - begin
        return messages / seconds

    def stop(self):
        self.postfix.__exit__()


def count(maildir):
    """How many messages a Maildir holds."""
    return len(os.listdir(maildir / "new"))


TARGETS = (Disk, Sink, Ours, Theirs)  # the order in which they take turns
