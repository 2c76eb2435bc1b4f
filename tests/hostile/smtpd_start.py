"""Starting it wrongly: one clear line on stderr and the right status. Stopping it at a bad moment:
what was accepted is kept, and everybody is told."""
import signal
import socket
import subprocess
import unittest

from smtpd import BUILD, HASH, PATIENCE, Smtpd, expect

LETTER = b"Subject: x\r\n\r\nx\r\n.\r\n"


class Start(unittest.TestCase):
    def setUp(self):
        self.server = Smtpd()
        self.addCleanup(self.server.remove)

    def refused(self, status, words, *arguments):
        """It must end by itself, with `status` and one line that holds `words`."""
        ended = subprocess.run(
            [str(BUILD / "bin" / "smtpd"), *arguments], capture_output=True, text=True, timeout=PATIENCE
        )
        lines = [line for line in ended.stderr.splitlines() if " info " not in line]
        self.assertEqual(ended.returncode, status, ended.stderr)
        self.assertEqual(len(lines), 1, ended.stderr)
        self.assertTrue(lines[0].startswith("smtpd: "), lines[0])
        self.assertIn(words, lines[0])

    def with_option(self, status, words, option):
        self.refused(status, words, *self.server.command[1:], "-o", option)

    def test_misuse(self):
        ini = str(self.server.directory / "kit.ini")
        for words, *arguments in (
            ("-c kit.ini",),
            ("-c", "-c"),
            ("--nonsense", "--nonsense"),
            ("-x", "-x"),
            ("letter.eml", "-c", ini, "letter.eml"),
            ("--ready-fd", "-c", ini, "--ready-fd"),
            ("--ready-fd", "-c", ini, "--ready-fd", "x"),
            ("--ready-fd", "-c", ini, "--ready-fd", "-1"),
            ("--ready-fd", "-c", ini, "--ready-fd", "99999999999"),
            ("idle", "-c", ini, "-o", "idle"),
            ("smtpd.nonsense", "-c", ini, "-o", "smtpd.nonsense=1"),
            ("smtpd.idle", "-c", ini, "-o", "smtpd.idle=soon"),
        ):
            with self.subTest(arguments=arguments):
                self.refused(2, words, *arguments)

    def test_bad_configuration(self):
        self.refused(1, "no.ini", "-c", str(self.server.directory / "no.ini"))
        for words, option in (
            ("no.accounts", "mail.accounts=no.accounts"),
            ("smtpd.line", "smtpd.line=511"),
            ("smtpd.idle", "smtpd.idle=0"),
            ("smtpd.recipients", "smtpd.recipients=0"),
            ("smtpd.log", "smtpd.log=loud"),
            ("mail.hostname", "mail.hostname=two names"),
            ("mail.domains", "mail.domains="),
            ("smtpd.listen", "smtpd.listen="),
            ("mail.store", "mail.store=/dev/null/mail"),
            ("not.an.address", "smtpd.listen=not.an.address"),
            ("not.an.address", "smtpd.submission=not.an.address"),
            ("mail.certificate", "smtpd.submissions=127.0.0.1:0"),  # and there is none
            ("mail.key", "mail.certificate=no.pem"),
            ("mail.certificate", "mail.key=no.pem"),
        ):
            with self.subTest(option=option):
                self.with_option(1, words if words != "mail.store" else "/dev/null", option)

    def test_bad_certificate(self):
        lab = BUILD / "lab" / "tls"
        (self.server.directory / "garbage.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n")
        for words, certificate, key in (
            ("no.pem", "no.pem", "no.pem"),
            ("no.pem", lab / "mail.pem", "no.pem"),
            ("garbage.pem", self.server.directory / "garbage.pem", lab / "mail.key"),
            ("mail.key", lab / "mail.key", lab / "mail.key"),
            ("mail.pem", lab / "mail.pem", lab / "mail.pem"),
            ("accounts", self.server.directory / "accounts", lab / "mail.key"),
        ):
            with self.subTest(certificate=certificate, key=key):
                options = ("-o", "mail.certificate=%s" % certificate, "-o", "mail.key=%s" % key)
                self.refused(1, words, *self.server.command[1:], *options)

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            self.with_option(1, address, "smtpd.listen=" + address)

    def test_accounts_that_would_leave_the_store(self):
        before = sorted(self.server.directory.iterdir())
        for name in ("../../x", "..", ".", "a/b", "/etc/x", "x@../..", "", "new/../../x"):
            with self.subTest(name=name):
                address = name if "@" in name else name + "@example.org"
                (self.server.directory / "accounts").write_text("%s:%s:X\n" % (address, HASH))
                if address.endswith("@../.."):
                    (self.server.directory / "accounts").write_text("x@../..:%s:X\n" % HASH)
                    self.with_option(1, "", "mail.domains=../..")
                else:
                    self.refused(1, "", *self.server.command[1:])
                self.assertEqual(sorted(self.server.directory.iterdir()), before)

    def test_help(self):
        ended = subprocess.run([str(BUILD / "bin" / "smtpd"), "--help"], capture_output=True, text=True)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        for key in ("mail.store", "smtpd.listen", "smtpd.message-size"):
            self.assertIn(key, ended.stdout)


class Stop(unittest.TestCase):
    def start(self, *options):
        self.server = Smtpd(options=options).start()
        self.addCleanup(self.server.remove)
        self.peer = self.server.connect().greet()
        self.addCleanup(self.peer.close)

    def begin(self):
        for command, code in (("MAIL FROM:<>", "250"), ("RCPT TO:<bob@example.org>", "250"), ("DATA", "354")):
            expect(code, self.peer.ask(command))

    def test_the_message_under_way_is_finished(self):
        self.start("smtpd.stop=60s")
        self.begin()
        self.peer.send(LETTER[:10])
        self.server.process.send_signal(signal.SIGTERM)
        # Once nobody listens any more, the stop has begun.
        while True:
            try:
                self.server.connect().close()
            except ConnectionError:
                break
        self.peer.send(LETTER[10:])
        expect("250 2.0.0", self.peer.reply())
        expect("421 4.3.2", self.peer.reply())
        self.assertIsNone(self.peer.reply())
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(len(self.server.messages("bob")), 1)

    def test_a_message_that_does_not_end_is_cut(self):
        self.start("smtpd.stop=1s")
        self.begin()
        self.peer.send(LETTER[:-3])
        self.assertEqual(self.server.stop(), 1)
        self.assertIn("cut", self.server.log())
        self.assertEqual(self.server.messages("bob"), [])
        self.assertEqual(self.server.unfinished(), [])


if __name__ == "__main__":
    unittest.main()
