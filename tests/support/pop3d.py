"""pop3d for tests, in the manner of smtpd.py: on free loopback ports, with a store of its own.

    with Pop3d(tls=True) as server:
        server.put("bob", b"Subject: x\n\nx\n")
        with server.connect() as peer:
            peer.login("bob")
            assert peer.ask("STAT") == b"+OK 1 16"
            assert peer.lines("RETR 1") == [b"Subject: x", b"", b"x"]
            peer.quit()
"""
import base64
import fcntl
import threading

from smtpd import BUILD, PASSWORD, PATIENCE, Smtpd
from smtpd import Peer as SmtpPeer

SERVICES = {"listen": "127.0.0.1", "pop3s": "127.0.0.2"}


def plain(user, password=PASSWORD):
    """What AUTH PLAIN says."""
    return base64.b64encode(b"\0" + user.encode() + b"\0" + password.encode()).decode()


class Peer(SmtpPeer):
    """One connection to a POP3 server, as raw as needed."""

    def reply(self):
        """The next reply's first line, without CR LF, checked against RFC 2449 section 4; None: the server has closed."""
        line = self.line()
        if not line:
            return None
        assert line.startswith((b"+OK", b"-ERR", b"+ ")) and line.endswith(b"\r\n"), "no reply line: %r" % line
        assert len(line) <= 512 or line.startswith(b"+ "), "reply line of %d octets" % len(line)
        return line[:-2]

    def rest(self, stuffed=False):
        """The lines behind +OK, up to the dot, without CR LF; dots put in front are taken away."""
        lines = []
        while True:
            line = self.line()
            assert line.endswith(b"\r\n"), "no line: %r" % line[:80]
            if line == b".\r\n":
                return lines
            assert not line.startswith(b".") or line.startswith(b".."), "a dot that is not stuffed: %r" % line
            lines.append(line[1:-2] if line.startswith(b".") and not stuffed else line[:-2])

    def lines(self, command):
        """A command that is answered with +OK and more lines: those."""
        reply = self.ask(command)
        assert reply is not None and reply.startswith(b"+OK"), "%s: %r" % (command, reply)
        return self.rest()

    def good(self, command):
        """A command that must succeed: what stands behind +OK."""
        reply = self.ask(command)
        assert reply is not None and reply.startswith(b"+OK"), "%.60r: %r" % (command, reply)
        return reply[4:]

    def bad(self, command, code=None):
        """A command that must be refused, with the response code `code` or with none: what is said."""
        reply = self.ask(command)
        return refused(reply, code)

    def greet(self):
        """Takes the greeting. Returns the peer itself."""
        reply = self.reply()
        assert reply is not None and reply.startswith(b"+OK"), reply
        return self

    def stls(self, context=None):
        """STLS and the handshake. Returns the peer itself."""
        self.good("STLS")
        return self.secure(context)

    def login(self, user, password=PASSWORD, greeting=True):
        """Greeting, USER and PASS. Returns the peer itself."""
        if greeting:
            self.greet()
        self.good("USER " + user)
        self.good("PASS " + password)
        return self

    def capabilities(self):
        return {line.split(b" ")[0].decode(): line.partition(b" ")[2].decode() for line in self.lines("CAPA")}

    def quit(self):
        """QUIT, which must succeed, and the server's FIN behind it."""
        self.good("QUIT")
        assert self.reply() is None


def refused(reply, code=None):
    """That the reply is -ERR, with this response code (RFC 2449 section 8) or with none. Its text."""
    assert reply is not None, "the server closed instead of refusing"
    assert reply.startswith(b"-ERR "), "%r instead of a refusal" % reply
    text = reply[5:]
    got = text[1 : text.index(b"]")].decode() if text.startswith(b"[") else None
    assert got == code, "%r: code %s instead of %s" % (reply, got, code)
    return text


class Pop3d(Smtpd):
    """A running server. `options` are of the form section.key=value; `wrapper` goes before the command."""

    program, services, peer = "pop3d", SERVICES, Peer

    def write_listeners(self, ini, port, tls):
        ini.write("[pop3d]\nlisten = 127.0.0.1:%d\nclear-auth = yes\nauth-delay = 0\n" % port)
        if tls:
            ini.write("pop3s = %(pop3s)s:0\n" % SERVICES)
            ini.write("[mail]\ncertificate = %s/mail.pem\nkey = %s/mail.key\n" % ((BUILD / "lab" / "tls",) * 2))

    def connect(self, service="listen", source="127.0.0.1", context=None):
        peer = self.peer(SERVICES[service], self.ports[SERVICES[service]], source)
        return peer.secure(context) if service == "pop3s" else peer

    def is_held(self, user):
        """Whether somebody holds the lock of this maildrop."""
        with open(self.mailbox(user) / "pop3.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def wait_until_free(self, user):
        """Until nobody does (the kernel tells us), with a limit of PATIENCE."""
        with open(self.mailbox(user) / "pop3.lock") as lock:
            waiting = threading.Thread(target=fcntl.flock, args=(lock, fcntl.LOCK_EX), daemon=True)
            waiting.start()
            waiting.join(PATIENCE)
            assert not waiting.is_alive(), "the maildrop of %s is held for more than %d seconds" % (user, PATIENCE)

    def put(self, user, message, name=None, place="new"):
        """A message in a mailbox, which is made. Its path."""
        mailbox = self.mailbox(user)
        for directory in ("tmp", "new", "cur"):
            (mailbox / directory).mkdir(parents=True, exist_ok=True)
        if name is None:
            name = "%d.M%dP1Q1.mail" % (1700000000 + sum(1 for _ in mailbox.glob("*/*")), len(message))
        path = mailbox / place / name
        path.write_bytes(message)
        return path
