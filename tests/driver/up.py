"""./kit up: real clients use what it prints, Ctrl-C ends it, and a port in use is told in one line.

It runs from ./build, in a lab network of its own, so that a ./kit up of the developer is not in the way.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from network import enter
from smtpd import BUILD, PATIENCE, SOURCE

UP = [str(SOURCE / "tools" / "up.sh"), "--store", str(BUILD / "tests" / "up")]
PASSWORDS = dict(line.split() for line in (BUILD / "lab" / "passwords.txt").read_text().splitlines())


def start(*options):
    """./kit up, until it is ready; and what it has printed so far."""
    process = subprocess.Popen([*UP, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               start_new_session=True)
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Ready."):
            break
    return process, said


def end(process, number=signal.SIGINT):
    """Ctrl-C at a terminal goes to all that runs there, the end of a service to the one process."""
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    said, _ = process.communicate(timeout=PATIENCE)
    return said


def commands(said):
    """The curl commands, with the passwords that curl would ask for."""
    lines = re.sub(r" \\\n +", " ", said).splitlines()
    found = [line.strip() for line in lines if line.startswith("  curl ")]
    return [re.sub(r"--user (\S+)", lambda user: "--user %s:%s" % (user[1], PASSWORDS[user[1]]), line) for line in found]


def run(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=PATIENCE, check=False)


class Up(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(UP[-1], ignore_errors=True)

    def test_what_it_prints_works(self):
        process, said = start()
        try:
            send, listing, fetch = commands(said)
            for port in ("2995", "2110", "2465", "2587", "2025"):
                self.assertRegex(said, r"\b%s\b" % port)
            for command in (send, listing, fetch):
                done = run(command + " -sS")
                self.assertEqual((done.returncode, done.stderr), (0, ""), command)
                if command is listing:
                    self.assertRegex(done.stdout, r"\A1 \d+\n\Z")
            letter = (SOURCE / "labs" / "03-smtp-send" / "letter.eml").read_text(encoding="utf-8")
            self.assertTrue(done.stdout.endswith(letter), done.stdout)
            # With STARTTLS and STLS, too.
            for plain, port in ((re.sub("smtps(://[^:]*):2465", r"smtp\1:2587", send), "2587"),
                                (re.sub("pop3s(://[^:]*):2995", r"pop3\1:2110", listing), "2110")):
                self.assertIn(port, plain)
                done = run(plain + " -sS --ssl-reqd")
                self.assertEqual((done.returncode, done.stderr), (0, ""), plain)
            self.assertRegex(done.stdout, r"\A1 \d+\n2 \d+\n\Z")
        finally:
            said = end(process)
        self.assertEqual(process.returncode, 0, said)
        self.assertIn("login user=bob@example.org", said)
        self.assertTrue(said.endswith("Both servers have stopped. The mail is in %s.\n" % UP[-1]), said)
        self.assertEqual(len(list(Path(UP[-1]).glob("example.org/bob/*/*"))), 2)

    def test_it_ends_on_sigterm_too(self):
        process, _ = start("--ports", "3000")
        said = end(process, signal.SIGTERM)
        self.assertEqual(process.returncode, 0, said)
        process, said = start("--ports", "3000")  # and its ports are free again
        self.assertIn("Ready.", said)
        end(process)

    def test_it_ends_at_once_too(self):
        for _ in range(5):  # at whatever it does just then
            process, _ = start()
            said = end(process)
            self.assertEqual(process.returncode, 0, said)
            self.assertIn("Both servers have stopped.", said)

    def test_a_port_in_use_is_told(self):
        for offset, name, port in (("2000", "smtpd", "2025"), ("2885", "pop3d", "2995")):
            with self.subTest(name):
                process, _ = start("--ports", offset)  # 2885 + 110
                done = subprocess.run(UP, capture_output=True, text=True, timeout=PATIENCE, check=False)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, r"\Akit up: %s: 127\.0\.0\.1:%s: another program .* "
                                              r"\./kit up --ports 3000\n\Z" % (name, port))
                end(process)
                self.assertEqual(process.returncode, 0)

    def test_a_server_that_dies_ends_it(self):
        process, _ = start()
        victim = next(int(path.parent.name) for path in Path("/proc").glob("[0-9]*/comm") if path.read_text() == "pop3d\n")
        os.kill(victim, signal.SIGKILL)
        said, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn("kit up: a server has ended by itself", said)

    def test_wrong_use(self):
        for words in (["--frob"], ["--ports"], ["--ports", "x"], ["--ports", "65000"], ["more"]):
            with self.subTest(words):
                done = subprocess.run([UP[0], *words], capture_output=True, text=True, timeout=PATIENCE, check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Akit up: .+\n\Z")


if __name__ == "__main__":
    if BUILD != SOURCE / "build":
        print("./kit up runs from ./build only")
        sys.exit(77)
    if shutil.which("curl") is None:
        print("skipped: curl is not installed: ./kit setup test")
        sys.exit(77)
    enter()
    unittest.main()
