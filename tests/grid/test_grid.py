"""The grid tells who gets on with whom: with servers and clients that are broken, each in one way."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("KIT_BUILD", ROOT / "build")).resolve()
PATIENCE = 240
CLIENT = "#!/bin/sh\n%s\n"  # as a student's may be


class Grid(unittest.TestCase):
    """Each in a build of its own: the kit's programs, and a student's."""

    def setUp(self):
        (BUILD / "tests").mkdir(exist_ok=True)
        self.build = Path(tempfile.mkdtemp(prefix="grid.", dir=BUILD / "tests"))
        self.addCleanup(shutil.rmtree, self.build)
        for name in ("bin", "lab", "lib"):
            if (BUILD / name).exists():
                (self.build / name).symlink_to(BUILD / name)
        (self.build / "labs").mkdir()

    def server(self, source, lab, mistake=""):
        text = (HERE / source).read_text().replace('MISTAKE = ""', "MISTAKE = %r" % mistake)
        self.program(lab, text)

    def program(self, name, text):
        path = self.build / "labs" / name
        path.write_text(text)
        path.chmod(0o755)

    def grid(self, *arguments, path=None):
        """(exit status, what it printed)"""
        environment = {**os.environ, "KIT_BUILD": str(self.build), "PATH": path or os.environ["PATH"]}
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools/grid/grid.py"), *arguments], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, check=False)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return done.returncode, done.stdout or done.stderr

    def cells(self, *arguments, **how):
        """{(client, column): cell}, and the exit status must say the same as they do."""
        status, said = self.grid("--json", *arguments, **how)
        cells = json.loads(said)["cells"]
        self.assertEqual(status, 1 if any(cell["passed"] is False for cell in cells) else 0, said)
        return {(cell["client"], cell["column"]): cell for cell in cells}

    def reason(self, *arguments):
        """Of the only cell, which must be a failure."""
        cell, = self.cells(*arguments).values()
        self.assertIs(cell["passed"], False)
        self.assertTrue(cell["ran"])
        return cell["reason"]

    def test_servers_of_the_kit(self):
        cells = self.cells("smtpd", "pop3d", "smtp", "smtplib", "poplib")
        self.assertEqual({name for name, cell in cells.items() if cell["passed"]}, {
            *(("smtp", "smtpd " + way) for way in ("clear", "STARTTLS", "TLS")),
            *(("smtplib", "smtpd " + way) for way in ("clear", "STARTTLS", "TLS")),
            *(("poplib", "pop3d " + way) for way in ("clear", "STLS", "TLS"))})
        self.assertEqual([path.name for path in self.build.glob("run/grid/*/*") if path.name != "log"], [], "what went well leaves nothing")

    def test_good_servers(self):
        self.server("smtp_server.py", "09-smtp-server")
        self.server("pop3_server.py", "10-pop3-server")
        cells = self.cells("09-smtp-server", "10-pop3-server", "smtp", "curl", "smtplib", "poplib")
        self.assertEqual({name for name, cell in cells.items() if cell["passed"]}, {
            ("smtp", "09-smtp-server yours"), ("curl", "09-smtp-server yours"), ("smtplib", "09-smtp-server yours"),
            ("curl", "10-pop3-server yours"), ("poplib", "10-pop3-server yours")})

    def test_broken_smtp_servers(self):
        for mistake, reason in (
            ("stuffed", r"the letter differs at byte \d+: .*'"),
            ("forgets", "bob's mailbox has 0 messages"),
            ("crashes", r"the server is gone \(status 134\)"),
            ("unwritten", "^TODO 2: smtp_server_mail is not written yet$"),
            ("starts not", "the server did not start: smtp-server: cannot listen"),
        ):
            with self.subTest(mistake=mistake):
                self.server("smtp_server.py", "09-smtp-server", mistake)
                self.assertRegex(self.reason("09-smtp-server", "smtplib"), reason)

    def test_broken_pop3_servers(self):
        for mistake, reason in (
            ("unstuffed", "a message differs at byte|messages came|status 1"),
            ("takes", "0 of 3 messages are left in the mailbox, all were to be kept"),
            ("keeps", "3 of 3 messages are left in the mailbox, all were to be deleted"),
        ):
            with self.subTest(mistake=mistake):
                self.server("pop3_server.py", "10-pop3-server", mistake)
                self.assertRegex(self.reason("10-pop3-server", "poplib"), reason)

    def test_broken_clients(self):
        for text, reason in (
            ("exit 0", "it ended well, but bob's mailbox has 0 messages"),
            ("echo 'TODO 3: smtp_mail is not written yet' >&2; exit 1", "^TODO 3: smtp_mail is not written yet$"),
            ("echo one; echo 'smtp: two'; exit 1", "^status 1: smtp: two$"),
            # The sandbox: it cannot write where it has no business.
            ("touch %s/x 2>&1; exit 7" % BUILD, "^status 7: touch: .*Read-only file system"),
        ):
            with self.subTest(text=text):
                self.program("03-smtp-send", CLIENT % text)
                self.assertRegex(self.reason("03-smtp-send", "smtpd clear"), reason)

    def test_client_is_missing(self):
        tools = self.build / "tools"
        tools.mkdir()
        for name in ("bwrap", "prlimit", "printenv", "python3", "sh"):
            (tools / name).symlink_to(shutil.which(name))
        status, said = self.grid("swaks", "smtplib", "smtpd clear", path=str(tools))
        self.assertEqual(status, 0)
        self.assertRegex(said, r"(?m)^  swaks +-$")
        self.assertRegex(said, r"(?m)^  smtplib +ok$")
        self.assertIn("1 of 1 exchanges went well", said)
        self.assertIn("apt-get install swaks", said)

    def test_table(self):
        self.server("smtp_server.py", "09-smtp-server", "forgets")
        status, said = self.grid("smtplib", "curl", "smtpd clear", "09-smtp-server")
        self.assertEqual(status, 1)
        self.assertTrue(said.isascii(), "ASCII where it goes to no terminal")
        self.assertRegex(said, r"(?m)^ +smtpd +09-smtp-server\n +clear +yours$")
        self.assertRegex(said, r"(?m)^  curl +ok +NO\n  smtplib +ok +NO$")
        failure, = re.findall(r"(?m)^NO .*\n .*$", said)
        self.assertRegex(failure, r"\ANO curl, smtplib -> 09-smtp-server yours: it ended well, but .*\n    \S.*curl ")
        self.assertIn("2 of 4 exchanges went well", said)

    def test_yours(self):
        # On either side: your client with each server, and each client with your server.
        self.server("smtp_server.py", "09-smtp-server")
        self.program("03-smtp-send", CLIENT % "exit 1")
        self.assertEqual(set(self.cells("yours", "smtp", "smtpd clear", "03-smtp-send", "09-smtp-server")), {
            ("smtp", "09-smtp-server yours"), ("03-smtp-send yours", "09-smtp-server yours"),
            ("03-smtp-send yours", "smtpd clear")})

    def test_misuse(self):
        status, said = self.grid("nobody")
        self.assertEqual((status, said), (2, "kit grid: there is no client or server 'nobody'\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
