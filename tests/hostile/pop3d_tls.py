"""STLS and POP3S (RFC 2595): what is injected behind STLS is neither carried out in clear nor under TLS, whoever breaks
the handshake is gone, and the next one is served."""
import ssl
import unittest

from pop3d import PASSWORD, SERVICES, Peer, Pop3d, plain, refused
from smtpd import client_tls

INJECTED = b"USER bob\r\nPASS " + PASSWORD.encode() + b"\r\nDELE 1\r\nQUIT\r\n"
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
LETTER = b"Subject: x\n\nx\n"


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
        self.server = Pop3d(tls=True).start()
        self.peers = []
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)
        self.server.put("bob", LETTER)

    def stop(self):
        for peer in self.peers:
            peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.messages("bob"), [LETTER])

    def keep(self, peer):
        self.peers.append(peer)
        return peer

    def connect(self, service="listen"):
        return self.keep(self.server.connect(service))

    def is_served(self):
        self.connect("pop3s").login("bob").quit()
        self.connect().greet().stls().login("bob", greeting=False).quit()

    def test_both(self):
        self.is_served()
        peer = self.connect().greet()
        peer.bad("STLS now")
        peer.stls().bad("STLS")
        self.connect("pop3s").greet().bad("STLS")
        self.assertEqual(self.server.log().count("tls=TLSv1.3"), 4)

    def test_injected_behind_stls(self):
        for injected in (b"N", b"NOOP\r\n", INJECTED, b"\r\n", b"\n", b"\0", HALF_HELLO, b"x" * 3000):
            with self.subTest(injected=injected[:20]):
                peer = self.connect().greet()
                peer.send(b"STLS\r\n" + injected)
                refused(peer.reply())
                self.assertIsNone(peer.reply())
        self.is_served()

    def test_commands_instead_of_a_handshake(self):
        for injected in (b"NOOP\r\n", INJECTED):
            peer = self.connect().greet()
            peer.good("STLS")
            peer.send(injected)
            self.assertNotIn(b"+OK", to_the_end(peer))
        self.is_served()

    def test_injected_in_the_handshakes_own_segment(self):
        peer = self.connect().greet()
        peer.good("STLS")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_tls().wrap_bio(incoming, outgoing, server_hostname="mail.example.org")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        peer.send(outgoing.read() + INJECTED)
        self.assertNotIn(b"+OK", to_the_end(peer))
        self.is_served()

    def test_login_in_clear_is_forgotten(self):
        peer = self.connect().greet()
        peer.good("USER bob")
        peer.stls()
        peer.bad("PASS " + PASSWORD)
        peer.bad("STAT")
        peer.good("AUTH PLAIN " + plain("bob"))
        peer.quit()

    def test_half_handshakes(self):
        for leave in (lambda peer: peer.close(), lambda peer: (peer.end(), to_the_end(peer))):
            for said in (b"", b"\x16", HALF_HELLO, b"\x15\x03\x01\x00\x02\x02\x28",
                         b"\x16\x03\x01\x40\x01" + b"\0" * 100, b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000):
                peer = self.connect().greet()
                peer.good("STLS")
                peer.send(said)
                leave(peer)
                peer = self.keep(Peer(SERVICES["pop3s"], self.server.ports[SERVICES["pop3s"]]))
                peer.send(said)
                leave(peer)
        self.is_served()

    def test_a_handshake_that_never_ends(self):
        self.server.stop()
        self.server.command += ["-o", "pop3d.handshake=1s"]
        self.server.start()
        waiting = [self.connect().greet(), self.keep(Peer(SERVICES["pop3s"], self.server.ports[SERVICES["pop3s"]]))]
        waiting[0].good("STLS")
        for peer in waiting:
            peer.send(HALF_HELLO)
        self.is_served()
        for peer in waiting:
            self.assertNotIn(b"+OK", to_the_end(peer))


if __name__ == "__main__":
    unittest.main()
