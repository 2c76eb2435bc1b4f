"""wire start on a terminal, and wire capture."""
import subprocess
import unittest

from console import BUILD, SOURCE
from desk import WIRE, DeskTest

TRIES = "build/labs/01-raw-socket mail.example.org 25: the same with your own program."


class Start(DeskTest):
    def start(self, *options):
        """`wire start` from a script, which reads a line after it."""
        script = '"$@"; echo "status $?"; read -r line; echo "read $line"'
        terminal = self.terminal("/bin/sh", "-c", script, "sh", WIRE, "start", "1", "--run-directory", self.runs,
                                 *options, SHELL="/bin/bash", PS1="here> ")
        self.shows(terminal, TRIES)
        return terminal

    def shows(self, terminal, *texts):
        terminal.until(lambda: all(text in "\n".join(terminal.screen.lines()) for text in texts), repr(texts))

    def test_a_shell_with_a_banner_and_an_end(self):
        terminal = self.start()
        self.shows(terminal, "Lab 01: A conversation over a raw socket. Server: mail.example.org 25. Recording until you exit.",
                   "telnet mail.example.org 25: who speaks first?")
        terminal.type("talk mail.example.org 25 </dev/null\r")
        self.shows(terminal, "220 mail.example.org")
        terminal.type("exit 3\r")
        self.shows(terminal, f"frames are in {(self.runs / 'start.pcapng').relative_to(SOURCE)}", "status 3")
        self.assertIn("next: ./kit diff 1", terminal.screen.lines())
        terminal.type("hello\r")  # the terminal is the script's again
        self.shows(terminal, "read hello")
        self.assertEqual(terminal.end(), 0)
        self.assertIn("220 mail.example.org", self.wire("show", self.runs / "start.pcapng"))

    def test_a_peer_in_between(self):
        terminal = self.start("--peer", "one-byte")
        self.shows(terminal, "mail.example.org 25, behind one-byte.")
        terminal.type("exit\r")
        self.shows(terminal, "Nothing was sent:", "status 0")


class Capture(DeskTest):
    def capture(self, *options, status=0):
        return self.wire("capture", "1", "-o", self.place / "capture.pcapng", *options, status=status)

    def test_keeps_the_session_and_the_capture_before(self):
        solutions = BUILD / "solutions"
        if not (solutions / "01-raw-socket").exists():
            self.skipTest("no solutions here")
        capture, old = self.place / "capture.pcapng", self.place / "capture.old.pcapng"
        said = self.capture("--programs", solutions)
        self.assertRegex(said, r"\A\d+ frames are in \S+/capture.pcapng.\nnext: ./kit diff 1\n\Z")
        self.assertFalse(old.exists())
        first = capture.read_bytes()
        said = self.capture("--programs", solutions)
        self.assertIn("The capture that was there is now", said)
        self.assertEqual(old.read_bytes(), first)
        self.assertNotEqual(capture.read_bytes(), first)
        self.assertIn("EHLO client.example.org", self.wire("show", capture))

    def test_two_at_once_do_not_meet(self):
        solutions = BUILD / "solutions"
        if not (solutions / "01-raw-socket").exists():
            self.skipTest("no solutions here")
        captures = [self.place / f"capture-{number}.pcapng" for number in range(4)]
        commands = [subprocess.Popen([WIRE, "capture", "1", "--programs", solutions, "-o", capture], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for capture in captures]
        for command, capture in zip(commands, captures):
            said = command.communicate(timeout=100)[0]
            self.assertEqual(command.returncode, 0, said)
            self.assertIn("EHLO client.example.org", self.wire("show", capture))

    def test_nothing_sent_nothing_kept(self):
        (self.place / "capture.pcapng").write_text("of yesterday")
        (self.programs / "01-raw-socket").write_text("#!/bin/sh\nexit 5\n")
        (self.programs / "01-raw-socket").chmod(0o755)
        said = self.capture("--programs", self.programs, status=1)
        self.assertEqual(said, "Your program ended with status 5.\nYour program sent nothing, so nothing was kept.\n")
        self.assertEqual((self.place / "capture.pcapng").read_text(), "of yesterday")


if __name__ == "__main__":
    unittest.main()
