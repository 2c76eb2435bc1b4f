"""What a program must be able to do when it submits mail: AUTH PLAIN and LOGIN, under STARTTLS and implicit TLS.

    class Curl(submission.Submission):
        def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False): ...

send() lets the program deliver LETTER from alice to bob over mail.example.org: `tls` is "starttls" (port 587)
or "tls" (port 465). It returns what the program said. The tests run in the lab network, where that name exists.
"""
import unittest

from support import BUILD, LETTER, Delivery

import network
from smtpd import HOSTNAME, PASSWORD, Smtpd  # noqa: F401

network.enter()

CA = str(BUILD / "lab/tls/ca.pem")
USER = "alice@example.org"
PORTS = {"starttls": 587, "tls": 465}


class Submission(Delivery):
    """The tests; `send` is the program's."""

    REFUSES = ("expired", "self-signed", "wrong-host")  # the certificates that the program notices

    def setUp(self):
        self.start("mail")

    def start(self, certificate):
        """A server with one of the lab's certificates."""
        path = BUILD / "lab/tls" / certificate
        self.server = Smtpd(tls=True, options=(
            "smtpd.submission=127.0.0.2:587", "smtpd.submissions=127.0.0.2:465", "smtpd.auth-delay=0",
            "mail.certificate=%s.pem" % path, "mail.key=%s.key" % path))
        self.server.__enter__()
        self.addCleanup(self._end)

    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        raise NotImplementedError

    def each(self, test):
        """Calls test(tls, mechanism) for each way to submit, with an empty mailbox."""
        for tls in PORTS:
            for mechanism in ("PLAIN", "LOGIN"):
                with self.subTest(tls=tls, mechanism=mechanism):
                    test(tls, mechanism)
                for path in (self.server.mailbox("bob") / "new").glob("*"):
                    path.unlink()

    def test_submits(self):
        self.each(self.submits)

    def submits(self, tls, mechanism):
        before = len(self.server.log())
        self.send(tls, mechanism)
        self.assert_delivered(LETTER)
        # RFC 3848: S for TLS, A for AUTH.
        self.assertRegex(self.message(), rb"(?m)^\s+(by \S+ )?with (ESMTP|UTF8SMTP)SA\b")
        self.assertIn("login user=%s mechanism=%s" % (USER, mechanism), self.server.log()[before:])

    def test_wrong_password(self):
        self.each(self.refuses_password)

    def refuses_password(self, tls, mechanism):
        before = len(self.server.log())
        self.send(tls, mechanism, password="guessed", fails=True)
        self.assertEqual(self.server.messages("bob"), [])
        said = self.server.log()[before:]
        self.assertIn("login failed user=%s" % USER, said)
        self.assertNotIn("guessed", said)

    def test_unknown_authority(self):
        # The system trusts many, but nobody who vouches for the lab.
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.refuses(tls, ca=self.path("other.pem", (BUILD / "lab/tls/self-signed.pem").read_bytes()))

    def test_wrong_certificates(self):
        for certificate in self.REFUSES:
            self.server.stop()
            self.start(certificate)
            for tls in PORTS:
                with self.subTest(certificate=certificate, tls=tls):
                    self.refuses(tls)

    def refuses(self, tls, **how):
        """The program goes no further than the handshake: no password, no letter."""
        self.assertRegex(self.send(tls, "PLAIN", fails=True, **how), "(?i)certificate")
        self.assertNotIn("login", self.server.log())
        self.assertEqual(self.server.messages("bob"), [])


def main():
    """Runs the tests of the program."""
    unittest.main(verbosity=2)
