"""smtp --auth, /b64, and answers to AUTH's questions: what a password may show up in, and may not."""
import subprocess
import unittest
from base64 import b64encode
from pathlib import Path

from console import BUILD, CTRL_D, ENTER, PATIENCE, UP, ConsoleTest

SECRET = "açıl susam"  # as it is typed, and what becomes of it on the wire
LOGIN_ANSWER = b64encode(SECRET.encode())
PLAIN_MESSAGE = b64encode(b"\0alice\0" + SECRET.encode())


class LoginTest(ConsoleTest):
    def greets(self, *extensions):
        self.server.says(b"220 mail.example.org ready\r\n")
        self.server.hears(b"EHLO client.example.org\r\n")
        lines = [b"mail.example.org", *extensions]
        self.server.says(b"".join(b"250-%s\r\n" % line for line in lines[:-1]) + b"250 %s\r\n" % lines[-1])

    def takes(self, line, answer):
        self.server.hears(line + b"\r\n")
        self.server.says(answer + b"\r\n")

    def leaves(self):
        self.takes(b"QUIT", b"221 bye")
        self.server.hangs_up()

    def file(self, name, content):
        path = self.state / name
        path.write_bytes(content)
        return str(path)


class OnATerminal(LoginTest):
    def begin(self, *options, **more):
        return self.connect("smtp", "--name", "client.example.org", *options, **more)

    def shows_no_secret(self, terminal):
        """Nowhere, in no form: not on the screen, not in what is kept."""
        kept = "".join(path.read_text() for path in self.state.glob("*.history"))
        for secret in (SECRET, LOGIN_ANSWER.decode(), PLAIN_MESSAGE.decode()):
            self.assertNotIn(secret, "\n".join(terminal.screen.lines()))
            self.assertNotIn(secret, kept)

    def test_asks_for_the_password_without_echo(self):
        terminal = self.begin("--auth", "alice")
        self.greets(b"AUTH PLAIN LOGIN")
        terminal.shows('  logs in as "alice" with PLAIN or LOGIN, in clear: the server is on this machine',
                       "Password of alice at 127.0.0.1:")
        terminal.type(SECRET + ENTER)
        self.takes(b"AUTH PLAIN " + PLAIN_MESSAGE, b"235 2.7.0 welcome")
        terminal.shows("235 2.7.0 welcome", "  235 ← authentication succeeded · RFC 4954 §6", "smtp>")
        terminal.type("NOOP" + ENTER)
        self.takes(b"NOOP", b"250 ok")
        terminal.shows("smtp>")
        terminal.type("QUIT" + ENTER)
        self.leaves()
        self.assertEqual(terminal.end(), 0)
        self.shows_no_secret(terminal)

    def test_a_letter_asks_too(self):
        letter = self.file("letter.eml", b"Subject: Selam\n\nSelam\n")
        terminal = self.start("bin/smtp", "--name", "client.example.org", "--auth", "alice", "127.0.0.1",
                              self.server.port(), "--from", "a@b", "--to", "c@d", letter)
        self.server.accept()
        self.greets(b"AUTH LOGIN")
        terminal.shows("Password of alice at 127.0.0.1:")
        terminal.type(SECRET + ENTER)
        self.takes(b"AUTH LOGIN", b"334 VXNlcm5hbWU6")
        self.takes(b64encode(b"alice"), b"334 UGFzc3dvcmQ6")
        self.takes(LOGIN_ANSWER, b"235 welcome")
        self.takes(b"MAIL FROM:<a@b>", b"550 no")
        self.takes(b"RSET", b"250 ok")
        self.leaves()
        self.assertEqual(terminal.end(), 1)
        self.shows_no_secret(terminal)

    def test_wrong_is_said_once(self):
        terminal = self.begin("--auth", "alice")
        self.greets(b"AUTH PLAIN LOGIN")
        terminal.shows("Password of alice at 127.0.0.1:")
        terminal.type(SECRET + ENTER)
        self.takes(b"AUTH PLAIN " + PLAIN_MESSAGE, b"535 5.7.8 wrong")
        self.leaves()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-1], "smtp: the server refused the login of alice: 535 5.7.8 wrong")
        self.shows_no_secret(terminal)

    def test_no_password_is_no_login(self):
        terminal = self.begin("--auth", "alice")
        self.greets(b"AUTH PLAIN")
        terminal.shows("Password of alice at 127.0.0.1:")
        terminal.type(CTRL_D)
        self.server.hears_end()
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-1], "smtp: end of typing")

    def test_b64_goes_both_ways_and_is_not_kept(self):
        terminal = self.begin()
        self.server.says(b"220 ready\r\n")
        terminal.shows("smtp>")
        for text, lines in (("Man", ("TWFu", "(none: 3 characters are no groups of four)")),
                            ("TWFu", ("VFdGdQ==", "Man")),
                            ("TR==", ("VFI9PQ==", "(none: bits that the padding leaves over are not zero)")),
                            ("AGFsaWNlAHg=", ("QUdGc2FXTmxBSGc9", "\\x00alice\\x00x")),
                            ("two words", ("dHdvIHdvcmRz", "(none: 9 characters are no groups of four)"))):
            terminal.type("/b64 " + text + ENTER)
            terminal.shows("smtp> /b64 " + text, "  in base64   " + lines[0], "  stands for  " + lines[1], "smtp>")
        terminal.type("/b64" + ENTER)
        terminal.shows("  /b64 TEXT shows TEXT in base64, and what it stands for if it is base64", "smtp>")
        terminal.type("NOOP" + ENTER)
        self.takes(b"NOOP", b"250 ok")
        terminal.shows("smtp>")
        terminal.type(UP + UP + ENTER)  # nothing is above the first
        self.takes(b"NOOP", b"250 ok")
        terminal.type("QUIT" + ENTER)
        self.leaves()
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(self.history("smtp"), "NOOP\nQUIT\n")

    def test_answers_what_the_server_asks(self):
        terminal = self.begin()
        self.server.says(b"220 ready\r\n")
        terminal.type("AUTH LOGIN" + ENTER)
        self.takes(b"AUTH LOGIN", b"334 VXNlcm5hbWU6")
        terminal.shows("  the server asks: Username:",
                       "  answer in base64, or /b64 TEXT, which is sent encoded; * cancels", "answer>")
        terminal.type("YWxpY2U=" + ENTER)  # what is typed is what is sent
        self.takes(b"YWxpY2U=", b"334 UGFzc3dvcmQ6")
        terminal.shows("  the server asks: Password:",
                       "  answer in base64, or /b64 TEXT, which is sent encoded; * cancels; what you type is not shown",
                       "answer (not shown)>")
        terminal.type("/b64 " + SECRET + ENTER)
        self.takes(LOGIN_ANSWER, b"235 welcome")
        terminal.shows("smtp>")
        self.shows_no_secret(terminal)
        terminal.type("QUIT" + ENTER)
        self.leaves()
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(self.history("smtp"), "AUTH LOGIN\nQUIT\n")

    def test_what_is_no_question_for_a_user_is_a_secret(self):
        terminal = self.begin()
        self.server.says(b"220 ready\r\n")
        # PLAIN's question is empty; the others are Token:, ESC [ 2 J, and no base64
        for question in (b"334 ", b"334 VG9rZW46", b"334 G1sySg==", b"334 !", b"334"):
            terminal.type("AUTH PLAIN" + ENTER)
            self.takes(b"AUTH PLAIN", question)
            terminal.shows("answer (not shown)>")
            terminal.type(LOGIN_ANSWER.decode() + ENTER)
            self.takes(LOGIN_ANSWER, b"535 no")
            terminal.shows("smtp>")
            self.shows_no_secret(terminal)
        terminal.type("QUIT" + ENTER)
        self.leaves()
        terminal.end()
        self.assertIn("  the server asks: \\x1B[2J", terminal.screen.lines())

    def test_end_of_typing_cancels_the_question_only(self):
        terminal = self.begin()
        self.server.says(b"220 ready\r\n")
        terminal.type("AUTH PLAIN" + ENTER)
        self.takes(b"AUTH PLAIN", b"334 ")
        terminal.shows("answer (not shown)>")
        terminal.type(CTRL_D)
        self.takes(b"*", b"501 cancelled")
        terminal.shows("smtp>")
        terminal.type("QUIT" + ENTER)
        self.leaves()
        self.assertEqual(terminal.end(), 0)


class WithoutATerminal(LoginTest):
    def begin(self, *options, text=b"", **variables):
        """Starts it with `text` as standard input, and these variables in its environment."""
        process = subprocess.Popen(
            [str(BUILD / "bin/smtp"), "--name", "client.example.org", *options, "127.0.0.1", self.server.port()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LANG": "C.UTF-8", **variables})
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        return process

    def ends(self, process, status, out, err):
        written = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, *written), (status, out, err))

    def test_a_file_holds_it(self):
        for content in (SECRET.encode() + b"\nnot this\n", SECRET.encode() + b"\r\n", SECRET.encode()):
            process = self.begin("--auth", "alice", "--password-file", self.file("password", content),
                                 KIT_PASSWORD="not this")
            self.server.accept()
            self.greets(b"AUTH PLAIN")
            self.takes(b"AUTH PLAIN " + PLAIN_MESSAGE, b"235 welcome")
            self.leaves()
            self.ends(process, 0, b"235 welcome\n221 bye\n", b"")

    def test_the_environment_holds_it_until_it_is_read(self):
        process = self.begin("--auth", "alice", KIT_PASSWORD=SECRET)
        self.server.accept()
        self.greets(b"AUTH PLAIN")
        self.server.hears(b"AUTH PLAIN " + PLAIN_MESSAGE + b"\r\n")
        self.assertNotIn(SECRET.encode(), Path("/proc/%d/environ" % process.pid).read_bytes())
        self.server.says(b"235 welcome\r\n")
        self.leaves()
        self.ends(process, 0, b"235 welcome\n221 bye\n", b"")

    def test_nobody_is_asked_where_nobody_sits(self):
        process = self.begin("--auth", "alice", text=SECRET.encode() + b"\n")
        self.server.accept()
        self.greets(b"AUTH PLAIN")
        self.server.hears_end()
        self.server.hangs_up()
        self.ends(process, 1, b"", b"smtp: no password for alice: there is no terminal to ask at, no --password-file "
                                   b"and no KIT_PASSWORD in the environment\n")

    def test_files_that_hold_none(self):
        for content, why in ((b"a\0b\n", b"a password has no NUL in it"), (b"x" * 70000, b"longer than 65536 bytes"),
                             (None, b"is a directory")):
            path = self.file("password", content) if content else str(self.state)
            process = self.begin("--auth", "alice", "--password-file", path)
            self.server.accept()
            self.greets(b"AUTH PLAIN")
            self.server.hears_end()
            self.server.hangs_up()
            self.ends(process, 1, b"", b"smtp: %s: %s\n" % (path.encode(), why))

    def test_refusals_name_the_remedy(self):
        for reply, words in ((b"538 5.7.11 encryption required", b" (--starttls or --tls encrypts)"),
                             (b"534 5.7.9 too weak", b" (--mechanism names another one)"), (b"454 4.7.0 later", b"")):
            process = self.begin("--auth", "alice", "--mechanism", "plain", KIT_PASSWORD=SECRET)
            self.server.accept()
            self.greets(b"AUTH PLAIN")
            self.takes(b"AUTH PLAIN " + PLAIN_MESSAGE, reply)
            self.leaves()
            self.ends(process, 1, b"", b"smtp: the server refused the login of alice: " + reply + words + b"\n")

    def test_a_letter_that_needs_a_login_says_so(self):
        letter = self.file("letter.eml", b"Subject: Selam\n\nSelam\n")
        process = subprocess.Popen([str(BUILD / "bin/smtp"), "--name", "client.example.org", "127.0.0.1",
                                    self.server.port(), "--from", "a@b", "--to", "c@d", letter],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.server.accept()
        self.greets(b"AUTH PLAIN")
        self.takes(b"MAIL FROM:<a@b>", b"530 5.7.0 log in first")
        self.takes(b"RSET", b"250 ok")
        self.leaves()
        self.ends(process, 1, b"", b"smtp: %s: not sent: 530 5.7.0 log in first (--auth USER logs in, --starttls "
                                   b"encrypts)\n" % letter.encode())

    def test_wrong_use(self):
        for options, why in ((["--password-file", "x"], b"--password-file is for --auth"),
                             (["--mechanism", "LOGIN"], b"--mechanism is for --auth"),
                             (["--auth", "a", "--mechanism", "CRAM-MD5"],
                              b"--mechanism CRAM-MD5 is not known here: PLAIN, LOGIN or EXTERNAL")):
            self.ends(self.begin(*options), 2, b"", b"smtp: " + why + b" (smtp --help tells more)\n")


if __name__ == "__main__":
    unittest.main()
