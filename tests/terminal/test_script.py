"""The clients without a terminal: plain lines in and out, and an exit status that tells."""
import socket
import subprocess
import unittest

from console import BUILD, PATIENCE, ConsoleTest

LETTER = b"Subject: Selam\n\n.\nSelam, \xc4\xb1 \xc3\xa7 \xc5\x9f"
ON_THE_WIRE = b"Subject: Selam\r\n\r\n..\r\nSelam, \xc4\xb1 \xc3\xa7 \xc5\x9f\r\n.\r\n"


class Script(ConsoleTest):
    def run_client(self, client, *arguments, **more):
        """Starts it with pipes; ends it with the test."""
        process = subprocess.Popen([str(BUILD / "bin" / client), *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(self.clean_up, process)
        return process

    @staticmethod
    def clean_up(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def connect(self, client, *options, **more):
        process = self.run_client(client, *options, "127.0.0.1", self.server.port(), **more)
        self.server.accept()
        return process

    def ends(self, process, status, out, err):
        """What the program has written when it is done, and its exit status."""
        written = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, *written), (status, out, err))

    def file(self, name, content=LETTER):
        path = self.state / name
        path.write_bytes(content)
        return str(path)

    def asks(self, question, answer):
        self.server.hears(question)
        self.server.says(answer)


class ByHand(Script):
    def test_lines_in_and_reply_lines_out(self):
        process = self.connect("smtp")
        process.stdin.write(b"ehlo x\r\nNOOP\nVRFY bob\n/help\n\nx\0y\nQUIT\nnever sent\n")
        process.stdin.close()
        self.server.says(b"220-hello\r\n220 there\r\n")
        self.asks(b"ehlo x\r\n", b"250-a\r\n250-b\r\n250 c\r\n")
        self.asks(b"NOOP\r\n", b"250 \x1b[2J\xff\0.\r\n")
        self.asks(b"VRFY bob\r\n", b"252\r\n")
        self.asks(b"/help\r\n", b"250 fine\r\n")
        self.asks(b"\r\n", b"250 even that\r\n")
        self.asks(b"x\0y\r\n", b"250 and that\r\n")
        self.asks(b"QUIT\r\n", b"221 bye\r\n")
        self.server.hangs_up()
        process.stdin = None
        self.ends(process, 0, b"220-hello\n220 there\n250-a\n250-b\n250 c\n250 \x1b[2J\xff\0.\n252\n"
                  b"250 fine\n250 even that\n250 and that\n221 bye\n", b"")

    def test_a_refusal_fails_at_the_end(self):
        process = self.connect("smtp")
        process.stdin.write(b"EXPN all\nNOOP")
        process.stdin.close()
        self.server.says(b"220 hello\r\n")
        self.asks(b"EXPN all\r\n", b"502-5.5.1 not\r\n502 5.5.1 here\r\n")
        self.asks(b"NOOP\r\n", b"250 ok\r\n")
        self.asks(b"QUIT\r\n", b"221 bye\r\n")
        self.server.hears_end()
        self.server.hangs_up()
        process.stdin = None
        self.ends(process, 1, b"220 hello\n502-5.5.1 not\n502 5.5.1 here\n250 ok\n221 bye\n",
                  b"smtp: 1 of 4 replies say no, the first one: 502-5.5.1 not 502 5.5.1 here\n")

    def test_message_text_goes_out_as_typed(self):
        process = self.connect("smtp")
        process.stdin.write(b"DATA\n" + LETTER + b"\n.\n")
        process.stdin.close()
        self.server.says(b"220 hello\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.asks(b"Subject: Selam\r\n\r\n.\r\n", b"250 taken\r\n")  # nothing is stuffed
        self.asks(b"Selam, \xc4\xb1 \xc3\xa7 \xc5\x9f\r\n", b"500 what?\r\n")
        self.asks(b".\r\n", b"500 what?\r\n")
        self.asks(b"QUIT\r\n", b"221 bye\r\n")
        self.server.hangs_up()
        process.stdin = None
        self.ends(process, 1, b"220 hello\n354 go\n250 taken\n500 what?\n500 what?\n221 bye\n",
                  b"smtp: 2 of 6 replies say no, the first one: 500 what?\n")

    def test_half_a_message_is_not_sent(self):
        process = self.connect("smtp")
        process.stdin.write(b"DATA\nhalf")
        process.stdin.close()
        self.server.says(b"220 hello\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.server.hears(b"half\r\n")
        self.server.hears_end()
        self.server.hangs_up()
        process.stdin = None
        self.ends(process, 1, b"220 hello\n354 go\n",
                  b"smtp: typing ended within the message: it was not sent\n")

    def test_the_server_may_leave_at_any_time(self):
        for said, out, err in (
                (b"", b"", b"the server closed the connection"),
                (b"22", b"", b"the server closed the connection in the middle of a line"),
                (b"220-a\r\n", b"220-a\n", b"the server closed the connection"),
                (b"220 a\r\n", b"220 a\n", b"the server closed the connection"),
                (b"220 a\r\n421 4.3.2 b\r\n", b"220 a\n421 4.3.2 b\n",
                 b"the server ended the session: 421 4.3.2 b"),
                (b"HTTP/1.1 400\r\n", b"", b'malformed reply: "HTTP/1.1 400"')):
            with self.subTest(said=said):
                process = self.connect("smtp")
                self.server.says(said)
                self.server.hangs_up()
                self.ends(process, 1, out, b"smtp: " + err + b"\n")

    def test_silence_has_an_end(self):
        process = self.connect("smtp", "--timeout", "1")
        self.ends(process, 1, b"", b"smtp: nothing came for 1 second\n")

    def test_what_cannot_be_shown_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.Popen([str(BUILD / "bin/smtp"), "127.0.0.1", self.server.port()], stdout=full,
                                       stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.addCleanup(self.clean_up, process)
            self.server.accept()
            self.server.says(b"220 a\r\n")
            self.assertEqual(process.communicate(timeout=PATIENCE)[1],
                             b"smtp: cannot write to standard output\n")
            self.assertEqual(process.returncode, 1)


class Letters(Script):
    def one_message(self, *answers):
        self.asks(b"MAIL FROM:<alice@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<bob@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.asks(ON_THE_WIRE, *answers)

    def deliver(self, *files, recipients=("bob@example.org",), stdin=b""):
        options = ["--from", "alice@example.org", "--name", "client.example.org"]
        for recipient in recipients:
            options += ["--to", recipient]
        process = self.run_client("smtp", *options, "127.0.0.1", self.server.port(), *files)
        process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
        self.server.accept()
        self.server.says(b"220 hello\r\n")
        return process

    def quits(self):
        self.asks(b"QUIT\r\n", b"221 bye\r\n")
        self.server.hangs_up()

    def test_several_files_over_one_connection(self):
        first, second = self.file("one.eml"), self.file("two.eml")
        process = self.deliver(first, "-", second, stdin=LETTER)
        self.asks(b"EHLO client.example.org\r\n", b"250-a\r\n250 SIZE\r\n")
        self.one_message(b"250 first\r\n")
        self.one_message(b"250-second\r\n250 indeed\r\n")
        self.one_message(b"250 third\r\n")
        self.quits()
        self.ends(process, 0, b"%s: 250 first\n-: 250-second 250 indeed\n%s: 250 third\n"
                  % (first.encode(), second.encode()), b"")

    def test_what_is_refused_is_named(self):
        good, gone = self.file("good.eml"), str(self.state / "gone.eml")
        process = self.deliver(gone, str(self.state), good, good,
                               recipients=("bob@example.org", "zoe@example.org"))
        self.asks(b"EHLO client.example.org\r\n", b"250 a\r\n")
        self.asks(b"MAIL FROM:<alice@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<bob@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<zoe@example.org>\r\n", b"550 5.1.1 no \x1b[1mzoe\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.asks(ON_THE_WIRE, b"250 taken\r\n")
        self.asks(b"MAIL FROM:<alice@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<bob@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<zoe@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.asks(ON_THE_WIRE, b"552 5.3.4 too big\r\n")
        self.asks(b"RSET\r\n", b"250 ok\r\n")
        self.quits()
        self.ends(process, 1, b"%s: 250 taken\n" % good.encode(),
                  (f"smtp: {gone}: no such file or directory\n"
                   f"smtp: {self.state}: is a directory\n"
                   f"smtp: {good}: zoe@example.org refused: 550 5.1.1 no ?[1mzoe\n"
                   f"smtp: {good}: not sent: 552 5.3.4 too big\n").encode())

    def test_no_service_and_no_welcome(self):
        process = self.deliver(self.file("a.eml"))
        self.server.hears(b"EHLO client.example.org\r\n")
        self.server.says(b"421 4.3.2 no more\r\n")
        self.server.hangs_up()
        self.ends(process, 1, b"", b"smtp: the server refused the greeting of client.example.org: "
                  b"421 4.3.2 no more\n")

    def test_421_ends_it(self):
        good = self.file("good.eml")
        process = self.deliver(good, good)
        self.asks(b"EHLO client.example.org\r\n", b"250 a\r\n")
        self.one_message(b"421 4.3.2 stopping\r\n")
        self.server.hears_end()  # neither RSET nor QUIT nor the second file
        self.server.hangs_up()
        self.ends(process, 1, b"", b"smtp: the server ended the session: 421 4.3.2 stopping\n")

    def test_a_server_that_gives_up_in_the_middle(self):
        process = self.deliver(self.file("big.eml", b"x" * 79 + b"\n" + b"y" * 20_000_000))
        self.asks(b"EHLO client.example.org\r\n", b"250 a\r\n")
        self.asks(b"MAIL FROM:<alice@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"RCPT TO:<bob@example.org>\r\n", b"250 ok\r\n")
        self.asks(b"DATA\r\n", b"354 go\r\n")
        self.server.hears(b"x" * 79 + b"\r\n")
        self.server.says(b"421 4.3.1 disk full\r\n")
        self.server.hangs_up()  # with bytes unread: a reset
        self.ends(process, 1, b"", b"smtp: the server ended the session: 421 4.3.1 disk full\n")

    def test_its_name_is_the_hosts_or_its_address(self):
        name = socket.gethostname()
        expected = name if "." in name else "[127.0.0.1]"
        process = self.run_client("smtp", "127.0.0.1", self.server.port(), "--from", "", "--to", "b", "-")
        self.server.accept()
        self.server.says(b"220 hello\r\n")
        self.asks(b"EHLO %s\r\n" % expected.encode(), b"550 go away\r\n")
        self.asks(b"HELO %s\r\n" % expected.encode(), b"550 go away\r\n")
        self.ends(process, 1, b"", b"smtp: the server refused the greeting of %s: 550 go away\n"
                  % expected.encode())


class Usage(Script):
    def test_wrong_use_is_one_line_and_2(self):
        words = ["h", "25"]
        for client, arguments in (
                ("talk", []), ("talk", ["h"]), ("talk", [*words, "x"]), ("talk", ["--x", *words]), ("talk", ["-x"]),
                ("smtp", []), ("smtp", ["h"]), ("smtp", ["--x", *words]), ("smtp", ["-f", *words]),
                ("smtp", [*words, "letter.eml"]), ("smtp", [*words, "--to", "b", "letter.eml"]),
                ("smtp", [*words, "--from", "a", "letter.eml"]), ("smtp", [*words, "--from", "a", "--to", "b"]),
                ("smtp", [*words, "--from"]), ("smtp", ["--timeout", "0", *words]),
                ("smtp", ["--timeout", "1s", *words]), ("smtp", ["--timeout", "-1", *words]),
                ("smtp", ["--timeout", "99999999999999999999", *words]), ("smtp", ["--timeout", "", *words]),
                ("smtp", ["--name", "", *words]), ("smtp", ["--name", "x" * 256, *words])):
            with self.subTest(client=client, arguments=arguments):
                process = self.run_client(client, *arguments)
                out, err = process.communicate(timeout=PATIENCE)
                self.assertEqual((process.returncode, out), (2, b""))
                self.assertRegex(err, rb"\A%s: [^\n]+ \(%s --help tells more\)\n\Z"
                                 % (client.encode(), client.encode()))

    def test_help_goes_to_standard_output(self):
        for client in "talk", "smtp":
            process = self.run_client(client, "--help")
            out, err = process.communicate(timeout=PATIENCE)
            self.assertEqual((process.returncode, err), (0, b""))
            self.assertTrue(out.startswith(client.encode() + b" "))
            self.assertIn(b"Exit status: 0", out)
            self.assertFalse([line for line in out.decode().splitlines() if len(line) > 100])

    def test_nobody_there(self):
        port = self.server.port()
        self.server.close()
        for client in "talk", "smtp":
            process = self.run_client(client, "127.0.0.1", port)
            err = process.communicate(timeout=PATIENCE)[1]
            self.assertEqual(process.returncode, 1)
            self.assertEqual(err, b"%s: 127.0.0.1 port %s: connection refused\n" % (client.encode(), port.encode()))

    def test_standard_input_may_be_closed(self):
        for client in "talk", "smtp":
            command = '"$0" 127.0.0.1 %s <&-' % self.server.port()
            ended = subprocess.run(["sh", "-c", command, str(BUILD / "bin" / client)], capture_output=True,
                                   timeout=PATIENCE, check=False)
            self.assertEqual((ended.returncode, ended.stderr),
                             (1, b"%s: standard input: bad file descriptor\n" % client.encode()))


if __name__ == "__main__":
    unittest.main()
