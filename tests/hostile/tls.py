"""TLS itself under attack: garbage, handshakes that stop half way or never hurry, crowds of them, old versions, weak
ciphers, renegotiation, connections that are cut. Against smtpd on 587 (STARTTLS) and 465 (TLS at once).
"""
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from smtpd import BUILD, PATIENCE, SERVICES, Peer, Smtpd, client_tls, expect

AUTHORITY = BUILD / "lab" / "tls" / "ca.pem"
PORTS = ("submission", "submissions")
CROWD = 200


def client_hello():
    """What a client says first, as it is on the wire."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client_tls().wrap_bio(incoming, outgoing, server_hostname="mail.example.org")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


HELLO = client_hello()


def record(kind, content, version=b"\x03\x03", length=None):
    """RFC 8446 section 5.1."""
    return bytes([kind]) + version + (len(content) if length is None else length).to_bytes(2, "big") + content


GARBAGE = {
    "text": b"EHLO client.example.org\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: mail.example.org\r\n\r\n",
    "zeros": b"\0" * 4096,
    "ones": b"\xff" * 4096,
    "SSLv2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01" * 37,
    "data first": record(23, b"x" * 100),
    "alert first": record(21, b"\x02\x28"),
    "close_notify first": record(21, b"\x01\x00"),
    "empty records": record(22, b"") * 1000,
    "a record too long": record(22, b"x" * 20000, length=20000),
    "a record of 64 KiB": record(22, b"x" * 65535),
    "a message of 16 MiB": record(22, b"\x01\xff\xff\xff" + b"x" * 16000) * 20,
    "the wrong message": record(22, b"\x02" + HELLO[6:]),
    "no versions": record(22, b"\x01\x00\x00\x2b\x03\x03" + b"r" * 32 + b"\0\0\x02\x13\x01\x01\0\0\0"),
    "hello twice": HELLO + HELLO,
    "hello in bits": HELLO[:5] + bytes(byte ^ 0x10 for byte in HELLO[5:]),
    "hello and text": HELLO + b"MAIL FROM:<alice@example.org>\r\n",
}


def to_the_end(peer):
    """What still comes until the server closes, in order or with RST."""
    octets = b""
    try:
        while more := peer.socket.recv(65536):
            octets += more
    except ConnectionResetError:
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
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        for peer in self.peers:
            peer.close()

    def connect(self, port):
        """A peer, in clear, that may begin with its handshake."""
        peer = self.open(port)
        if port == "submission":
            expect("220 2.0.0", peer.greet().ask("STARTTLS"))
        return peer

    def open(self, port, source="127.0.0.1"):
        peer = Peer(SERVICES[port], self.server.ports[SERVICES[port]], source)
        self.peers.append(peer)
        return peer

    def is_served(self):
        """An honest client gets through, on each port, and does not wait."""
        began = time.monotonic()
        for port in PORTS:
            peer = self.connect(port).secure()
            if port == "submissions":
                expect("220", peer.reply())
            peer.offers()
            expect("221 2.0.0", peer.ask("QUIT"))
            self.assertEqual(peer.socket.recv(10), b"")
            peer.close()
        self.assertLess(time.monotonic() - began, PATIENCE / 2)

    def openssl(self, port, *options, said=""):
        """openssl s_client: what it shows."""
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not installed: ./kit setup")
        where = "%s:%d" % (SERVICES[port], self.server.ports[SERVICES[port]])
        starttls = ["-starttls", "smtp"] if port == "submission" else []
        done = subprocess.run(["openssl", "s_client", "-connect", where, "-CAfile", AUTHORITY,
                               "-verify_hostname", "mail.example.org", *starttls, *options],
                              input=said, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False)
        return done.stdout + done.stderr


class Handshakes(Tls):
    def test_what_is_no_handshake_ends_it(self):
        for port in PORTS:
            for name, octets in GARBAGE.items():
                with self.subTest(port=port, garbage=name):
                    peer = self.connect(port)
                    try:
                        peer.send(octets)
                        peer.end()
                    except (BrokenPipeError, ConnectionResetError, OSError):
                        pass  # it had heard enough
                    self.assertNotRegex(to_the_end(peer), rb"(?m)^[2-5][0-9][0-9][ -]")
                    peer.close()
        self.is_served()

    def test_old_versions_are_refused(self):
        for port in PORTS:
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
                context = client_tls()
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = version
                with self.assertRaisesRegex(ssl.SSLError, "PROTOCOL_VERSION|protocol version"):
                    self.connect(port).secure(context)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = client_tls()
                context.minimum_version = context.maximum_version = version
                peer = self.connect(port).secure(context)
                self.assertEqual(peer.socket.version(), {771: "TLSv1.2", 772: "TLSv1.3"}[version])
        self.is_served()

    def test_weak_ciphers_are_refused(self):
        for ciphers in ("AES128-GCM-SHA256:AES256-SHA", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384",
                        "3DES", "ADH:AECDH:@SECLEVEL=0", "eNULL:@SECLEVEL=0"):
            context = client_tls()
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            try:
                context.set_ciphers(ciphers)
            except ssl.SSLError:
                continue  # this OpenSSL does not even know them
            with self.subTest(ciphers=ciphers), self.assertRaisesRegex(ssl.SSLError, "HANDSHAKE_FAILURE|handshake"):
                self.connect("submissions").secure(context)

    def test_nobody_renegotiates(self):
        """R, typed, asks for it. There is no second handshake, so no certificate is looked at for the second time."""
        shown = self.openssl("submissions", "-tls1_2", said="R\n")
        self.assertIn("RENEGOTIATING", shown)
        self.assertEqual(shown.count("depth=0"), 1, shown)
        self.is_served()

    def test_sessions_are_resumed(self):
        for version in ("-tls1_2", "-tls1_3"):
            ticket = self.server.directory / ("ticket" + version)
            first = self.openssl("submissions", version, "-sess_out", ticket, "-ign_eof", said="QUIT\r\n")
            self.assertRegex(first, r"(?m)^New, TLSv1\.[23], Cipher is")
            again = self.openssl("submissions", version, "-sess_in", ticket, "-ign_eof", said="QUIT\r\n")
            self.assertRegex(again, r"(?m)^Reused, TLSv1\.[23], Cipher is")


class Time(Tls):
    options = ("smtpd.idle=1s",)

    def test_half_a_handshake_ends_in_time(self):
        """However it is divided: nothing said, half a ClientHello, all of it and no Finished, a byte now and then."""
        for port in PORTS:
            halves = [(b"", False), (HELLO[:100], False), (HELLO, False), (HELLO, True)]
            peers = [self.connect(port) for _ in halves]
            began = time.monotonic()
            for peer, (octets, slowly) in zip(peers, halves):
                peer.send(octets if not slowly else octets[:1])
            drip, at = peers[-1], 1
            drip.socket.settimeout(0.05)
            try:
                while time.monotonic() - began < PATIENCE:
                    drip.send(HELLO[at:at + 1])
                    at += 1
                    try:
                        if drip.socket.recv(100) == b"":
                            break
                    except TimeoutError:
                        continue
            except (BrokenPipeError, ConnectionResetError):
                pass
            for peer in peers[:-1]:
                to_the_end(peer)
            took = time.monotonic() - began
            self.assertGreater(took, 0.9)
            self.assertLess(took, 6)  # a second, and two more to close
        self.is_served()

    def test_a_stop_does_not_wait_for_handshakes(self):
        peers = [self.connect(port) for port in PORTS]
        for peer in peers:
            peer.send(HELLO[:50])
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 4)


class Crowd(Tls):
    def test_half_open_handshakes_do_not_stop_others(self):
        for number in range(CROWD):
            peer = self.open(PORTS[number % 2], "127.0.0.%d" % (1 + number % 100))
            if PORTS[number % 2] == "submission":
                peer.send(b"EHLO client.example.org\r\nSTARTTLS\r\n" if number % 4 else b"")
            else:
                peer.send(HELLO[:number])
        for _ in range(5):
            self.is_served()


class Ends(Tls):
    def test_a_cut_is_no_end(self):
        """FIN without close_notify in the middle of what a client says: nothing of it counts (RFC 8446 section 6.1)."""
        for port in PORTS:
            peer = self.connect(port).secure()
            if port == "submissions":
                expect("220", peer.reply())
            peer.offers()
            peer.send(b"AUTH PLAI")
            raw = socket.socket(fileno=peer.socket.detach())
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(PATIENCE)
            while raw.recv(1000):
                pass
            raw.close()
        self.assertEqual(self.server.log().count("it ended without TLS's close_notify"), len(PORTS))
        self.is_served()

    def test_a_tampered_record_ends_it(self):
        for port in PORTS:
            peer = self.connect(port).secure()
            if port == "submissions":
                expect("220", peer.reply())
            peer.offers()
            raw = socket.socket(fileno=peer.socket.detach())
            raw.settimeout(PATIENCE)
            raw.sendall(record(23, b"\0" * 40))
            octets = b""
            while more := raw.recv(1000):
                octets += more
            self.assertEqual(octets[-24:-19], record(23, b"", length=19))  # an alert, encrypted
            raw.close()
        self.assertEqual(self.server.log().count("bad record mac"), len(PORTS))
        self.is_served()

    def test_keys_are_logged_for_nobody(self):
        self.is_served()
        self.assertEqual(sorted(path.name for path in self.server.directory.rglob("*key*")), [])


if __name__ == "__main__":
    unittest.main()
