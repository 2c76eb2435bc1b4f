"""What a program must be able to do when it fetches mail by POP3: in clear, after STLS, under TLS at once.

    class Mpop(retrieval.Retrieval):
        def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False): ...

fetch() lets the program fetch bob's mail from mail.example.org: `way` is "clear", "stls" (both port 110) or "tls"
(port 995); with `keep` it leaves there what it has fetched. It puts each message into self.fetched, as bytes with
lines that end in LF, and returns what the program said. See maildrop.py for the server.
"""
import collections
import os
import unittest
from pathlib import Path

import maildrop
from maildrop import CA, PORTS, TLS, USER  # noqa: F401
from smtpd import HOSTNAME, PASSWORD  # noqa: F401
from support import HEADER, LETTER, Delivery

maildrop.enter()

# Each is awkward in another way. What ends in the middle of a line gets its end from the server.
DELIVERED = {
    "letter": LETTER,
    "dots": HEADER + "\n.\n..\n.x\n\n.\n",
    "blank lines": HEADER + "\n\n\nx\n\n\n",
    "megabyte": HEADER + "\n" + "Satır satır, bir megabayt: ı ç ş ğ ü ö İ.\n" * 25000,
}
PUT = {
    "no line end": HEADER.encode() + b"\nthe last line has no end",
    "dot at the end": HEADER.encode() + b"\nthe last line is a dot\n.",
    "CR LF": HEADER.replace("\n", "\r\n").encode() + b"\r\nlines as on the wire\r\n.\r\n",
    "long line": HEADER.encode() + b"\n" + b"x" * 20000 + b"\n",
    "no body": HEADER.encode(),
    "empty": b"",
    "bytes": HEADER.replace("utf-8", "iso-8859-9").encode() + b"\n" + bytes(range(128, 256)) + b"\n",
}


def lines(octets):
    """As it is fetched: the last line has an end, and in all of them it is LF. Nothing at all is one empty line."""
    octets = octets.replace(b"\r\n", b"\n")
    return octets if octets.endswith(b"\n") else octets + b"\n"


# A program that is handed a message on its standard input: a file for each, in the order in which they come.
AGENT = '#!/bin/sh\nexec cat >"%s/$(date +%%s.%%N).$$"\n'


class Retrieval(Delivery):
    """The tests; `fetch` is the program's."""

    WAYS = tuple(PORTS)
    REFUSES = ("expired", "self-signed", "wrong-host")  # the certificates that the program notices
    REMEMBERS = True                                    # what it has fetched and left there (UIDL)
    REFUSAL = "(?i)certificate"                         # what it then says
    NOTHING = 0                                         # its exit status when there is no mail
    SPOILS = ()                                         # names of PUT that come out changed, whoever the server is

    def setUp(self):
        self.start("mail")

    def start(self, certificate):
        """A server with one of the lab's certificates, and an empty mailbox."""
        self.server = maildrop.Maildrop(certificate)
        self.server.__enter__()
        self.addCleanup(self._end)
        self.fetched = []
        self.home = self.server.directory / "home"
        self.home.mkdir()

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        raise NotImplementedError

    def normal(self, message):
        """A message as the program would hand it on, for one that changes something in each."""
        return message

    def path(self, name, text, mode=0o600):
        """A file with this text (or bytes) for the program under test, gone with the server."""
        path = self.home / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return str(path)

    def take_files(self, directory):
        """For programs that write files: each one in there becomes one of self.fetched."""
        for path in sorted(Path(directory).iterdir()):
            self.fetched.append(lines(path.read_bytes()))
            os.unlink(path)

    def fill(self, besides=()):
        for letter in DELIVERED.values():
            self.server.deliver(letter)
        for name, letter in PUT.items():
            if name not in (*self.SPOILS, *besides):
                self.server.put(letter)

    def assert_fetched(self, wanted, said):
        """Exactly these messages, byte for byte, in any order."""
        wanted = collections.Counter(self.normal(lines(message)) for message in wanted)
        got = collections.Counter(self.fetched)
        for one, other in zip(sorted((got - wanted).elements()), sorted((wanted - got).elements())):
            self.assert_same(one, other)
        self.assertEqual(sum(got.values()), sum(wanted.values()), said + self.server.log())

    def test_delete(self):
        for way in self.WAYS:
            with self.subTest(way=way):
                self.fetched = []
                self.fill()
                lay = self.server.messages()
                said = self.fetch(way)
                self.assert_fetched(lay, said)
                self.assertEqual(self.server.messages(), [], said)

    def test_keep(self):
        for way in self.WAYS:
            with self.subTest(way=way):
                self.fetched = []
                self.fill()
                lay = self.server.messages()
                said = self.fetch(way, keep=True)
                self.assert_fetched(lay, said)
                self.assertEqual(sorted(self.server.messages()), sorted(lay), said)
                if self.REMEMBERS:
                    self.only_the_new(way)
                self._end()
                self.start("mail")

    def only_the_new(self, way):
        """What was fetched is known again, after a restart of the server and beside a new letter."""
        self.fetched = []
        before = self.server.messages()
        self.server.restart()
        self.server.deliver(LETTER + "new\n")
        new = [message for message in self.server.messages() if message not in before]
        said = self.fetch(way, keep=True)
        self.assert_fetched(new, said)
        self.assertEqual(len(self.server.messages()), len(before) + 1)

    def test_empty(self):
        for way in self.WAYS:
            with self.subTest(way=way):
                said = self.fetch(way, fails=self.NOTHING != 0)
                self.assertEqual(self.fetched, [], said)

    def test_wrong_password(self):
        self.server.deliver(LETTER)
        for way in self.WAYS:
            with self.subTest(way=way):
                self.refuses(way, password="guessed")

    def test_unknown_authority(self):
        # The system trusts many, but nobody who vouches for the lab.
        self.server.deliver(LETTER)
        for way in self.ways_with_tls():
            with self.subTest(way=way):
                self.assertRegex(self.refuses(way, ca=str(TLS / "self-signed.pem")), self.REFUSAL)

    def test_wrong_certificates(self):
        for certificate in self.REFUSES:
            self._end()
            self.start(certificate)
            self.server.deliver(LETTER)
            for way in self.ways_with_tls():
                with self.subTest(certificate=certificate, way=way):
                    self.assertRegex(self.refuses(way), self.REFUSAL)

    def ways_with_tls(self):
        return [way for way in self.WAYS if way != "clear"]

    def refuses(self, way, **how):
        """The program says that it has failed; nothing was fetched, and nothing is gone."""
        before = self.server.messages()
        said = self.fetch(way, fails=True, **how)
        self.assertEqual(self.fetched, [], said)
        self.assertEqual(self.server.messages(), before, said)
        self.assertNotIn("guessed", self.server.log())
        if not how.get("password"):
            self.assertNotRegex(self.server.log(), r"(?i)\blogin[ :]+user=")
        return said


def main():
    """Runs the tests of the program."""
    unittest.main(verbosity=2)
