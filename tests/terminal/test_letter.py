"""letter: what a person sees of a message, and what it may not do to his terminal and his files."""
import os
import pty
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["KIT_BUILD"])
MESSAGE = b"""\
Return-Path: <alice@example.org>
From: =?iso-8859-9?Q?=DEule?= <sule@example.org>
To: bob@example.org
Subject: =?UTF-8?B?R8O2csO8xZ9tZQ==?= =?UTF-8?Q?_=1B[2J?=
X-Other: something
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-9
Content-Transfer-Encoding: quoted-printable

=DEule =1B[2J
--x
Content-Type: image/png; name="../../x"
Content-Transfer-Encoding: base64

AAEC
--x
Content-Disposition: attachment; filename*=UTF-8''%2Fetc%2Fpasswd

not that one
--x
Content-Disposition: attachment; filename="x"

again
--x
Content-Type: text/html

<p>
--x
Content-Disposition: attachment; filename=".profile"

hidden
--x--
"""
SHOWN = """\
From:       Şule <sule@example.org>
To:         bob@example.org
Subject:    Görüşme \ufffd[2J

     multipart/mixed
  1    text/plain, iso-8859-9, quoted-printable, 9 bytes
  2    image/png, base64, 3 bytes, "../../x"
  3    text/plain, as it is, 12 bytes, "/etc/passwd"
  4    text/plain, as it is, 5 bytes, "x"
  5    text/html, as it is, 3 bytes
  6    text/plain, as it is, 6 bytes, ".profile"

--- 1 ---
Şule \\x1B[2J
"""


class Letter(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(dir=BUILD / "tests")
        self.addCleanup(place.cleanup)
        self.directory = Path(place.name)
        self.message = self.directory / "message"
        self.message.write_bytes(MESSAGE)

    def letter(self, *arguments, status=0, **options):
        result = subprocess.run([str(BUILD / "bin" / "letter"), *arguments], capture_output=True, check=False, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        return result.stdout if status == 0 else result.stderr.decode()

    def test_shows_what_is_in_it(self):
        self.assertEqual(self.letter(str(self.message)).decode(), SHOWN)
        self.assertEqual(self.letter("-", input=MESSAGE.replace(b"\n", b"\r\n")).decode().splitlines()[:3],
                         SHOWN.splitlines()[:3])

    def test_shows_several(self):
        self.assertEqual(self.letter(str(self.message), str(self.message)).decode(),
                         "=== {0} ===\n{1}\n=== {0} ===\n{1}".format(self.message, SHOWN))
        self.assertIn("no such file", self.letter("/nowhere", str(self.message), status=1))

    def test_shows_all_of_the_header(self):
        shown = self.letter("--header", str(self.message)).decode()
        self.assertTrue(shown.startswith("Return-Path: <alice@example.org>\nFrom:       Şule"), shown)
        self.assertIn("\nX-Other:    something\n", shown)

    def test_a_part_for_a_pipe_is_its_bytes(self):
        self.assertEqual(self.letter("--part", "2", str(self.message)), b"\0\1\2")
        self.assertEqual(self.letter("--part", "1", str(self.message)), b"\xDEule \x1b[2J")

    def test_a_part_on_a_terminal_gives_no_orders(self):
        ours, theirs = pty.openpty()
        subprocess.run([str(BUILD / "bin" / "letter"), "--part", "1", str(self.message)], stdout=theirs, check=True)
        os.close(theirs)
        self.assertEqual(os.read(ours, 100), b"\\xDEule \\x1B[2J")
        os.close(ours)

    def test_saves_under_harmless_names_in_the_directory_only(self):
        into = self.directory / "a" / "b"
        into.mkdir(parents=True)
        outside = self.directory / "outside"
        outside.write_text("mine")
        (into / "passwd").symlink_to(outside)  # a name that is taken, whatever it leads to
        before = {path for path in self.directory.rglob("*")}
        said = self.letter("--save", str(into), str(self.message)).decode()
        new = {str(path.relative_to(into)): path.read_bytes() for path in set(self.directory.rglob("*")) - before}
        self.assertEqual(new, {"x": b"\0\1\2", "passwd-2": b"not that one", "x-2": b"again", "_profile": b"hidden"})
        self.assertEqual(outside.read_text(), "mine")
        self.assertIn("part 4: %s/x-2, 5 bytes\n" % into, said)

    def test_saves_nothing_unless_asked_to(self):
        before = set(self.directory.rglob("*"))
        self.letter(str(self.message), cwd=self.directory)
        self.assertEqual(set(self.directory.rglob("*")), before)

    def test_says_what_is_wrong(self):
        self.assertEqual(self.letter("/nowhere", status=1), "letter: /nowhere: no such file or directory\n")
        self.assertEqual(self.letter(str(self.directory), status=1), "letter: %s: is a directory\n" % self.directory)
        self.assertEqual(self.letter("--part", "7", str(self.message), status=1), "letter: there is no part 7\n")
        self.assertEqual(self.letter("--save", "/nowhere", str(self.message), status=1),
                         "letter: /nowhere: no such file or directory\n")
        self.assertIn("needs a FILE", self.letter(status=2))
        self.assertIn("unknown option", self.letter("--what", status=2))
        with open("/dev/full", "wb") as full:
            result = subprocess.run([str(BUILD / "bin" / "letter"), str(self.message)], stdout=full, check=False,
                                    stderr=subprocess.PIPE)
        self.assertEqual((result.returncode, result.stderr), (1, b"letter: standard output takes no more\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
