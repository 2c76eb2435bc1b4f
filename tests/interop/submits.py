"""What our smtp client must be able to do at a server that we have not written: AUTH PLAIN and LOGIN, under
STARTTLS and implicit TLS; and what it must refuse.

    class ToPostfix(submits.Submits):
        def serve(self, certificate="mail", mechanisms="PLAIN LOGIN"): ...

serve() starts a server for mail.example.org (127.0.0.2, ports 587 and 465) that takes mail for bob@example.org
from alice@example.org, whose password is PASSWORD, and from nobody who has not logged in; with one of the lab's
certificates. It gives what has log_text(), and store("bob"), a Maildir. The tests run in the lab network.
"""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BUILD, LETTER, PATIENCE, environment

import network
from watch import Watch

SMTP = str(BUILD / "bin" / "smtp")
TLS = BUILD / "lab/tls"
HOST, ADDRESS = "mail.example.org", "127.0.0.2"
PORTS = {"--starttls": 587, "--tls": 465}
PASSWORD = 'p ä"ss\\wörd'  # what a base64 of its own must carry unharmed

# What smtp says of each certificate.
REFUSALS = {
    "expired": "the certificate expired on",
    "wrong-host": "the certificate is for www.example.org, not for mail.example.org",
    "self-signed": "the certificate is self-signed",
}


def enter():
    """Into the lab network; to be called before any test."""
    network.enter(several_users=True)


def certificate_files(certificate):
    """{name: bytes} of the chain and the key."""
    return {"chain.pem": (TLS / (certificate + ".pem")).read_bytes(), "key.pem": (TLS / (certificate + ".key")).read_bytes()}


class Submits(unittest.TestCase):
    """The tests."""

    def setUp(self):
        self.files = Path(tempfile.mkdtemp(prefix="submits.", dir=BUILD / "tests"))
        self.addCleanup(shutil.rmtree, self.files)
        self.files.chmod(0o755)

    def serve(self, certificate="mail", mechanisms="PLAIN LOGIN"):
        raise NotImplementedError

    def run_inside(self, server):
        """Starts a server that ends with the test."""
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def smtp(self, tls, *options, password=PASSWORD, ca="ca"):
        """What our client said, and its status."""
        (self.files / "letter.eml").write_text(LETTER, encoding="utf-8")
        (self.files / "password").write_text(password + "\n", encoding="utf-8")
        command = [SMTP, "--name", "client.example.org", tls, "--ca", str(TLS / (ca + ".pem")), *options,
                   "--auth", "alice@example.org", "--password-file", str(self.files / "password"), HOST, str(PORTS[tls]),
                   "--from", "alice@example.org", "--to", "bob@example.org", str(self.files / "letter.eml")]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment(self.files), timeout=PATIENCE, check=False)
        said = done.stdout.decode(errors="replace")
        self.assertNotIn(PASSWORD, said)
        return said, done.returncode

    def stored(self, server):
        return [path.read_bytes() for path in (server.store("bob") / "new").iterdir()]

    def delivers(self, server, tls, *options):
        with Watch(server.store("bob")) as bob:
            said, status = self.smtp(tls, *options)
            self.assertEqual(status, 0, said + server.log_text())
            self.assertTrue(bob.wait_for(1, PATIENCE), server.log_text())
        message, = self.stored(server)
        self.assertTrue(message.endswith(LETTER.partition("\n\n")[2].encode()), message[-300:])
        self.assertRegex(message, rb"with (ESMTPSA|esmtpsa)\b")  # RFC 3848
        for path in (server.store("bob") / "new").iterdir():
            os.unlink(path)

    def test_plain(self):
        server = self.serve()
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.delivers(server, tls)

    def test_login(self):
        # The server offers nothing else, and so the client chooses it by itself.
        server = self.serve(mechanisms="LOGIN")
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.delivers(server, tls)

    def test_wrong_password(self):
        server = self.serve()
        for tls in PORTS:
            with self.subTest(tls=tls):
                said, status = self.smtp(tls, password="guessed")
                self.assertEqual(status, 1, said)
                self.assertIn("535", said)
                self.assertNotIn("guessed", said)
                self.assertEqual(self.stored(server), [])

    def test_wrong_certificates(self):
        for certificate, words in REFUSALS.items():
            server = self.serve(certificate)
            for tls in PORTS:
                with self.subTest(certificate=certificate, tls=tls):
                    said, status = self.smtp(tls)
                    self.assertEqual(status, 1, said)
                    self.assertIn(words, said)
                    self.assertEqual(self.stored(server), [])
            self.doCleanups()
            self.setUp()

    def test_unknown_authority(self):
        self.serve()
        for tls in PORTS:
            said, status = self.smtp(tls, ca="self-signed")
            self.assertEqual(status, 1, said)
            self.assertIn("issuer is not trusted", said)


def main():
    """Runs the tests of the server."""
    unittest.main(verbosity=2)
