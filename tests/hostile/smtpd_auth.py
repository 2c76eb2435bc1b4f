"""AUTH from a client that does it wrong, guesses, or floods (RFC 4954): each line gets its one reply, nobody is
let in who should not be, and no secret is in the log.
"""
import base64
import threading
import time
import unittest

from smtpd import HASH, PASSWORD, PATIENCE, Smtpd, expect

LIMIT = 12288  # octets of a line, with CR LF (RFC 4954 §4)


def b64(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def plain(user="alice@example.org", password=PASSWORD, authzid=""):
    return b64("%s\0%s\0%s" % (authzid, user, password))


RIGHT = plain()
EHLO = ("EHLO client.example.org", "250")
IN = ("AUTH PLAIN " + RIGHT, "235 2.7.0")
MAIL = ("MAIL FROM:<alice@example.org>", "250 2.1.0")
RCPT = ("RCPT TO:<bob@example.org>", "250 2.1.5")

# In each of these the last line gets that reply, and the session goes on.
STATES = [
    [("AUTH PLAIN " + RIGHT, "503 5.5.1")],  # before EHLO
    [("HELO client.example.org", "250"), ("AUTH PLAIN " + RIGHT, "503 5.5.1")],  # HELO has no extensions
    [EHLO, ("HELO client.example.org", "250"), ("AUTH PLAIN", "503 5.5.1")],
    [EHLO, ("MAIL FROM:<alice@example.org>", "530 5.7.0")],
    [EHLO, ("MAIL FROM:<>", "530 5.7.0")],
    [EHLO, ("VRFY bob", "530 5.7.0")],
    [EHLO, ("RCPT TO:<bob@example.org>", "503 5.5.1")],
    [EHLO, ("DATA", "503 5.5.1")],
    [EHLO, ("BDAT 0 LAST", "503 5.5.1")],
    [EHLO, IN, ("AUTH PLAIN " + RIGHT, "503 5.5.1")],  # §4: only once
    [EHLO, IN, ("AUTH LOGIN", "503 5.5.1")],
    [EHLO, IN, ("AUTH FOO", "503 5.5.1")],
    [EHLO, IN, EHLO, ("AUTH PLAIN", "503 5.5.1")],
    [EHLO, IN, ("RSET", "250 2.0.0"), ("AUTH PLAIN", "503 5.5.1"), MAIL],
    [EHLO, IN, MAIL, ("AUTH PLAIN " + RIGHT, "503 5.5.1"), RCPT],  # §4: not within a message
    [EHLO, IN, MAIL, RCPT, ("AUTH LOGIN", "503 5.5.1")],
    [EHLO, IN, MAIL, RCPT, ("BDAT 0", "250 2.0.0"), ("AUTH PLAIN", "503 5.5.1"), ("BDAT 0 LAST", "250 2.0.0")],
    # who is known sends as himself
    [EHLO, IN, ("MAIL FROM:<bob@example.org>", "550 5.7.1"), MAIL],
    [EHLO, IN, ("MAIL FROM:<ALICE@Example.Org>", "250 2.1.0")],
    [EHLO, IN, ('MAIL FROM:<"alice"@example.org>', "250 2.1.0")],
    [EHLO, IN, ("MAIL FROM:<>", "250 2.1.0")],
    [EHLO, IN, ("MAIL FROM:<postmaster@example.org>", "250 2.1.0")],  # hers, being the first account
    [EHLO, IN, ("MAIL FROM:<alice@example.com>", "550 5.7.1")],
    [EHLO, IN, ("MAIL FROM:<dave@example.com>", "550 5.7.1")],
    [EHLO, IN, ("MAIL FROM:<alice+tag@example.org>", "550 5.7.1")],
    [EHLO, IN, ("MAIL FROM:<alice@example.org.>", "501 5.1.7")],
    [EHLO, IN, ('MAIL FROM:<"alice@example.org"@elsewhere.example>', "550 5.7.1")],
    [EHLO, IN, ("MAIL FROM:<@example.org:bob@example.org>", "550 5.7.1")],
    [EHLO, IN, ("MAIL FROM:<bob@example.org> AUTH=alice@example.org", "550 5.7.1")],
    [EHLO, ("MAIL FROM:<alice@example.org> AUTH=alice@example.org", "530 5.7.0")],
    # and nobody relays, known or not
    [EHLO, IN, MAIL, ("RCPT TO:<dave@example.com>", "550 5.7.1"), RCPT],
]

SYNTAX = [
    ("AUTH", "501 5.5.4"),
    ("AUTH ", "501 5.5.4"),
    ("AUTH  PLAIN", "501 5.5.4"),
    ("AUTH PLAIN  " + RIGHT, "501 5.5.4"),
    ("AUTH PLAIN %s %s" % (RIGHT, RIGHT), "501 5.5.4"),
    ("AUTH PLAIN = =", "501 5.5.4"),
    ("AUTH=PLAIN " + RIGHT, "500 5.5.1"),
    ("AUTHPLAIN", "500 5.5.1"),
    ("AUTH FOO", "504 5.5.4"),
    ("AUTH FOO " + RIGHT, "504 5.5.4"),
    ("AUTH CRAM-MD5", "504 5.5.4"),
    ("AUTH EXTERNAL =", "504 5.5.4"),
    ("AUTH ANONYMOUS", "504 5.5.4"),
    ("AUTH *", "504 5.5.4"),
    ("AUTH " + "X" * 5000, "504 5.5.4"),
    ("AUTH " + RIGHT, "504 5.5.4"),
    ("AUTH PLAIN\t" + RIGHT, "500 5.5.2"),
    ("AUTH PLAIN " + RIGHT + "\0", "500 5.5.2"),
    ("auth plain =", "501 5.5.2"),
    ("AUTH PLAIN *", "501 5.5.2"),
    ("AUTH LOGIN *", "501 5.5.2"),
]

# No base64 (RFC 4648 §3), or base64 of what is no message of PLAIN (RFC 4616 §2).
JUNK = [
    "A", "AA", "AAA", "A===", "====", "=", "==", "AA=A", "AAAA=", "AAAA====", RIGHT + "=", RIGHT + "A", "=" + RIGHT,
    RIGHT.rstrip("=") if RIGHT.endswith("=") else RIGHT[:-1], "*" * 4, "**", "!!!!", "-_-_", "AAA\xff".encode("latin-1"),
    "\u0131\u0131".encode(), RIGHT.replace("A", "-", 1), b"AA\0A", b"\0\0\0\0", "QQ==QQ==", "QR==", "QUF=",
    RIGHT[:20] + "\t" + RIGHT[20:], RIGHT[:20] + "\r" + RIGHT[20:], "%41%41%41%41", "'; DROP TABLE--", "x" * 11000 + "!",
    b64(""), b64("\0"), b64("\0\0"), b64("\0\0" + PASSWORD), b64("alice@example.org"), b64("\0alice@example.org"),
    b64("alice@example.org\0" + PASSWORD), b64("\0alice@example.org\0%s\0" % PASSWORD), b64("\0" * 9000),
    b64("\0alice@example.org\0%s\0more" % PASSWORD),
]  # fmt: skip

WRONG = [
    plain(password="wrong"),
    plain(password=""),
    plain(password=PASSWORD + " "),
    plain(password=PASSWORD.upper()),
    plain(password=HASH),
    plain(password="x" * 8000),
    plain(password="\u0131\u015f\u0131k"),
    plain(user="nobody@example.org"),
    plain(user="alice"),
    plain(user="alice@example.org "),
    plain(user="<alice@example.org>"),
    plain(user="*"),
    plain(user="x" * 8000),
    plain(user="../../alice@example.org"),
    plain(user="%s%n%s"),
    plain(authzid="bob@example.org"),
    plain(authzid="root"),
    plain(authzid="alice"),
    b64(b"\0\xff\xfe\xfd\0" + b"\x80" * 20),
]


def octets(text):
    return text.encode() if isinstance(text, str) else text


class Server(unittest.TestCase):
    options = ("smtpd.auth-delay=0", "smtpd.auth-failures=20", "smtpd.errors=100000", "smtpd.log=debug")
    clear = True

    def setUp(self):
        options = self.options + ("smtpd.clear-auth=%s" % ("yes" if self.clear else "no"),)
        self.server = Smtpd(options=options, tls=True).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)
        self.sent = set()

    def stop(self):
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])
        log = self.server.log()
        for secret in (PASSWORD, b64(PASSWORD), RIGHT, b64("\0alice@example.org\0"), *self.sent):
            self.assertNotIn(secret, log)

    def connect(self, service="submission"):
        peer = self.server.connect(service)
        self.addCleanup(peer.close)
        return peer


class Auth(Server):
    def still_works(self, peer):
        """In step, and nobody yet: what came before has left nothing behind."""
        expect("250 2.0.0", peer.ask("NOOP"))
        expect("530 5.7.0", peer.ask("MAIL FROM:<alice@example.org>"))
        expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))
        expect("221 2.0.0", peer.ask("QUIT"))
        peer.close()

    def test_in_every_state(self):
        for case in STATES:
            for manner in ("one by one", "in one segment", "byte by byte"):
                with self.subTest(case=case, manner=manner):
                    wire = b"".join(octets(line) + b"\r\n" for line, _ in case) + b"NOOP\r\nQUIT\r\n"
                    peer = self.connect()
                    expect("220", peer.reply())
                    if manner == "in one segment":
                        peer.send(wire)
                    elif manner == "byte by byte":
                        for i in range(len(wire)):
                            peer.send(wire[i : i + 1])
                    for line, status in [*case, ("NOOP", "250 2.0.0"), ("QUIT", "221 2.0.0")]:
                        expect(status, peer.ask(line) if manner == "one by one" else peer.reply())
                    peer.close()

    def test_syntax(self):
        for line, status in SYNTAX:
            with self.subTest(line=line[:60]):
                peer = self.connect().greet()
                expect(status, peer.ask(line))
                self.still_works(peer)

    def test_junk(self):
        """As the initial response, and as an answer."""
        for junk in JUNK:
            initial = octets(junk)
            with self.subTest(junk=initial[:60]):
                peer = self.connect().greet()
                if initial and not any(byte < 32 for byte in initial) and b" " not in initial:
                    expect("501 5.5.2", peer.ask(b"AUTH PLAIN " + initial))
                expect("334", peer.ask("AUTH PLAIN"))
                expect("501 5.5.2", peer.ask(initial))
                self.still_works(peer)

    def test_junk_for_login(self):
        for junk in ("A", "AA=A", "====", "*=", b"\0\0\0\0", b"\xff", b64("alice@example.org\0"), "QR==", "AAAA\r"):
            with self.subTest(junk=junk):
                peer = self.connect().greet()
                for before in ((), (b64("alice@example.org"),)):
                    expect("334", peer.ask("AUTH LOGIN"))
                    for line in before:
                        expect("334", peer.ask(line))
                    expect("501 5.5.2", peer.ask(junk))
                self.still_works(peer)

    def test_line_ends(self):
        for wire in (RIGHT.encode() + b"\n", b"*\n", b"\n"):
            peer = self.connect().greet()
            expect("334", peer.ask("AUTH PLAIN"))
            peer.send(wire)
            expect("501 5.5.2", peer.reply())
            self.still_works(peer)
        peer = self.connect().greet()
        peer.send(b"AUTH PLAIN " + RIGHT.encode() + b"\n")
        expect("500 5.5.2", peer.reply())
        self.still_works(peer)

    def test_wrong(self):
        for response in WRONG:
            peer = self.connect().greet()
            expect("535 5.7.8", peer.ask("AUTH PLAIN " + response))
            expect("334", peer.ask("AUTH PLAIN"))
            expect("535 5.7.8", peer.ask(response))
            self.sent.add(response)
            self.still_works(peer)

    def test_wrong_for_login(self):
        for user, password in (
            ("alice@example.org", "wrong"),
            ("alice@example.org", ""),
            ("", PASSWORD),
            ("", ""),
            ("nobody@example.org", PASSWORD),
            (PASSWORD, "alice@example.org"),  # the wrong way round: the log must not tell
            ("x" * 9000, "x" * 9000),
        ):
            peer = self.connect().greet()
            expect("334", peer.ask("AUTH LOGIN " + (b64(user) or "=")))
            expect("535 5.7.8", peer.ask(b64(password)))
            self.still_works(peer)

    def test_cancel(self):
        for lines in (["AUTH PLAIN"], ["AUTH LOGIN"], ["AUTH LOGIN", b64("alice@example.org")]):
            peer = self.connect().greet()
            for line in lines:
                expect("334", peer.ask(line))
            expect("501 5.7.0", peer.ask("*"))
            self.still_works(peer)

    def test_right_in_every_form(self):
        user, password = b64("alice@example.org"), b64(PASSWORD)
        for lines in (
            ["AUTH PLAIN " + RIGHT],
            ["auth Plain", RIGHT],
            ["AUTH PLAIN " + plain(authzid="alice@example.org")],
            ["AUTH PLAIN " + plain(user="ALICE@EXAMPLE.ORG")],
            ["AUTH LOGIN", user, password],
            ["auth login " + user, password],
        ):
            for service in ("listen", "submission", "submissions"):
                peer = self.connect(service).greet()
                for line in lines[:-1]:
                    expect("334", peer.ask(line))
                expect("235 2.7.0", peer.ask(lines[-1]))
                self.assertNotIn("AUTH", peer.offers())
                expect("250 2.1.0", peer.ask("MAIL FROM:<alice@example.org>"))
                expect("550 5.7.1", self.connect_as_bob_fails(peer))
                peer.close()

    def connect_as_bob_fails(self, peer):
        """Also on the receiving port: who has said who he is sends as nobody else."""
        expect("250 2.0.0", peer.ask("RSET"))
        return peer.ask("MAIL FROM:<bob@example.org>")

    def test_pipelined_answers(self):
        """Not allowed (AUTH must be last in a group), but in step: each line is an answer to its challenge."""
        peer = self.connect().greet()
        peer.send(("AUTH LOGIN\r\n%s\r\n%s\r\nNOOP\r\n" % (b64("alice@example.org"), b64(PASSWORD))).encode())
        for status in ("334", "334", "235 2.7.0", "250 2.0.0"):
            expect(status, peer.reply())

    def test_what_is_sent_after_a_refusal_is_no_answer(self):
        """A client that goes on regardless: its user and password are unknown commands, and not in the log."""
        peer = self.connect().greet()
        expect("504 5.5.4", peer.ask("AUTH CRAM-MD5"))
        for line in (b64("alice@example.org"), b64(PASSWORD), PASSWORD, "PASS " + PASSWORD, RIGHT):
            expect("500 5.5.1", peer.ask(line))
        peer.send(PASSWORD.encode() + b"\n" + PASSWORD.encode() + b"\0\r\n" + (PASSWORD * 1000).encode() + b"\r\n")
        for _ in range(3):
            expect("500 5.5.2", peer.reply())
        self.still_works(peer)

    def test_line_limit(self):
        peer = self.connect().greet()
        for octets_of_line, status in ((LIMIT, "504 5.5.4"), (LIMIT + 1, "500 5.5.6"), (1 << 20, "500 5.5.6")):
            command = b"AUTH X "
            expect(status, peer.ask(command + b"A" * (octets_of_line - len(command) - 2)))
        for line, status in ((b"A" * (LIMIT - 2), "501 5.5.2"), (b"A" * (LIMIT - 1), "500 5.5.6")):
            expect("334", peer.ask("AUTH PLAIN"))
            expect(status, peer.ask(line))
        expect("500 5.5.2", peer.ask("NOOP " + "x" * 3000))  # no other command has that limit
        self.still_works(peer)

    def test_megabytes_take_no_memory(self):
        peer = self.connect().greet()
        expect("250 2.0.0", peer.ask("NOOP"))
        before = self.server.memory()
        for command in (b"AUTH PLAIN ", b"AUTH LOGIN "):
            peer.send(command)
            for _ in range(8):
                peer.send(b"A" * (1 << 20))
            peer.send(b"\r\n")
            expect("500 5.5.6", peer.reply())
        expect("334", peer.ask("AUTH LOGIN"))
        expect("500 5.5.6", peer.ask(b"A" * (8 << 20)))
        self.assertLess(self.server.memory() - before, 4096)  # of 24,576 that came
        self.still_works(peer)

    def test_hung_up_at_every_byte(self):
        wire = ("EHLO c\r\nAUTH LOGIN\r\n%s\r\n%s\r\nQUIT\r\n" % (b64("alice@example.org"), b64("wrong"))).encode()
        for count in range(len(wire)):
            with self.server.connect("submission") as peer:
                peer.send(wire[:count])
                if count % 2:
                    peer.end()
                    while peer.reply() is not None:
                        pass

    def test_guessing_ends(self):
        for service in ("submission", "submissions"):
            peer = self.connect(service).greet()
            for _ in range(20):
                expect("535 5.7.8", peer.ask("AUTH PLAIN " + WRONG[0]))
            expect("421 4.7.0", peer.ask("AUTH PLAIN " + RIGHT))  # even the right one comes too late
            self.assertIsNone(peer.reply())
            peer.close()


class NotInClear(Server):
    """Without smtpd.clear-auth: no password before TLS, whoever asks."""

    clear = False

    def test_refused_before_tls(self):
        for service in ("listen", "submission"):
            peer = self.connect(service)
            expect("220", peer.reply())
            self.assertNotIn("AUTH", peer.offers())
            for command in ("AUTH PLAIN", "AUTH LOGIN", "AUTH PLAIN " + RIGHT, "AUTH PLAIN =", "auth login QUFB"):
                expect("538 5.7.11", peer.ask(command))
            expect("504 5.5.4", peer.ask("AUTH FOO"))
            self.assertIn("AUTH", peer.starttls().offers())
            expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))

    def test_said_in_clear_and_forgotten(self):
        """Where AUTH in clear is allowed: what it brought is gone with the handshake (RFC 3207 §4.2)."""
        with Smtpd(options=("smtpd.clear-auth=yes",), tls=True) as server, server.connect("submission") as peer:
            peer.greet()
            expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))
            self.assertIn("AUTH", peer.starttls().offers())
            expect("530 5.7.0", peer.ask("MAIL FROM:<alice@example.org>"))
            expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))


class Delay(unittest.TestCase):
    def start(self, *options):
        server = Smtpd(options=("smtpd.clear-auth=yes", *options), tls=True).start()
        self.addCleanup(server.remove)
        return server

    def test_grows_and_holds_nobody_else_up(self):
        server = self.start("smtpd.auth-delay=1s", "smtpd.auth-failures=2")
        guessers = [server.connect("submission").greet() for _ in range(8)]
        begun = time.monotonic()
        for peer in guessers:
            peer.send(b"AUTH PLAIN " + WRONG[0].encode() + b"\r\n")
        with server.connect("submission") as honest:  # more than check passwords at once are waiting
            expect("235 2.7.0", honest.greet().ask("AUTH PLAIN " + RIGHT))
        for peer in guessers:
            expect("535 5.7.8", peer.reply())
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        begun = time.monotonic()
        expect("535 5.7.8", guessers[0].ask("AUTH PLAIN " + WRONG[0]))
        self.assertGreaterEqual(time.monotonic() - begun, 2)
        expect("421 4.7.0", guessers[0].ask("AUTH PLAIN " + RIGHT))
        for peer in guessers:
            peer.close()
        self.assertEqual(server.stop(), 0)

    def test_a_stop_ends_it(self):
        server = self.start("smtpd.auth-delay=60s")
        peer = server.connect("submission").greet()
        peer.send(b"AUTH PLAIN " + WRONG[0].encode() + b"\r\n")
        until = time.monotonic() + PATIENCE  # nothing on the wire says that the delay has begun: the log does
        while "login failed" not in server.log():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)
        begun = time.monotonic()
        stopping = threading.Thread(target=server.process.terminate)
        stopping.start()
        expect("535 5.7.8", peer.reply())
        expect("421 4.3.2", peer.reply())
        stopping.join()
        peer.close()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begun, 30)

    def test_unknown_users_take_as_long(self):
        """The sum of many, since one of them says little; only a gross difference fails."""
        server = self.start("smtpd.auth-delay=0", "smtpd.auth-failures=20")
        times = {}
        for user in ("alice@example.org", "nobody@example.org") * 2:
            with server.connect("submission") as peer:
                peer.greet()
                begun = time.monotonic()
                for _ in range(10):
                    expect("535 5.7.8", peer.ask("AUTH PLAIN " + plain(user=user, password="wrong")))
                times.setdefault(user, []).append(time.monotonic() - begun)
        known, unknown = (min(times[user]) for user in ("alice@example.org", "nobody@example.org"))
        print("10 wrong passwords: %.0f ms for a known user, %.0f ms for an unknown one" % (known * 1e3, unknown * 1e3))
        self.assertLess(known, 3 * unknown)
        self.assertLess(unknown, 3 * known)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
