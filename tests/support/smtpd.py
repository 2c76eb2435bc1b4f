"""smtpd for tests: on a free loopback port, with a store of its own, stopped by its process id.

    with Smtpd(options=["smtpd.idle=2s"]) as server:
        with server.connect() as peer:
            assert peer.reply().code == 220
            assert peer.ask("HELO client.example.org").code == 250
        assert server.messages("bob") == []

With tls=True it has the lab's certificate, and listens for submission, too:

    with Smtpd(tls=True) as server:
        with server.connect("submission") as peer:
            peer.greet().starttls().ask("EHLO client.example.org")
        with server.connect("submissions") as peer:  # TLS from the first byte
            peer.greet()

The build tested is build/, or the directory that the environment variable KIT_BUILD names (so that
the same tests run over build-asan and build-tsan). Everything is written below it.
"""
import ctypes
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KIT_BUILD", SOURCE / "build")).resolve()
PATIENCE = float(os.environ.get("KIT_PATIENCE", 60))  # seconds; only a hang ever waits so long

# Where it listens, by the key of kit.ini: an address for each, so that port 0 leaves no doubt which is which.
SERVICES = {"listen": "127.0.0.1", "submission": "127.0.0.2", "submissions": "127.0.0.3"}
BESIDES = ("127.0.0.2", "127.0.0.3")
HOSTNAME = "mail.example.org"

PASSWORD = "mailwire"  # of every test account; its yescrypt:
HASH = "$y$j9T$mailwiretestsalt$ZoTDWezfrJlQqjwEgrtovFPFfuh5M95pgbUHLKHHsW5"
PEOPLE = (
    "alice@example.org:Alice Arslan",
    "bob@example.org:Bob Bilgin",
    "carol@example.org:Çağla Özgür",
    "dave@example.com:Dave",
)


def end_with_parent():
    """In the child: a server does not outlive its test, however that ends (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Reply(NamedTuple):
    """One reply of the server, of one or more lines."""

    code: int
    lines: list  # of text, without the code and CR LF: "2.1.0 Sender accepted"

    @property
    def status(self):
        """The enhanced status code of the last line (RFC 2034), or ''."""
        found = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)", self.lines[-1])
        return found.group() if found else ""

    def __str__(self):
        return "%d %s" % (self.code, " / ".join(self.lines))


def expect(status, reply):
    """That the reply is `status`: "250 2.1.0" with the enhanced code, or "354" where it matters not."""
    assert reply is not None, "the server closed instead of saying %s" % status
    got = "%d %s" % (reply.code, reply.status) if " " in status else str(reply.code)
    assert got == status, "%s instead of %s" % (reply, status)


def client_tls(**attributes):
    """An SSLContext that trusts the lab's authority; the attributes are set on it."""
    context = ssl.create_default_context(cafile=BUILD / "lab" / "tls" / "ca.pem")
    for name, value in attributes.items():
        setattr(context, name, value)
    return context


class Peer:
    """One connection to a server, as raw as needed."""

    def __init__(self, host, port, source="127.0.0.1"):
        self.socket = socket.create_connection((host, port), PATIENCE, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, octets):
        """Sends bytes as they are."""
        self.socket.sendall(octets)

    def line(self):
        """The next line with its CR LF; b'' when the server has closed."""
        while b"\n" not in self.unread:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                raise AssertionError("the server reset the connection") from None
            if not more:
                rest, self.unread = self.unread, b""
                assert not rest, "the server closed in the middle of a line: %r" % rest
                return b""
            self.unread += more
        end = self.unread.index(b"\n") + 1
        line, self.unread = self.unread[:end], self.unread[end:]
        return line

    def reply(self):
        """The next reply, checked against RFC 5321 §4.2; None when the server has closed."""
        lines = []
        while True:
            line = self.line()
            if not line and not lines:
                return None
            assert re.fullmatch(rb"[2-5][0-9]{2}([ -][\t -~\x80-\xff]*)?\r\n", line), "no reply line: %r" % line
            assert len(line) <= 512, "reply line of %d octets" % len(line)
            lines.append(line.decode())
            if line[3:4] != b"-":
                break
        codes = {text[:3] for text in lines}
        assert len(codes) == 1, "the code changes within a reply: %r" % lines
        return Reply(int(codes.pop()), [text[4:-2] for text in lines])

    def ask(self, command):
        """Sends a command (text or bytes, CR LF is added) and returns the reply."""
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.reply()

    def greet(self, name="client.example.org"):
        """Takes the 220 and says EHLO. Returns the peer itself."""
        assert self.reply().code == 220
        assert self.ask("EHLO " + name).code == 250
        return self

    def secure(self, context=None):
        """The TLS handshake, at once. Returns the peer itself."""
        assert not self.unread, "in clear before the handshake: %r" % self.unread
        self.socket = (context or client_tls()).wrap_socket(self.socket, server_hostname=HOSTNAME)
        return self

    def starttls(self, context=None):
        """STARTTLS and the handshake; the next thing to say is EHLO. Returns the peer itself."""
        expect("220 2.0.0", self.ask("STARTTLS"))
        return self.secure(context)

    def offers(self, name="client.example.org"):
        """What the answer to EHLO offers: {"SIZE": "26214400", "PIPELINING": "", ...}."""
        reply = self.ask("EHLO " + name)
        assert reply.code == 250
        return dict(line.partition(" ")[::2] for line in reply.lines[1:])

    def end(self):
        """Says no more (FIN), but still reads."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()


class Smtpd:
    """A running server. `options` are of the form section.key=value; `wrapper` goes before the command."""

    program = "smtpd"
    place = "bin"  # below the build

    def __init__(self, options=(), people=PEOPLE, domains="example.org", wrapper=(), store=None, port=0, tls=False):
        program = BUILD / self.place / self.program
        if not program.exists():
            raise FileNotFoundError("%s is not built (or set KIT_BUILD)" % program)
        (BUILD / "tests").mkdir(parents=True, exist_ok=True)
        self.directory = Path(tempfile.mkdtemp(prefix=self.program + ".", dir=BUILD / "tests"))
        self.store = Path(store) if store else self.directory / "mail"
        self.logfile = self.directory / "log"
        accounts = ["%s:%s:%s\n" % (person.split(":")[0], HASH, person.partition(":")[2]) for person in people]
        (self.directory / "accounts").write_text("".join(accounts), encoding="utf-8")
        with open(self.directory / "kit.ini", "w") as ini:
            ini.write("[mail]\nhostname = mail.example.org\ndomains = %s\naccounts = accounts\nstore = %s\n"
                      % (domains, self.store))
            self.write_listeners(ini, port, tls)
        self.command = list(wrapper) + [str(program), "-c", str(self.directory / "kit.ini")]
        for option in options:
            self.command += ["-o", option]
        self.process = None
        self.host, self.port = "127.0.0.1", port

    def write_listeners(self, ini, port, tls):
        """The server's own section of kit.ini, and the certificate."""
        ini.write("[smtpd]\nlisten = 127.0.0.1:%d\n" % port)
        if tls:
            ini.write("submission = %(submission)s:0\nsubmissions = %(submissions)s:0\n" % SERVICES)
            ini.write("[mail]\ncertificate = %s/mail.pem\nkey = %s/mail.key\n" % ((BUILD / "lab" / "tls",) * 2))

    def start(self):
        """Starts it and waits until it accepts. May be called again after stop or kill."""
        ready, theirs = os.pipe()
        with open(self.logfile, "ab") as log:
            self.process = subprocess.Popen(
                self.command + ["--ready-fd", str(theirs)],
                stdin=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[theirs],
                preexec_fn=end_with_parent,
            )
        os.close(theirs)
        told = select.select([ready], [], [], PATIENCE)[0] and os.read(ready, 1)
        os.close(ready)
        if told != b"\n":
            self.kill()
            raise RuntimeError("%s did not start:\n%s" % (self.program, self.log()))
        listens = list(self.listens())
        self.ports = dict(listens)
        receiving = [(host, port) for host, port in listens if host not in BESIDES]
        self.host, self.port = (receiving or listens)[0]
        return self

    def listens(self):
        """The IPv4 addresses and ports it listens on, whatever it logs: proc(5), /proc/PID/net/tcp."""
        process = Path("/proc/%d" % self.process.pid)
        own = set()
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile, as --ready-fd is
                own.add(os.readlink(descriptor))
        rows = [row.split() for row in (process / "net/tcp").read_text().splitlines()[1:]]
        ends = [row[1].split(":") for row in rows if row[3] == "0A" and "socket:[%s]" % row[9] in own]
        return [(socket.inet_ntoa(struct.pack("=I", int(host, 16))), int(port, 16)) for host, port in ends]

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        status = self.stop()
        if kind is None:
            assert status == 0, "%s ended with status %d:\n%s" % (self.program, status, self.log()[-4000:])
            self.remove()

    def connect(self, service="listen", source="127.0.0.1", context=None):
        """A connection to one of SERVICES."""
        if service == "listen":
            return Peer(self.host, self.port, source)
        peer = Peer(SERVICES[service], self.ports[SERVICES[service]], source)
        return peer.secure(context) if service == "submissions" else peer

    def stop(self):
        """SIGTERM, and waits. Returns the exit status (negative: the signal that killed it)."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("%s does not stop:\n%s" % (self.program, self.log()[-4000:])) from None

    def kill(self):
        """SIGKILL, and waits."""
        self.process.kill()
        return self.process.wait()

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def mailbox(self, name):
        """The Maildir of "bob" (in example.org) or "dave@example.com"."""
        local, _, domain = name.partition("@")
        return self.store / (domain or "example.org") / local

    def messages(self, name):
        """What is delivered, as bytes, in the order of delivery."""
        places = [self.mailbox(name) / "new", self.mailbox(name) / "cur"]
        return [path.read_bytes() for place in places if place.exists() for path in sorted(place.iterdir())]

    def unfinished(self):
        """The files in any tmp/ of the store."""
        return sorted(path for path in self.store.rglob("tmp/*") if path.is_file())

    def log(self):
        return self.logfile.read_text(encoding="utf-8", errors="replace")

    def memory(self):
        """Resident memory now, in KiB."""
        status = Path("/proc/%d/status" % self.process.pid).read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))
