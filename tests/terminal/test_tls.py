"""/tls on a terminal: TLS begun by hand, and the certificate for a person to read."""
import re
import ssl
import subprocess
import unittest

from console import BUILD, ENTER, PATIENCE, ConsoleTest

CERTIFICATES = BUILD / "lab/tls"


class Tls(ConsoleTest):
    def begin(self, *options, **more):
        return self.connect("smtp", *options, SSL_CERT_FILE=str(CERTIFICATES / "ca.pem"), **more)

    def greet(self, terminal):
        self.server.says(b"220 mail.example.org ready\r\n")
        terminal.shows("smtp>")
        self.type(terminal, "/explain off")
        terminal.shows("smtp> /explain off", "smtp>")

    @staticmethod
    def type(terminal, line):
        terminal.type(line + ENTER)

    def shake_hands(self, certificate, version=ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = version
        context.load_cert_chain(CERTIFICATES / (certificate + ".pem"), CERTIFICATES / (certificate + ".key"))
        self.server.connection = context.wrap_socket(self.server.connection, server_side=True)

    def ask_for_tls(self, terminal):
        self.greet(terminal)
        self.type(terminal, "STARTTLS")
        self.server.hears(b"STARTTLS\r\n")
        self.server.says(b"220 go on\r\n")
        terminal.shows("smtp> STARTTLS", "220 go on",
                       "  /tls begins the handshake; anything else goes out in clear", "smtp>")
        self.type(terminal, "/tls")

    def leave(self, terminal):
        self.type(terminal, "QUIT")
        self.server.hears(b"QUIT\r\n")
        self.server.says(b"221 bye\r\n")
        self.server.connection = self.server.connection.unwrap()  # close_notify both ways
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def shows_certificate(self, terminal, cipher):
        terminal.shows("smtp>")
        lines = terminal.screen.lines()[-7:]
        self.assertEqual(lines[0], "  " + cipher)
        self.assertEqual(lines[1], "  subject  CN=mail.example.org")
        self.assertEqual(lines[2], "  issuer   O=Mailwire, CN=Mailwire Lab Intermediate")
        self.assertTrue(re.fullmatch(r"  valid    from 20\d\d-\d\d-\d\d \d\d:\d\d to 20\d\d-\d\d-\d\d \d\d:\d\d UTC",
                                     lines[3]), lines[3])
        self.assertEqual(lines[4], "  names    mail.example.org, 127.0.0.2, localhost, 127.0.0.1, ::1")
        self.assertEqual(lines[5], "  chain    mail.example.org, Mailwire Lab Intermediate, Mailwire Lab CA")

    def test_begins_tls_after_the_220(self):
        terminal = self.begin()
        self.ask_for_tls(terminal)
        self.shake_hands("mail")
        terminal.until(lambda: any(line.startswith("  chain ") for line in terminal.screen.lines()), "the chain")
        self.shows_certificate(terminal, "TLSv1.3, TLS_AES_256_GCM_SHA384")
        self.assertEqual(terminal.screen.lines()[-8],
                         "  TLS begins; what was said in clear is forgotten: EHLO again")
        # The server's session tickets have made the socket readable, with nothing in it to read.
        self.type(terminal, "NOOP")
        self.server.hears(b"NOOP\r\n")
        self.server.says(b"250 ok\r\n")
        terminal.shows("smtp> NOOP", "250 ok", "smtp>")
        self.server.says(b"421 not for long\r\n")  # out of turn, under TLS
        terminal.shows("421 not for long")
        self.assertEqual(terminal.end(), 1)

    def test_shows_the_certificate_again(self):
        terminal = self.begin("--tls")
        self.shake_hands("mail", ssl.TLSVersion.TLSv1_2)
        self.greet(terminal)
        self.assertRegex(terminal.screen.lines()[0], r"^  connected to 127.0.0.1 port \d+, TLSv1.2 ECDHE-")
        self.type(terminal, "/tls")
        terminal.until(lambda: any(line.startswith("  chain ") for line in terminal.screen.lines()), "the chain")
        self.shows_certificate(terminal, "TLSv1.2, ECDHE-ECDSA-AES256-GCM-SHA384")
        self.leave(terminal)

    def test_says_how_to_get_there(self):
        terminal = self.begin()
        self.greet(terminal)
        self.type(terminal, "/tls")
        terminal.shows("smtp> /tls", "  nothing is encrypted: STARTTLS asks for it, if the server offers it; "
                       "/tls behind its 220", "smtp>")
        # A 220 that answered something else does not count, nor does an older one.
        self.type(terminal, "NOOP")
        self.server.hears(b"NOOP\r\n")
        self.server.says(b"220 ok\r\n")
        terminal.shows("220 ok", "smtp>")
        self.type(terminal, "/tls")
        terminal.until(lambda: "\n".join(terminal.screen.lines()).count("nothing is encrypted") == 2, "the remark")
        self.type(terminal, "QUIT")
        self.server.hears(b"QUIT\r\n")
        self.server.says(b"221 bye\r\n")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def test_ends_when_the_server_goes_on_in_clear(self):
        terminal = self.begin()
        self.greet(terminal)
        self.type(terminal, "STARTTLS")
        self.server.hears(b"STARTTLS\r\n")
        self.server.says(b"220 go on\r\n250 what somebody slipped in\r\n")
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-2:], [
            "250 what somebody slipped in", "smtp: the server went on in clear where TLS must begin"])

    def test_ends_when_the_certificate_is_not_believed(self):
        terminal = self.begin()
        self.ask_for_tls(terminal)
        with self.assertRaises(ssl.SSLError):
            self.shake_hands("self-signed")
        self.server.connection.close()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-1], "smtp: the certificate is self-signed: nobody vouches for it")

    def test_says_what_makes_no_sense(self):
        for options, status, words in (
                (("--tls", "--starttls"), 2, "--tls and --starttls are two ways to the same: take one"),
                (("--ca", ""), 2, "--ca needs the name of a file"),
                (("--tls", "--ca", "no-such-file.pem"), 1, "cannot read the certificates in no-such-file.pem")):
            with self.subTest(options=options):
                ran = subprocess.run([str(BUILD / "bin/smtp"), *options, "127.0.0.1", self.server.port()],
                                     stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                                     check=False)
                self.assertEqual(ran.returncode, status)
                self.assertIn("smtp: " + words, ran.stderr)


if __name__ == "__main__":
    unittest.main()
