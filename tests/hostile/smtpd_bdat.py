"""BDAT (RFC 3030): every octet of a chunk is the message's and never a command, whatever the chunk holds and whatever
is wrong with its command; and where nobody knows how many octets follow, nothing that follows is run.
"""
import re
import unittest

from smtpd import Smtpd, expect
from smtpd_data import BARE, FALSE_ENDS, below_trace

ENVELOPE = ("MAIL FROM:<alice@example.org>", "RCPT TO:<bob@example.org>")
SMUGGLED = b"MAIL FROM:<admin@example.org>\r\nRCPT TO:<carol@example.org>\r\nBDAT 3 LAST\r\nx\r\n"
NOT_CLEAR = [  # how many octets follow
    "BDAT", "BDAT ", "BDAT LAST", "BDAT x", "BDAT -1", "BDAT +1", "BDAT 0x10", "BDAT 1.0", "BDAT 1e3", "BDAT 1,0",
    "BDAT 10LAST", "BDAT 10  LAST", "BDAT  10", "BDAT 10 LAST LAST", "BDAT 10 LASTX", "BDAT 10 FIRST", "BDAT 10 10",
    "BDAT 99999999999999999999", "BDAT 18446744073709551616", "BDAT " + "9" * 1000, "BDAT 1 LAST ", "BDAT \u0661",
    b"BDAT 1\0", b"BDAT\0001", b"BDAT\t1", b"BDAT 1\t", b"BDAT 1\rLAST", b"BDAT 1\r", b"BDAT 1 LAST\x7f",
    b"bdat 1\x1b", b"BDAT " + b"0" * 5000 + b"1", b"BDAT " + b"0" * 100000,
]  # fmt: skip


def octets(text):
    return text.encode() if isinstance(text, str) else text


def chunk(text, last=False):
    return b"BDAT %d%s\r\n%s" % (len(text), b" LAST" if last else b"", text)


class Bdat(unittest.TestCase):
    options = ("smtpd.errors=100000",)

    def setUp(self):
        self.server = Smtpd(options=self.options).start()
        self.addCleanup(self.server.remove)
        self.peer = self.server.connect().greet()

    def tearDown(self):
        self.peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])
        self.assertEqual(self.server.messages("carol"), [])

    def begin(self, *more):
        for command in ENVELOPE + more:
            expect("250", self.peer.ask(command))

    def in_step(self):
        self.peer.send(b"NOOP\r\nDATA\r\nVRFY nobody\r\n")
        for status in ("250 2.0.0", "503 5.5.1", "550 5.1.1"):
            expect(status, self.peer.reply())

    def stored(self):
        """The one message that came, and takes it away."""
        messages = self.server.messages("bob")
        self.assertEqual(len(messages), 1)
        for path in (self.server.mailbox("bob") / "new").iterdir():
            path.unlink()
        return below_trace(messages[0])

    def test_offered(self):
        self.assertEqual(self.peer.offers()["CHUNKING"], "")

    def test_in_chunks_of_every_size(self):
        message = b"Subject: x\r\n\r\n.\r\n..\r\nx\r\n.\r\n"
        for size in range(1, len(message) + 1):
            self.begin()
            pieces = [message[i : i + size] for i in range(0, len(message), size)]
            for piece in pieces[:-1]:
                self.peer.send(chunk(piece))
                expect("250 2.0.0", self.peer.reply())
            self.peer.send(chunk(pieces[-1], last=True))
            expect("250 2.0.0", self.peer.reply())
            self.assertEqual(self.stored(), message.replace(b"\r\n", b"\n"))
        self.in_step()

    def test_pipelined(self):
        wire = "\r\n".join(ENVELOPE).encode() + b"\r\n" + chunk(b"Subject: x\r\n\r\n") + chunk(b"") + chunk(b"y\r\n", True)
        for cut in range(0, len(wire), 7):
            self.peer.send(wire[:cut])
            self.peer.send(wire[cut:])
            for _ in range(5):
                expect("250", self.peer.reply())
            self.assertEqual(self.stored(), b"Subject: x\n\ny\n")
        self.in_step()

    def test_odd_messages(self):
        for pieces, stored in (
            ([b""], b""),
            ([b"x"], b"x\n"),  # a last line without end gets one
            ([b"x\r", b"\ny"], b"x\ny\n"),
            ([b"\r", b"\n"], b"\n"),
            ([b"Subject: x\r\n\r\n" + b"y" * 100000, b""], b"Subject: x\n\n" + b"y" * 100000 + b"\n"),
            ([b"Return-Path: <a@b>\r\n", b"\r\nx\r\n"], b"\nx\n"),
            ([b"Subject: x\r\n\r\n\0\xff\r\n"], b"Subject: x\n\n\0\xff\n"),
        ):
            with self.subTest(pieces=[piece[:20] for piece in pieces]):
                self.begin()
                for piece in pieces[:-1]:
                    self.peer.send(chunk(piece))
                    expect("250 2.0.0", self.peer.reply())
                self.peer.send(chunk(pieces[-1], last=True))
                expect("250 2.0.0", self.peer.reply())
                self.assertEqual(self.stored(), stored)
        self.in_step()

    def test_commands_within_a_chunk(self):
        """Smuggling: none of it is a command, and no dot ends the message."""
        for false_end in (b"\r\n.\r\n", b"\r\n.\r\nQUIT\r\n", b"\r\nBDAT 0 LAST\r\n", b"\r\nRSET\r\n"):
            self.begin()
            self.peer.send(chunk(b"Subject: x\r\n\r\nx" + false_end + SMUGGLED, last=True))
            expect("250 2.0.0", self.peer.reply())
            self.assertEqual(self.stored(), (b"Subject: x\n\nx" + false_end + SMUGGLED).replace(b"\r\n", b"\n"))
            self.in_step()

    def test_bare_cr_and_lf(self):
        """As DATA: a message with one could be read as two by whoever gets it next. And it is refused at once."""
        for bare in (*FALSE_ENDS, *BARE):
            for wire in (b"x" + bare + SMUGGLED, bare + b"x\r\n"):
                if not re.search(rb"(?<!\r)\n|\r(?!\n)", wire):
                    continue
                with self.subTest(wire=wire):
                    self.begin()
                    self.peer.send(chunk(wire, last=True) + b"NOOP\r\n")
                    expect("550 5.6.11", self.peer.reply())
                    expect("250 2.0.0", self.peer.reply())
                    self.begin()
                    self.peer.send(chunk(wire) + chunk(b"x\r\n") + chunk(b"", last=True))
                    expect("550 5.6.11", self.peer.reply())
                    expect("503 5.5.1", self.peer.reply())
                    expect("503 5.5.1", self.peer.reply())
                    self.assertEqual(self.server.messages("bob"), [])
        self.in_step()

    def test_bare_over_the_edge_of_chunks(self):
        for pieces in ((b"x\r", b"x\r\n"), (b"x", b"\n"), (b"x\r", b""), (b"x\r\n", b"\n"), (b"x\r", b"\r\n")):
            with self.subTest(pieces=pieces):
                self.begin()
                self.peer.send(chunk(pieces[0]))
                expect("250 2.0.0", self.peer.reply())
                self.peer.send(chunk(pieces[1], last=True))
                expect("550 5.6.11", self.peer.reply())
                self.assertEqual(self.server.messages("bob"), [])
        self.in_step()

    def test_in_the_wrong_state(self):
        """Its octets are read, and it is refused: what looks like commands in them is none."""
        poison = b"RSET\r\n" + SMUGGLED + b"QUIT\r\n"
        peer = self.server.connect()
        expect("220", peer.reply())
        for before, status in (
            ((), "503 5.5.1"),
            (("EHLO client.example.org",), "503 5.5.1"),
            (("MAIL FROM:<alice@example.org>",), "554 5.5.1"),
            (("RCPT TO:<nobody@example.org>",), "554 5.5.1"),
            (("RCPT TO:<bob@example.org>", "RSET"), "503 5.5.1"),
        ):
            for command in before:
                peer.ask(command)
            for last in (False, True):
                peer.send(chunk(poison, last) + b"NOOP\r\n")
                expect(status, peer.reply())
                expect("250 2.0.0", peer.reply())
        expect("221 2.0.0", peer.ask("QUIT"))
        peer.close()

    def test_other_commands_between_chunks(self):
        for command, status in (
            ("MAIL FROM:<alice@example.org>", "503 5.5.1"),
            ("RCPT TO:<carol@example.org>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),  # RFC 3030 section 2: never mixed
            ("AUTH PLAIN", "503 5.5.1"),
            ("STARTTLS", "503 5.5.1"),
            ("NOOP", "250 2.0.0"),
            ("VRFY bob", "250 2.1.5"),
        ):
            with self.subTest(command=command):
                self.begin()
                self.peer.send(chunk(b"Subject: x\r\n"))
                expect("250 2.0.0", self.peer.reply())
                expect(status, self.peer.ask(command))
                self.peer.send(chunk(b"\r\nx\r\n", last=True))
                expect("250 2.0.0", self.peer.reply())
                self.assertEqual(self.stored(), b"Subject: x\n\nx\n")
        for command in ("RSET", "EHLO client.example.org"):
            self.begin()
            self.peer.send(chunk(b"Subject: x\r\n"))
            expect("250 2.0.0", self.peer.reply())
            expect("250", self.peer.ask(command))
            self.peer.send(chunk(b"x\r\n", last=True))
            expect("503 5.5.1", self.peer.reply())
            self.assertEqual(self.server.messages("bob"), [])
            self.assertEqual(self.server.unfinished(), [])
        self.in_step()

    def test_not_clear_how_many_octets(self):
        for command in NOT_CLEAR:
            with self.subTest(command=octets(command)[:40]):
                peer = self.server.connect().greet()
                for line in ENVELOPE:
                    expect("250", peer.ask(line))
                peer.send(octets(command) + b"\r\n" + SMUGGLED)
                if octets(command).endswith(b"LAST "):
                    expect("250 2.0.0", peer.reply())  # blanks at the end are tolerated (RFC 5321 section 4.1.1)
                else:
                    expect("421 4.5.4", peer.reply())
                    self.assertIsNone(peer.reply())
                peer.close()
        peer = self.server.connect().greet()
        peer.send(b"BDAT 3 LAST\nx\r\nNOOP\r\n")  # a bare LF
        expect("421 4.5.4", peer.reply())
        self.assertIsNone(peer.reply())
        peer.close()
        expect("500 5.5.1", self.peer.ask("BDATX 10"))
        for path in (self.server.mailbox("bob") / "new").iterdir():
            path.unlink()

    def test_cut_at_every_byte(self):
        wire = "\r\n".join(("EHLO c", *ENVELOPE)).encode() + b"\r\n" + chunk(b"Subject: x\r\n") + chunk(b"\r\ny\r\n", True)
        for count in range(len(wire)):
            with self.server.connect() as peer:
                peer.send(wire[:count])
                if count % 2:
                    peer.end()
                    while peer.reply() is not None:
                        pass
        self.assertEqual(self.server.messages("bob"), [])

    def test_a_flood_takes_no_memory(self):
        self.begin()
        before = self.server.memory()
        self.peer.send(b"BDAT 30000000 LAST\r\n")
        for _ in range(30):
            self.peer.send(b"x" * 999998 + b"\r\n")
        expect("552 5.3.4", self.peer.reply())
        self.peer.send(b"BDAT 18446744073709551615\r\n" + b"x" * 3000000)
        self.assertLess(self.server.memory() - before, 4096)  # of more than 30,000 that came
        self.peer.close()


class Small(Bdat):
    """Under a limit of 1,000 octets."""

    options = ("smtpd.errors=100000", "smtpd.message-size=1000")
    test_odd_messages = test_not_clear_how_many_octets = test_a_flood_takes_no_memory = None
    test_bare_cr_and_lf = test_in_the_wrong_state = test_cut_at_every_byte = None

    def test_size(self):
        """RFC 1870 counts all chunks together."""
        line = b"x" * 98 + b"\r\n"
        self.begin()
        for _ in range(9):
            self.peer.send(chunk(line))
            expect("250 2.0.0", self.peer.reply())
        self.peer.send(chunk(line, last=True))
        expect("250 2.0.0", self.peer.reply())
        self.assertEqual(self.stored(), line.replace(b"\r", b"") * 10)
        self.begin()
        self.peer.send(chunk(line * 10) + chunk(b"x") + chunk(line) + chunk(b"", last=True))
        expect("250 2.0.0", self.peer.reply())
        expect("552 5.3.4", self.peer.reply())
        expect("503 5.5.1", self.peer.reply())
        expect("503 5.5.1", self.peer.reply())
        self.begin()
        self.peer.send(chunk(line * 50, last=True))
        expect("552 5.3.4", self.peer.reply())
        self.assertEqual(self.server.messages("bob"), [])
        self.in_step()


if __name__ == "__main__":
    unittest.main()
