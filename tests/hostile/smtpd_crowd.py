"""Peers that leave, stay silent, flood, or come in crowds. Whatever they do, the next one is served,
what was promised is kept, and nothing grows.

KIT_HOSTILE_SESSIONS says how many sessions the test of growth plays (standard: 2,000). The builds with
sanitizers, whose allocators keep freed memory, are not asked about growth.
"""
import os
import socket
import struct
import threading
import unittest

from smtpd import BUILD, Smtpd, expect

SESSIONS = int(os.environ.get("KIT_HOSTILE_SESSIONS", 2000))
LETTER = b"Subject: x\r\n\r\n..dots and ends\r\n.\r\n"
WHOLE = (
    b"EHLO client.example.org\r\nMAIL FROM:<alice@example.org> SIZE=100\r\nRCPT TO:<bob@example.org>\r\n"
    b"RCPT TO:<carol@example.org>\r\nDATA\r\n" + LETTER + b"QUIT\r\n"
)
END = WHOLE.index(b"\r\n.\r\n") + 5


def is_sanitized():
    cache = (BUILD / "CMakeCache.txt").read_text()
    return "KIT_SANITIZE:STRING=\n" not in cache


def reset(peer):
    """Closes with RST."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class Crowd(unittest.TestCase):
    def start(self, *options):
        self.server = Smtpd(options=options).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        return self.server

    def stop(self):
        """Waits for every session to end; nothing may be left half done."""
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])

    def deliver(self, peer, who="bob"):
        expect("250 2.1.0", peer.ask("MAIL FROM:<alice@example.org>"))
        expect("250 2.1.5", peer.ask("RCPT TO:<%s@example.org>" % who))
        expect("354", peer.ask("DATA"))
        peer.send(LETTER)
        expect("250 2.0.0", peer.reply())

    def test_half_close_at_every_byte(self):
        self.start()
        for count in range(len(WHOLE) + 1):
            with self.server.connect() as peer:
                peer.send(WHOLE[:count])
                peer.end()
                replies = []
                while (reply := peer.reply()) is not None:
                    replies.append(reply)
            stored = any(reply.code == 250 and "Stored" in reply.lines[0] for reply in replies)
            self.assertEqual(stored, count >= END, "after %d bytes" % count)
        self.stop()
        for name in ("bob", "carol"):
            self.assertEqual(len(self.server.messages(name)), len(WHOLE) + 1 - END)

    def test_cut_at_every_byte(self):
        """Closed at once, in order or with RST: a message is there whole or not at all."""
        self.start()
        for leave in (lambda peer: peer.close(), reset):
            for count in range(len(WHOLE) + 1):
                peer = self.server.connect()
                peer.send(WHOLE[:count])
                leave(peer)
        with self.server.connect() as peer:
            self.deliver(peer.greet(), "alice")
        self.stop()
        for name in ("bob", "carol"):
            self.assertLessEqual(len(self.server.messages(name)), 2 * (len(WHOLE) + 1 - END))
            for message in self.server.messages(name):
                self.assertTrue(message.endswith(b"\nSubject: x\n\n.dots and ends\n"), message)

    def test_reply_by_reply_then_gone(self):
        """Leaves after each reply in turn, as a program that crashes would."""
        commands = [b"EHLO c", b"MAIL FROM:<>", b"RCPT TO:<bob@example.org>", b"DATA", LETTER[:-2], b"QUIT"]
        self.start()
        for count in range(len(commands) + 1):
            for leave in (lambda peer: peer.close(), reset):
                peer = self.server.connect()
                expect("220", peer.reply())
                for command in commands[:count]:
                    self.assertIn(peer.ask(command).code, (221, 250, 354))
                leave(peer)
        self.stop()
        self.assertEqual(len(self.server.messages("bob")), 4)

    def test_silent_crowd(self):
        self.start()
        silent = [self.server.connect() for _ in range(200)]
        for peer in silent[::2]:
            expect("220", peer.reply())
        with self.server.connect() as peer:
            self.deliver(peer.greet())
        self.assertEqual(len(self.server.messages("bob")), 1)
        for peer in silent:  # and all of them are still served
            if peer not in silent[::2]:
                expect("220", peer.reply())
            expect("250 2.0.0", peer.ask("NOOP"))
        self.stop()
        for peer in silent:  # RFC 5321 §3.8: told, not just dropped
            expect("421 4.3.2", peer.reply())
            self.assertIsNone(peer.reply())
            peer.close()

    def test_half_a_command_does_not_block_others_nor_the_stop(self):
        self.start("smtpd.stop=1s")
        halves = [b"N", b"EHLO client.example.org\r\nMAIL FROM:<", b"\0" * 5000, b"NOOP\r"]
        peers = [self.server.connect() for _ in halves]
        for peer, half in zip(peers, halves):
            peer.send(half)
        with self.server.connect() as peer:
            self.deliver(peer.greet())
        status = self.server.stop()  # those in the middle of a line are cut when the time is over
        self.assertIn(status, (0, 1))
        self.assertEqual(len(self.server.messages("bob")), 1)
        for peer in peers:
            peer.close()

    def test_silence_ends(self):
        self.start("smtpd.idle=1s")
        peers = [self.server.connect() for _ in range(4)]
        peers[1].send(b"EHLO client.example.org\r\nMAIL FROM:<alice")
        peers[2].send(WHOLE[: END - 5])
        peers[3].send(b"NOOP\r\n")
        for peer in peers:
            replies = []
            while (reply := peer.reply()) is not None:
                replies.append(reply)
            expect("421 4.4.2", replies[-1])
            peer.close()
        self.stop()
        self.assertEqual(self.server.messages("bob"), [])

    def test_a_byte_now_and_then_ends_too(self):
        """The time for a line is fixed when it begins; and no session outlasts smtpd.session."""
        self.start("smtpd.idle=1s", "smtpd.session=2s")
        for octets in (b"x", b"NOOP\r\n"):
            peer = self.server.connect()
            over = threading.Event()

            def drip(peer=peer, octets=octets, over=over):
                try:
                    while not over.wait(0.05):
                        peer.send(octets)
                except OSError:
                    pass

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                while (reply := peer.reply()) is not None:
                    last = reply
            finally:
                over.set()
                dripping.join()
            expect("421 4.4.2", last)
            peer.close()
        self.stop()

    def test_a_peer_that_never_reads(self):
        """Its replies fill every buffer on the way; others are served meanwhile, and it is let go."""
        self.start("smtpd.idle=4s", "smtpd.commands=10000000")
        deaf = self.server.connect()

        def flood():
            try:
                while True:
                    deaf.send(b"HELP\r\n" * 1000)
            except ConnectionError:
                pass

        flooding = threading.Thread(target=flood)
        flooding.start()
        with self.server.connect() as peer:
            self.deliver(peer.greet())
        flooding.join()
        deaf.close()
        self.stop()

    def test_limits_of_a_session(self):
        self.start("smtpd.errors=5", "smtpd.commands=20")
        with self.server.connect() as peer:
            expect("220", peer.reply())
            peer.send(b"FOO\r\n" * 50)
            for _ in range(5):
                expect("500 5.5.1", peer.reply())
            expect("421 4.7.0", peer.reply())
            self.assertIsNone(peer.reply())
        with self.server.connect() as peer:
            expect("220", peer.reply())
            peer.send(b"NOOP\r\n" * 50)
            for _ in range(20):
                expect("250 2.0.0", peer.reply())
            expect("421 4.7.0", peer.reply())
            self.assertIsNone(peer.reply())
        self.stop()

    def test_recipient_flood(self):
        self.start("smtpd.errors=2000")
        with self.server.connect() as peer:
            peer.greet()
            expect("250 2.1.0", peer.ask("MAIL FROM:<>"))
            peer.send(b"RCPT TO:<bob@example.org>\r\nRCPT TO:<nobody@example.org>\r\n" * 500)
            for count in range(500):
                expect("250 2.1.5" if count < 100 else "452 4.5.3", peer.reply())
                expect("550 5.1.1", peer.reply())
            expect("354", peer.ask("DATA"))
            peer.send(LETTER)
            expect("250 2.0.0", peer.reply())
        self.stop()
        self.assertEqual(len(self.server.messages("bob")), 1)

    def test_limits_of_connections(self):
        self.start("smtpd.connections=4", "smtpd.per-address=3")
        first = [self.server.connect() for _ in range(3)]
        for peer in first:
            expect("220", peer.reply())
        for source, status in (("127.0.0.1", "421 4.3.2"), ("127.0.0.9", "220"), ("127.0.0.10", "421 4.3.2")):
            peer = self.server.connect(source=source)
            self.addCleanup(peer.close)
            expect(status, peer.reply())
            if status != "220":
                self.assertIsNone(peer.reply())
        expect("221 2.0.0", first[0].ask("QUIT"))
        self.assertIsNone(first[0].reply())
        for peer in first:
            peer.close()
        self.stop()

    def test_nothing_grows(self):
        if is_sanitized():
            self.skipTest("a sanitizer keeps freed memory")
        self.start("smtpd.log=warn", "smtpd.errors=10")
        sessions = [
            b"",
            b"EHLO",
            WHOLE[: END - 3],
            WHOLE[:END].replace(b"SIZE=100", b"SIZE=99999999999"),
            WHOLE[: END - 5] + b"\n.\n" + WHOLE[END:],
            b"\0\r\n" * 50,
            b"x" * 5000 + b"\r\n",
            b"EHLO c\r\nMAIL FROM:<>\r\n" + b"RCPT TO:<bob@example.org>\r\nRCPT TO:<x@y>\r\n" * 20,
            b"VRFY bob\r\nHELP\r\nEXPN x\r\nMAIL\r\n",
            b"EHLO c\nMAIL FROM:<>\n",
        ]

        def play(count):
            for number in range(count):
                peer = self.server.connect()
                peer.send(sessions[number % len(sessions)])
                if number % 3 == 0:
                    reset(peer)
                elif number % 3 == 1:
                    peer.close()
                else:
                    peer.end()
                    while peer.socket.recv(65536):
                        pass
                    peer.close()

        play(SESSIONS // 5)
        before = self.server.memory()
        play(SESSIONS)
        after = self.server.memory()
        print("resident: %d KiB after %d sessions, %d KiB after %d more" % (before, SESSIONS // 5, after, SESSIONS))
        self.assertLess(after - before, 256)
        self.stop()


if __name__ == "__main__":
    unittest.main()
