"""Bad messages: refused behind their real end, nothing stored, the session in step; and good ones
that are awkward: stored to the byte."""
import re
import unittest

from smtpd import Smtpd, expect

ENVELOPE = ("MAIL FROM:<alice@example.org>", "RCPT TO:<bob@example.org>")
END = b"\r\n.\r\n"

# What some server, somewhere, has taken for the end of a message.
FALSE_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\r\n\n.\r\n",
    b"\r\r\n.\r\r\n",
    b"\r\n.\r\r\n",
    b"\r\n\r.\r\n",
    b"\r\n.\r\0\n",
    b"\r\n.\0\n",
    b"\n\n.\r\n",
    b"\r\n\r.\n",
    b"\n\r.\r\n",
    b"\n\n.\n\n",
    b"\r\r.\r\r",
]

# Bare CR and LF where they end nothing.
BARE = [b"a\nb", b"a\rb", b"\n", b"\r", b"a\r\r\nb", b"a\n\r\nb", b"a\r\n\nb", b"a\r\n\rb", b"\0\n", b"a\r\0\nb"]

# wire (without the end) and what is stored
GOOD = [
    (b"", b""),
    (b"\r\n", b"\n"),
    (b"x\r\n", b"x\n"),
    (b"Subject: x\r\n\r\nbody\r\n", b"Subject: x\n\nbody\n"),
    (b"..\r\n", b".\n"),
    (b"..x\r\n...\r\n", b".x\n..\n"),
    (b".x\r\n", b"x\n"),
    (b". \r\n", b" \n"),
    (b"x\0y\r\n", b"x\0y\n"),
    (b"x\0.\r\n", b"x\0.\n"),
    ("Subject: Selam\r\n\r\nı ç ş ü ö İ\r\n".encode(), "Subject: Selam\n\nı ç ş ü ö İ\n".encode()),
    (bytes(b for b in range(256) if b not in (10, 13, 46)) + b"\r\n", bytes(b for b in range(256) if b not in (10, 13, 46)) + b"\n"),
    (b"x" * 998 + b"\r\n", b"x" * 998 + b"\n"),
    (b"x" * 999 + b"\r\n", b"x" * 999 + b"\n"),  # RFC 5321 §4.5.3.1.6: 1,000 at least; more is welcome
    (b"x" * 1000000 + b"\r\n" + b"." * 70000 + b"\r\n", b"x" * 1000000 + b"\n" + b"." * 69999 + b"\n"),
    (b".\0\r\n" * 30000, b"\0\n" * 30000),
    (b"Return-Path: <mallory@example.net>\r\nSubject: x\r\n\r\nReturn-Path: stays\r\n", b"Subject: x\n\nReturn-Path: stays\n"),
    (b"Received: x\r\n" * 100 + b"\r\n", b"Received: x\n" * 100 + b"\n"),
    (b"EHLO x\r\nQUIT\r\n", b"EHLO x\nQUIT\n"),
]


def below_trace(message):
    """The message without the fields that the server has put in front."""
    found = re.match(rb"Return-Path: <[^\n]*>\nReceived: from [^\n]*\n(    [^\n]*\n)+", message)
    assert found, "no trace fields: %r" % message[:200]
    return message[found.end() :]


class Data(unittest.TestCase):
    options = ("smtpd.errors=10000",)

    def setUp(self):
        self.server = Smtpd(options=self.options).start()
        self.peer = self.server.connect().greet()

    def tearDown(self):
        self.peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])
        self.server.remove()

    def begin(self, *envelope):
        for command in envelope or ENVELOPE:
            expect("250", self.peer.ask(command))
        expect("354", self.peer.ask("DATA"))

    def in_step(self):
        """The transaction is over, and every command gets its own reply."""
        self.peer.send(b"NOOP\r\nDATA\r\nVRFY nobody\r\n")
        expect("250 2.0.0", self.peer.reply())
        expect("503 5.5.1", self.peer.reply())
        expect("550 5.1.1", self.peer.reply())

    def send(self, wire, cut=None):
        """Sends `wire` whole, or in two parts with a read of the server's in between as likely as can be."""
        if cut is None:
            self.peer.send(wire)
        else:
            self.peer.send(wire[:cut])
            self.peer.send(wire[cut:])

    def test_false_ends(self):
        smuggled = b"MAIL FROM:<admin@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
        for false_end in FALSE_ENDS:
            for first in (b"Subject: x\r\n\r\nx", b""):
                wire = first + false_end + smuggled + END
                with self.subTest(false_end=false_end, first=first):
                    self.begin()
                    self.send(wire)
                    expect("550 5.6.11", self.peer.reply())
                    self.in_step()
                    self.assertEqual(self.server.messages("bob") + self.server.messages("carol"), [])

    def test_bare_cr_and_lf(self):
        for bare in BARE:
            for wire in (bare + END, b"x\r\n" + bare + END, b"Subject: x\r\n\r\n" + bare + b"\r\nx" + END):
                with self.subTest(wire=wire):
                    self.begin()
                    self.send(wire)
                    expect("550 5.6.11", self.peer.reply())
                    self.in_step()
                    self.assertEqual(self.server.messages("bob"), [])

    def test_false_ends_split_at_every_position(self):
        for false_end in FALSE_ENDS[:6]:
            wire = b"x" + false_end + b"RSET" + END
            for cut in range(1, len(wire)):
                self.begin()
                self.send(wire, cut)
                expect("550 5.6.11", self.peer.reply())
        self.in_step()
        self.assertEqual(self.server.messages("bob"), [])

    def test_awkward_messages_are_stored_to_the_byte(self):
        for wire, stored in GOOD:
            with self.subTest(wire=wire[:60]):
                self.begin()
                self.send(wire + b".\r\n")
                expect("250 2.0.0", self.peer.reply())
                message = self.server.messages("bob")[-1]
                self.assertEqual(below_trace(message), stored)
                for path in (self.server.mailbox("bob") / "new").iterdir():
                    path.unlink()
        self.in_step()

    def test_message_in_the_segment_of_its_data(self):
        # Against RFC 2920 §3.1, but it stays in step: what follows the 354 is the message.
        self.peer.send("\r\n".join(ENVELOPE).encode() + b"\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nNOOP\r\n")
        for status in ("250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "250 2.0.0"):
            expect(status, self.peer.reply())
        self.assertEqual(len(self.server.messages("bob")), 1)
        # Where DATA is refused, the lines of the message are commands, each with its reply.
        self.peer.send(b"MAIL FROM:<>\r\nRCPT TO:<nobody@example.org>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nNOOP\r\n")
        for status in ("250 2.1.0", "550 5.1.1", "554 5.5.1", "500 5.5.1", "500 5.5.1", "500 5.5.1", "250 2.0.0"):
            expect(status, self.peer.reply())

    def test_pipelined(self):
        # RFC 2920: several messages, each group in one segment, every reply in its order.
        for _ in range(20):
            self.peer.send("\r\n".join([*ENVELOPE, "DATA", ""]).encode())
            for status in ("250 2.1.0", "250 2.1.5", "354"):
                expect(status, self.peer.reply())
            self.peer.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
            expect("250 2.0.0", self.peer.reply())
        self.assertEqual(len(self.server.messages("bob")), 20)

    def test_too_many_received_fields(self):
        self.begin()
        self.send(b"Received: x\r\n" * 101 + b"\r\nx" + END)
        expect("554 5.4.6", self.peer.reply())
        self.in_step()
        self.assertEqual(self.server.messages("bob"), [])

    def test_everybody_gets_it_once(self):
        self.begin(
            "MAIL FROM:<>",
            "RCPT TO:<bob@example.org>",
            "RCPT TO:<alice@example.org>",
            "RCPT TO:<BOB@example.org>",
            "RCPT TO:<@a,@b:bob@example.org>",
            "RCPT TO:<postmaster>",
        )
        self.send(b"Subject: x\r\n\r\n" + b"y" * 100000 + END)
        expect("250 2.0.0", self.peer.reply())
        self.assertEqual(len(self.server.messages("bob")), 1)
        self.assertEqual(len(self.server.messages("alice")), 1)
        self.assertEqual(self.server.messages("bob"), self.server.messages("alice"))
        self.assertEqual(self.server.messages("carol"), [])
        message = self.server.messages("bob")[0]
        self.assertTrue(message.startswith(b"Return-Path: <>\nReceived: from client.example.org ([127.0.0.1])\n"))
        self.assertNotIn(b"for <", message)  # who else got it stays with the server (RFC 5321 §7.2)

    def test_trace(self):
        self.begin("MAIL FROM:<ışık@example.net> SMTPUTF8", "RCPT TO:<Bob@example.org>")
        self.send(b"Subject: x\r\n\r\nx" + END)
        reply = self.peer.reply()
        expect("250 2.0.0", reply)
        queue_id = reply.lines[0].split()[-1]
        self.assertRegex(queue_id, r"^[0-9A-F]{13}$")
        self.assertRegex(
            self.server.messages("bob")[0].decode(),
            r"\AReturn-Path: <ışık@example\.net>\n"
            r"Received: from client\.example\.org \(\[127\.0\.0\.1\]\)\n"
            r"    by mail\.example\.org with UTF8SMTP id " + queue_id + r"\n"
            r"    for <Bob@example\.org>; [A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000\n"
            r"Subject: x\n\nx\n\Z",
        )
        self.assertIn("id=%s from=<ışık@example.net> recipients=1 size=17" % queue_id, self.server.log())


class Small(Data):
    """The same under a limit of 1,000 octets, and what is particular to limits."""

    options = ("smtpd.errors=10000", "smtpd.message-size=1000", "smtpd.recipients=3")
    test_awkward_messages_are_stored_to_the_byte = None
    test_everybody_gets_it_once = None
    test_too_many_received_fields = None

    def test_size(self):
        # RFC 1870 §3: CR LF counts, the final dot and stuffed dots do not.
        for octets, lie, status in (
            (1000, "", "250 2.0.0"),
            (1001, "", "552 5.3.4"),
            (1000, " SIZE=1", "250 2.0.0"),  # promised less than it is
            (1001, " SIZE=1", "552 5.3.4"),
            (10, " SIZE=1000", "250 2.0.0"),  # promised more
            (0, " SIZE=1000", "250 2.0.0"),
            (5000000, "", "552 5.3.4"),
        ):
            with self.subTest(octets=octets, lie=lie):
                before = len(self.server.messages("bob"))
                self.begin("MAIL FROM:<>" + lie, ENVELOPE[1])
                text = (b".." + b"x" * (octets - 3) + b"\r\n") if octets else b""
                self.send(text + b".\r\n")
                expect(status, self.peer.reply())
                self.in_step()
                self.assertEqual(len(self.server.messages("bob")) - before, status.startswith("250"))

    def test_promised_too_much(self):
        expect("552 5.3.4", self.peer.ask("MAIL FROM:<> SIZE=1001"))
        self.in_step()

    def test_too_large_and_faulty(self):
        self.begin()
        self.send(b"x" * 2000 + b"\n.\nRSET" + END)
        expect("550 5.6.11", self.peer.reply())
        self.in_step()

    def test_recipients(self):
        # RFC 5321 §4.5.3.1.10: those that were accepted get it.
        expect("250 2.1.0", self.peer.ask("MAIL FROM:<>"))
        flood = ["bob", "nobody", "alice", "carol", "bob", "alice", "nobody"]
        self.peer.send(b"".join(b"RCPT TO:<%s@example.org>\r\n" % name.encode() for name in flood))
        for status in ("250 2.1.5", "550 5.1.1", "250 2.1.5", "250 2.1.5", "452 4.5.3", "452 4.5.3", "550 5.1.1"):
            expect(status, self.peer.reply())
        expect("354", self.peer.ask("DATA"))
        self.send(b"x" + END)
        expect("250 2.0.0", self.peer.reply())
        self.assertEqual([len(self.server.messages(name)) for name in ("alice", "bob", "carol")], [1, 1, 1])


if __name__ == "__main__":
    unittest.main()
