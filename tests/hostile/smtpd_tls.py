"""TLS from a peer that does not mean well: commands injected around STARTTLS, handshakes that are garbage or
never end, crowds of them. Nothing said in clear is carried out under TLS, and honest clients are served meanwhile.
"""
import contextlib
import os
import socket
import ssl
import struct
import subprocess
import unittest

from smtpd import BUILD, SERVICES as HOSTS, Peer, Smtpd, client_tls, expect

SERVICES = ("listen", "submission")  # those that begin in clear
INJECTED = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: injected\r\n\r\nx\r\n.\r\n"

# A ClientHello as far as its record's header: 512 bytes of it are promised.
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32
GARBAGE = (
    b"QUIT\r\n",
    b"GET / HTTP/1.1\r\nHost: mail.example.org\r\n\r\n",
    b"EHLO x\r\n" + INJECTED,
    b"\x16\x03\x01\x00\x00",  # a record of nothing
    b"\x16\x03\x01\xff\xff" + b"x" * 65535,
    b"\x15\x03\x01\x00\x02\x02\x28",  # an alert: handshake_failure
    b"\x17\x03\x03\x00\x10" + b"\0" * 16,  # application data
    b"\x14\x03\x03\x00\x01\x01",  # ChangeCipherSpec
    b"\x80\x2e\x01\x00\x02" + b"\0" * 41,  # SSL 2
    b"\0" * 10000,
    b"\xff" * 10000,
    os.urandom(65536),
    HALF_HELLO + b"\xff" * 500,
    b"\x16\x03\x01\x00\x04\x01\xff\xff\xff" + b"\x16\x03\x01\x40\x00" + b"x" * 16384 * 20,  # 16 MiB promised
)
HALVES = (b"", b"\x16", b"\x16\x03\x01\x02\x00", HALF_HELLO)  # and then silence


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
    options = ()

    def setUp(self):
        self.server = Smtpd(options=self.options, tls=True).start()
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


class Handshakes(Tls):
    options = ("smtpd.handshake=2s",)

    def raw(self, service):
        """A connection on which the server waits for a ClientHello."""
        peer = Peer(HOSTS[service], self.server.ports[HOSTS[service]])
        self.peers.append(peer)
        if service != "submissions":
            expect("220 2.0.0", peer.greet().ask("STARTTLS"))
        return peer

    def hello(self, context=None):
        """The bytes of a true ClientHello."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = (context or client_tls()).wrap_bio(incoming, outgoing, server_hostname="mail.example.org")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()

    def test_garbage(self):
        for service in (*SERVICES, "submissions"):
            for garbage in GARBAGE:
                with self.subTest(service=service, garbage=garbage[:20]):
                    peer = self.raw(service)
                    try:
                        peer.send(garbage)
                        peer.end()
                    except OSError:
                        pass  # the server has seen enough
                    answer = to_the_end(peer)
                    self.assertTrue(answer == b"" or answer[0] == 0x15, answer[:50])  # an alert, if anything
                    peer.close()
        self.is_served()

    def test_half_a_handshake_ends(self):
        peers = [(self.raw(service), half) for service in (*SERVICES, "submissions") for half in (*HALVES, self.hello())]
        for peer, half in peers:
            peer.send(half)
        self.is_served()
        for peer, _ in peers:
            to_the_end(peer)  # the server closes: smtpd.handshake
            peer.close()
        self.assertIn("no TLS: nothing came for 2 seconds", self.server.log())

    def test_a_byte_now_and_then_is_no_way_out(self):
        peer, hello = self.raw("submissions"), self.hello()
        peer.socket.settimeout(0.1)
        with contextlib.suppress(ConnectionError):
            for i in range(len(hello) - 1):
                peer.send(hello[i : i + 1])
                with contextlib.suppress(TimeoutError):
                    self.assertEqual(peer.socket.recv(1), b"")
                    return
            self.fail("a handshake of %d bytes, one each 0.1 seconds, was waited for" % len(hello))

    def test_two_hundred_at_once(self):
        """Half-open handshakes; an honest client gets through while they are there, and none is left behind."""
        crowd = [self.raw("submissions") for _ in range(100)]
        crowd += [self.raw("submission") for _ in range(100)]
        hello = self.hello()
        for number, peer in enumerate(crowd):
            peer.send((b"", HALF_HELLO, hello)[number % 3])
        self.is_served()
        for peer in crowd:
            to_the_end(peer)
            peer.close()
        self.is_served()

    def test_a_stop_does_not_wait_for_them(self):
        server = Smtpd(options=("smtpd.handshake=60s", "smtpd.stop=50s"), tls=True).start()
        self.addCleanup(server.remove)
        peers = []
        for service in (*SERVICES, "submissions"):
            peer = Peer(HOSTS[service], server.ports[HOSTS[service]])
            self.peers.append(peer)
            peers.append(peer)
            if service != "submissions":
                expect("220 2.0.0", peer.greet().ask("STARTTLS"))
            peer.send(HALF_HELLO)
        self.assertEqual(server.stop(), 0, server.log()[-3000:])  # nothing had to be cut
        self.assertNotIn("had to be cut", server.log())

    def test_hung_up_at_every_byte_of_the_hello(self):
        hello = self.hello()
        for count in range(0, len(hello) + 1, 3):
            for service in ("submission", "submissions"):
                peer = self.raw(service)
                peer.send(hello[:count])
                reset(peer) if count % 2 else peer.close()
        self.is_served()

    def test_old_versions(self):
        """Nothing below TLS 1.2 (RFC 8996)."""
        for service in (*SERVICES, "submissions"):
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
                context = client_tls()
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = version
                with self.assertRaises(ssl.SSLError):
                    self.raw(service).secure(context)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                peer = self.raw(service).secure(client_tls(minimum_version=version, maximum_version=version))
                if service == "submissions":
                    expect("220", peer.reply())
                expect("250", peer.ask("EHLO client.example.org"))

    def test_renegotiation(self):
        """A client that wants to begin anew under TLS 1.2 (CVE-2009-3555, CVE-2011-1473) is told no."""
        host = HOSTS["submissions"]
        client = subprocess.Popen(
            ["openssl", "s_client", "-tls1_2", "-crlf", "-connect", "%s:%d" % (host, self.server.ports[host])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.addCleanup(client.kill)
        said = b""
        while b"ESMTP Mailwire" not in said:
            more = client.stdout.read1()
            self.assertTrue(more, said)
            said += more
        client.stdin.write(b"R\n")  # s_client's own command: renegotiate
        client.stdin.flush()
        while more := client.stdout.read1():
            said += more
        client.stdin.close()
        self.assertIn(b"no renegotiation", said)
        self.is_served()

    def test_nothing_grows(self):
        if is_sanitized():
            self.skipTest("a sanitizer keeps freed memory")
        hello = self.hello()

        def play(count):
            for number in range(count):
                peer = self.raw(("submission", "submissions")[number % 2])
                with contextlib.suppress(OSError):
                    peer.send((GARBAGE[number % len(GARBAGE)], HALF_HELLO, hello)[number // 2 % 3])
                if number % 5 == 0:
                    reset(peer)
                else:  # and it waits for the server, so that never many are under way at once
                    with contextlib.suppress(OSError):
                        peer.end()
                    to_the_end(peer)
                    peer.close()
                self.peers.pop()
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
