"""STARTTLS from a peer that does not mean well: commands injected around it, and handshakes that fail. Nothing said in
clear is carried out under TLS (RFC 3207), and nothing is left behind. What concerns TLS itself is in tls.py.
"""
import contextlib
import socket
import ssl
import struct
import unittest

from smtpd import BUILD, SERVICES as HOSTS, Peer, Smtpd, client_tls, expect

SERVICES = ("listen", "submission")  # those that begin in clear
INJECTED = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: injected\r\n\r\nx\r\n.\r\n"

# A ClientHello as far as its record's header: 512 bytes of it are promised.
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32

# What is no handshake (hostile.tls has more of it, and what becomes of each).
GARBAGE = (
    b"",
    b"QUIT\r\n",
    b"\x15\x03\x01\x00\x02\x02\x28",  # an alert
    b"\xff" * 10000,
    b"\x16\x03\x01\xff\xff" + b"x" * 65535,
    b"\x16\x03\x01\x00\x04\x01\xff\xff\xff" + b"\x16\x03\x01\x40\x00" + b"x" * 16384 * 20,  # 16 MiB promised
    HALF_HELLO,
    HALF_HELLO + b"\xff" * 500,
)


def is_sanitized():
    return "KIT_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text()


def reset(peer):
    """Closes with RST."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def to_the_end(peer):
    """What still comes, until the server closes, in order or with RST."""
    octets = b""
    try:
        while more := peer.socket.recv(65536):
            octets += more
    except (ConnectionResetError, ssl.SSLError):
        pass
    return octets


class Tls(unittest.TestCase):
    def setUp(self):
        self.server = Smtpd(tls=True).start()
        self.peers = []
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)

    def stop(self):
        for peer in self.peers:
            peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])
        for person in ("alice", "bob", "carol"):
            self.assertEqual(self.server.messages(person), [])

    def connect(self, service, **more):
        peer = self.server.connect(service, **more)
        self.peers.append(peer)
        return peer

    def is_served(self):
        """An honest client gets through, on each port."""
        for service in (*SERVICES, "submissions"):
            peer = self.connect(service).greet()
            if service != "submissions":
                peer.starttls()
            self.assertNotIn("STARTTLS", peer.offers())
            expect("221 2.0.0", peer.ask("QUIT"))
            self.assertIsNone(peer.reply())
            peer.close()


class Starttls(Tls):
    def test_offered_where_it_is_true(self):
        for service in SERVICES:
            peer = self.connect(service)
            expect("220", peer.reply())
            self.assertEqual(peer.offers()["STARTTLS"], "")
            self.assertNotIn("STARTTLS", peer.starttls().offers())
            expect("503 5.5.1", peer.ask("STARTTLS"))
            expect("250 2.0.0", peer.ask("NOOP"))
        self.assertNotIn("STARTTLS", self.connect("submissions").greet().offers())

    def test_without_certificate(self):
        with Smtpd() as server, server.connect() as peer:
            expect("220", peer.reply())
            self.assertNotIn("STARTTLS", peer.offers())
            expect("502 5.5.1", peer.ask("STARTTLS"))
            expect("250 2.0.0", peer.ask("NOOP"))

    def test_syntax_and_order(self):
        peer = self.connect("listen")
        expect("220", peer.reply())
        expect("503 5.5.1", peer.ask("STARTTLS"))  # before EHLO
        peer.offers()
        expect("501 5.5.4", peer.ask("STARTTLS now"))
        expect("250 2.0.0", peer.starttls().ask("NOOP"))

    def test_everything_said_before_is_forgotten(self):
        """RFC 3207 section 4.2."""
        for service in SERVICES:
            peer = self.connect(service).greet()
            if service == "listen":
                expect("250 2.1.0", peer.ask("MAIL FROM:<alice@example.org>"))
                expect("250 2.1.5", peer.ask("RCPT TO:<bob@example.org>"))
            peer.starttls()
            expect("503 5.5.1", peer.ask("DATA"))
            expect("503 5.5.1", peer.ask("RCPT TO:<bob@example.org>"))
            expect("503 5.5.1", peer.ask("MAIL FROM:<alice@example.org>"))  # EHLO comes first, again

    def test_commands_injected_behind_starttls(self):
        """CVE-2011-0411: in the segment of STARTTLS. None is carried out, in clear or under TLS."""
        for service in SERVICES:
            for injected in (b"N", b"NOOP\r\n", b"RSET\r\nNOOP\r\n", b"EHLO x\r\n" + INJECTED, b"\r\n", b"\n", b"\0",
                             HALF_HELLO, b"x" * 3000):
                with self.subTest(service=service, injected=injected[:20]):
                    peer = self.connect(service).greet()
                    peer.send(b"STARTTLS\r\n" + injected)
                    expect("421 4.7.0", peer.reply())
                    self.assertIsNone(peer.reply())

    def test_commands_that_come_instead_of_a_handshake(self):
        """The same a moment later: behind the 220 they are no handshake, and it is over."""
        for service in SERVICES:
            for injected in (b"NOOP\r\n", b"EHLO x\r\n" + INJECTED):
                peer = self.connect(service).greet()
                expect("220 2.0.0", peer.ask("STARTTLS"))
                peer.send(injected)
                self.assertNotIn(b"250", to_the_end(peer))
        self.is_served()

    def test_injected_in_the_handshakes_own_segment(self):
        """In clear right behind what the handshake sends: the first record that is none ends it."""
        for service in SERVICES:
            peer = self.connect(service).greet()
            expect("220 2.0.0", peer.ask("STARTTLS"))
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = client_tls().wrap_bio(incoming, outgoing, server_hostname="mail.example.org")
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            peer.send(outgoing.read() + b"EHLO x\r\n" + INJECTED)
            to_the_end(peer)
        self.is_served()


class Growth(Tls):
    def raw(self, service):
        """A connection on which the server waits for a ClientHello."""
        peer = Peer(HOSTS[service], self.server.ports[HOSTS[service]])
        if service != "submissions":
            expect("220 2.0.0", peer.greet().ask("STARTTLS"))
        return peer

    def test_nothing_grows(self):
        if is_sanitized():
            self.skipTest("a sanitizer keeps freed memory")

        def play(count):
            for number in range(count):
                peer = self.raw(("submission", "submissions")[number % 2])
                with contextlib.suppress(OSError):
                    peer.send(GARBAGE[number // 2 % len(GARBAGE)])
                if number % 5 == 0:
                    reset(peer)
                else:  # and it waits for the server, so that never many are under way at once
                    with contextlib.suppress(OSError):
                        peer.end()
                    to_the_end(peer)
                    peer.close()
            for _ in range(20):
                self.is_served()

        play(300)
        before = self.server.memory()
        play(900)
        after = self.server.memory()
        print("resident: %d KiB after 300 handshakes that failed, %d KiB after 900 more" % (before, after))
        self.assertLess(after - before, 512)


if __name__ == "__main__":
    unittest.main()
