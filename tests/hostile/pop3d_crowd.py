"""Peers that leave, stay silent, never read, or come in crowds. Whatever they do, the next one is served and
nothing grows.

KIT_HOSTILE_SESSIONS says how many sessions the test of growth plays (standard: 1,000)."""
import os
import signal
import socket
import struct
import subprocess
import threading
import unittest

from pop3d import PASSWORD, Pop3d, refused
from smtpd import BUILD, PATIENCE

SESSIONS = int(os.environ.get("KIT_HOSTILE_SESSIONS", 1000))
LETTER = b"Subject: x\n\n.dots and ends\n"
WHOLE = b"USER bob\r\nPASS %s\r\nSTAT\r\nRETR 1\r\nDELE 1\r\nRSET\r\nUIDL\r\nQUIT\r\n" % PASSWORD.encode()


def is_sanitized():
    return "KIT_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text()


def reset(peer):
    """Closes with RST."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class Crowd(unittest.TestCase):
    def start(self, *options):
        self.server = Pop3d(options=options).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.put("bob", LETTER)

    def is_served(self, user="alice"):
        with self.server.connect() as peer:
            peer.login(user).quit()

    def stop(self):
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.messages("bob"), [LETTER])

    def test_cut_at_every_byte(self):
        """Closed in order, half closed or reset: the maildrop is as it was, and free again."""
        self.start()
        for count in range(0, len(WHOLE), 3):
            with self.server.connect() as peer:
                peer.send(WHOLE[:count])
                peer.end()
                while peer.line():
                    pass
            peer = self.server.connect()
            peer.send(WHOLE[:count])
            (reset if count % 2 else lambda it: it.close())(peer)
        self.stop()

    def test_never_reads(self):
        """It asks for 64 MB and takes nothing: the server keeps little of it, others are served, and the time ends."""
        self.start("pop3d.idle=2s")
        self.server.put("carol", b"Subject: large\n\n" + (b"x" * 76 + b"\n") * 27600, "1.mail")
        peer = self.server.connect()
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.login("carol")
        before = self.server.memory()
        peer.send(b"RETR 1\r\n" * 32)
        self.is_served()
        self.assertTrue(self.server.is_held("carol"))
        if not is_sanitized():
            self.assertLess(self.server.memory() - before, 1024)
        self.server.wait_until_free("carol")  # it is held for the time of `idle`, and no longer
        peer.close()
        self.stop()

    def test_reads_slowly(self):
        """Who reads on gets it all, however long that takes."""
        self.start("pop3d.idle=1s")
        text = b"Subject: large\n\n" + (b"x" * 76 + b"\n") * 100000
        self.server.put("carol", text, "1.mail")
        with self.server.connect() as peer:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100000)
            peer.login("carol").good("RETR 1")
            pause, octets, end = threading.Event(), len(peer.unread), peer.unread[-5:]
            peer.unread, next_pause = b"", 0
            while end != b"\r\n.\r\n":
                more = peer.socket.recv(65536)
                self.assertTrue(more, "closed after %d octets" % octets)
                octets, end = octets + len(more), (end + more)[-5:]
                if octets > next_pause:
                    pause.wait(0.2)
                    next_pause = octets + 500000
            self.assertEqual(octets - 3, len(text) + text.count(b"\n"))
        self.stop()

    def test_silent_crowd(self):
        self.start()
        silent = [self.server.connect() for _ in range(200)]
        half = [self.server.connect() for _ in range(20)]
        for number, peer in enumerate(half):
            peer.send(WHOLE[:number])
        self.is_served()
        for peer in silent[:20]:
            peer.greet().bad("STAT")
        for peer in half:
            peer.close()
        self.assertEqual(self.server.stop(), 0)
        for peer in silent[20:]:
            peer.greet()
            refused(peer.reply(), "SYS/TEMP")
            self.assertIsNone(peer.reply())
        for peer in silent:
            peer.close()

    def test_too_many(self):
        self.start("pop3d.connections=3")
        peers = [self.server.connect().greet() for _ in range(3)]
        with self.server.connect() as peer:
            refused(peer.reply(), "SYS/TEMP")
            self.assertIsNone(peer.reply())
        for peer in peers:
            peer.login("bob" if peer is peers[0] else "alice" if peer is peers[1] else "carol", greeting=False)
            peer.close()
        self.stop()

    def test_a_crowd_for_one_maildrop(self):
        """One of them has it, the others hear IN-USE, and nobody waits."""
        self.start()
        got, errors = [], []
        together = threading.Barrier(20)

        def come():
            try:
                with self.server.connect() as peer:
                    peer.greet().good("USER bob")
                    together.wait(PATIENCE)
                    reply = peer.ask("PASS " + PASSWORD)
                    if reply.startswith(b"+OK"):
                        got.append(peer.lines("RETR 1"))
                    else:
                        refused(reply, "IN-USE")
                    together.wait(PATIENCE)
                    peer.quit()
            except Exception as error:
                errors.append(error)
                together.abort()

        threads = [threading.Thread(target=come) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((errors, got), ([], [[b"Subject: x", b"", b".dots and ends"]]))
        self.stop()

    def test_the_lock_ends_with_the_server(self):
        self.start()
        peer = self.server.connect().login("bob")
        self.server.kill()
        self.server.start()
        self.is_served("bob")
        peer.close()
        self.stop()

    def test_nothing_grows(self):
        if is_sanitized():
            self.skipTest("a sanitizer keeps freed memory")
        self.start()

        def play(count):
            for number in range(count):
                with self.server.connect() as peer:
                    if number % 10 == 0:
                        peer.login("bob").lines("RETR 1")
                    else:
                        peer.send(WHOLE[9:] if number % 3 else b"\0" * 3000)
                        if number % 2:
                            reset(peer)

        play(SESSIONS // 4)
        before = self.server.memory()
        play(SESSIONS)
        self.assertLess(self.server.memory() - before, 512)


class Start(unittest.TestCase):
    """Starting it wrongly: one clear line on stderr and the right status."""

    def setUp(self):
        self.server = Pop3d()
        self.addCleanup(self.server.remove)

    def refused(self, status, words, *arguments):
        ended = subprocess.run([str(BUILD / "bin" / "pop3d"), *arguments], capture_output=True, text=True,
                               timeout=PATIENCE)
        lines = [line for line in ended.stderr.splitlines() if " info " not in line]
        self.assertEqual((ended.returncode, len(lines)), (status, 1), ended.stderr)
        self.assertTrue(lines[0].startswith("pop3d: "), lines[0])
        self.assertIn(words, lines[0])

    def test_wrongly(self):
        ini = str(self.server.directory / "kit.ini")
        for status, words, *arguments in (
            (2, "-c kit.ini"), (2, "--nonsense", "--nonsense"), (2, "letter", "-c", ini, "letter"),
            (2, "--ready-fd", "-c", ini, "--ready-fd", "x"),
            (2, "pop3d.nonsense", "-c", ini, "-o", "pop3d.nonsense=1"), (1, "no.ini", "-c", "no.ini"),
            (1, "pop3d.line", "-c", ini, "-o", "pop3d.line=254"), (1, "pop3d.log", "-c", ini, "-o", "pop3d.log=loud"),
            (1, "pop3d.idle", "-c", ini, "-o", "pop3d.idle=0"), (1, "pop3d.listen", "-c", ini, "-o", "pop3d.listen="),
            (1, "mail.certificate", "-c", ini, "-o", "pop3d.pop3s=127.0.0.1:0"),
            (1, "not.an.address", "-c", ini, "-o", "pop3d.listen=not.an.address"),
            (1, "no.accounts", "-c", ini, "-o", "mail.accounts=no.accounts"),
            (1, "mail.hostname", "-c", ini, "-o", "mail.hostname=two names"),
        ):
            with self.subTest(arguments=arguments):
                self.refused(status, words, *arguments)

    def test_help(self):
        ended = subprocess.run([str(BUILD / "bin" / "pop3d"), "--help"], capture_output=True, text=True)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        for words in ("RFC 1939", "mail.store", "pop3d.pop3s", "pop3d.idle", "--ready-fd"):
            self.assertIn(words, ended.stdout)

    def test_stopped_in_the_middle(self):
        """A stop comes while a message travels: it is finished first."""
        text = b"Subject: x\n\n" + (b"x" * 76 + b"\n") * 50000
        self.server.put("bob", text)
        self.server.command += ["-o", "pop3d.stop=60s"]
        self.server.start()
        with self.server.connect() as peer:
            peer.login("bob").good("RETR 1")
            self.server.process.send_signal(signal.SIGTERM)
            self.assertEqual(len(peer.rest()), 50002)
            refused(peer.reply(), "SYS/TEMP")
            self.assertIsNone(peer.reply())
        self.assertEqual(self.server.process.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()
