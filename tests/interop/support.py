"""What the interoperability tests share: a letter with awkward lines, a server, a clean environment.

Each test of this directory lets one real program deliver to smtpd and compares what lies in the
Maildir with what was sent, byte for byte. It is one unittest program; a program that is not
installed makes it exit with status 77, which CTest shows as skipped.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from smtpd import BUILD, PATIENCE, Smtpd  # noqa: E402

SKIPPED = 77

# Lines that a client or a server could spoil: dots, blanks at the end, letters of two and three
# bytes, a line of 998 octets (the longest allowed, RFC 5322 §2.1.1), "From " at the beginning.
LINES = (
    "Selam Bob,",
    "",
    ".",
    "..",
    ".bir nokta ile başlayan satır",
    ". . .",
    "ı ç ş ğ ü ö İ Ç Ş Ğ Ü Ö – € 日本",
    "sonda boşluk: ",
    "\tsekme",
    "From here on it matters.",
    "x" * 998,
    "",
    ".",
    "Görüşürüz.",
    "...",
)
BODY = "".join(line + "\n" for line in LINES)

# For programs that write the message themselves: with very long lines, or one that begins with
# "From ", they choose quoted-printable, and we want to see 8 bits.
SHORT_BODY = "".join(line + "\n" for line in LINES if len(line) < 900 and not line.startswith("From "))

HEADER = (
    "From: Alice Arslan <alice@example.org>\n"
    "To: Bob Bilgin <bob@example.org>\n"
    "Subject: Selam\n"
    "Date: Sat, 21 Nov 2026 10:00:00 +0300\n"
    "Message-ID: <interop@client.example.org>\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n"
)
LETTER = HEADER + "\n" + BODY


def skip(reason):
    """Ends the whole test as skipped."""
    print("skipped:", reason)
    sys.exit(SKIPPED)


def require(program, package):
    """The path of a program, or the end of the test, which names the package that has it."""
    path = shutil.which(program)
    if path is None:
        skip("%s is not installed: apt-get install %s" % (program, package))
    return path


def crlf(text):
    """Text as it goes over the wire: UTF-8, lines that end in CR LF."""
    return text.encode().replace(b"\n", b"\r\n")


def split(message):
    """Header and body of a message whose lines end in LF, as bytes."""
    header, _, body = message.partition(b"\n\n")
    return header + b"\n", body


def without_trace(message):
    """A stored message without the Return-Path and Received that the server put before it."""
    found = re.match(rb"Return-Path: <[^\n]*>\nReceived: [^\n]*\n([ \t][^\n]*\n)*", message)
    assert found, "no Return-Path and Received before %r" % message[:300]
    return message[found.end():]


def run(command, text="", fails=False):
    """Runs a program to its end with nothing of our environment or of the user's settings.

    `text` (or bytes) is its standard input. Returns what it wrote, standard output and errors together.
    Its exit status must be 0, or with `fails` anything else.
    """
    with tempfile.TemporaryDirectory(dir=BUILD / "tests") as home:
        result = subprocess.run(
            command,
            input=text if isinstance(text, bytes) else text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(home),
            cwd=home,
            timeout=PATIENCE,
            check=False,
        )
    said = result.stdout.decode(errors="replace")
    assert (result.returncode != 0) == fails, "%s: status %d\n%s" % (command[0], result.returncode, said)
    return said


def environment(home):
    """What a program under test finds in its environment."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb"}


class Delivery(unittest.TestCase):
    """Tests with a server of their own: self.server."""

    SERVER = Smtpd
    OPTIONS = ()
    maxDiff = 2000

    def setUp(self):
        self.server = self.SERVER(options=self.OPTIONS)
        self.server.__enter__()
        self.addCleanup(self._end)

    def _end(self):
        # The server's own end is judged too, but its directory is kept when the test has failed.
        outcome = self._outcome
        failed = any(test is self for test, _ in outcome.result.failures + outcome.result.errors) or any(
            error for _, error in getattr(outcome, "errors", ())  # Python before 3.11
        )
        self.server.__exit__(AssertionError if failed else None, None, None)

    def path(self, name, text):
        """A file with this text (or bytes) for the program under test, gone with the server."""
        path = self.server.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def message(self, user="bob"):
        """The only message of a mailbox."""
        messages = self.server.messages(user)
        self.assertEqual(len(messages), 1, "messages for %s\n%s" % (user, self.server.log()))
        return messages[0]

    def assert_delivered(self, text, user="bob"):
        """The mailbox holds exactly this message."""
        self.assert_same(without_trace(self.message(user)), text.encode())

    def assert_body(self, body, user="bob"):
        """The mailbox holds one message, with exactly this body (the program made the header)."""
        self.assert_same(split(self.message(user))[1], body.encode())

    def assert_same(self, got, wanted):
        """Equal, or a failure that shows where the first difference is."""
        if got == wanted:
            return
        at = next((i for i, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
        self.fail(
            "differs at byte %d of %d (wanted %d):\n  got    %r\n  wanted %r"
            % (at, len(got), len(wanted), got[max(0, at - 40):at + 40], wanted[max(0, at - 40):at + 40])
        )


def main():
    """Runs the tests of the program."""
    unittest.main(verbosity=2)
