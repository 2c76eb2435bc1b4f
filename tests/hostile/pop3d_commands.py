"""Commands that nobody should send: in the wrong state, too long, with bytes that no command has, with numbers of every
kind. Each gets its one -ERR, and the session goes on."""
import subprocess
import unittest

from pop3d import PASSWORD, Pop3d, plain, refused
from smtpd import BUILD, HASH, PATIENCE

LETTER = b"Subject: x\n\none\ntwo\n"
SENT = LETTER.replace(b"\n", b"\r\n")
BEFORE = ("USER bob", "PASS x", "AUTH PLAIN", "STLS", "UTF8", "APOP bob c4c9334bac560ecc979e58001b3e22fb")
BEHIND = ("STAT", "LIST", "LIST 1", "UIDL", "UIDL 1", "RETR 1", "TOP 1 0", "DELE 1", "RSET", "NOOP")


class Commands(unittest.TestCase):
    options = ()

    def setUp(self):
        self.server = Pop3d(tls=True, options=self.options).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)
        self.peers = []
        for number in (1, 2, 3):
            self.server.put("bob", LETTER, "%d.mail" % number)

    def stop(self):
        for peer in self.peers:
            peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertNotIn(PASSWORD, self.server.log())

    def connect(self, service="listen"):
        peer = self.server.connect(service)
        self.peers.append(peer)
        return peer

    def login(self):
        return self.connect().login("bob")

    def is_fine(self, peer):
        """The session is still in step."""
        self.assertEqual(peer.good("STAT"), b"3 %d" % (3 * len(SENT)))


class States(Commands):
    def test_before_the_login(self):
        peer = self.connect().greet()
        for command in BEHIND:
            with self.subTest(command=command):
                peer.bad(command)
        peer.bad("PASS " + PASSWORD)  # USER comes first
        self.is_fine(peer.login("bob", greeting=False))

    def test_behind_the_login(self):
        peer = self.login()
        for command in BEFORE:
            with self.subTest(command=command):
                peer.bad(command)
        self.is_fine(peer)

    def test_pass_comes_behind_user_and_once(self):
        peer = self.connect().greet()
        peer.good("USER bob")
        peer.bad("PASS wrong", "AUTH")
        peer.bad("PASS " + PASSWORD)
        peer.good("USER alice")
        peer.good("USER bob")  # the last one counts
        peer.good("PASS " + PASSWORD)
        self.is_fine(peer)

    def test_stls_forgets_the_user(self):
        peer = self.connect().greet()
        peer.good("USER bob")
        peer.stls().bad("PASS " + PASSWORD)
        self.is_fine(peer.login("bob", greeting=False))

    def test_stls_behind_utf8(self):
        peer = self.connect().greet()
        peer.good("UTF8")
        peer.bad("UTF8")
        peer.bad("STLS")
        self.is_fine(peer.login("bob", greeting=False))

    def test_capabilities_are_true_where_they_are_said(self):
        both = {"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE", "UTF8", "LANG", "USER", "SASL"}
        peer = self.connect().greet()
        self.assertEqual(set(peer.capabilities()), both | {"STLS"})
        self.assertEqual(set(peer.login("bob", greeting=False).capabilities()), both | {"STLS", "IMPLEMENTATION"})
        peer.quit()
        peer = self.connect("pop3s").greet()
        found = peer.capabilities()
        self.assertEqual(set(found), both)
        self.assertEqual((found["EXPIRE"], found["SASL"], found["UTF8"]), ("NEVER", "PLAIN LOGIN", ""))
        self.assertEqual(set(peer.login("bob", greeting=False).capabilities()), both | {"IMPLEMENTATION"})

    def test_words_that_are_no_commands(self):
        peer = self.login()
        for command in ("", " ", "X", "STATS", "STA", "RETR1", "\u00e7", "GET / HTTP/1.1", "A1 LOGIN bob x", "PASS"):
            with self.subTest(command=command):
                peer.bad(command)
        for command in ("stat", "Stat", "STAT ", "STAT   "):
            self.assertTrue(peer.good(command))
        for command in ("STAT 1", "NOOP x", "RSET 1", "QUIT now", "CAPA all"):
            peer.bad(command)
        self.is_fine(peer)


class Numbers(Commands):
    def test_numbers(self):
        peer = self.login()
        peer.good("DELE 2")
        wrong = ("", "0", "-1", "+1", "4", "2", "00", "1x", "x", "1 1", "1,2", "1.0", "0x1", "1\u00a0", "4294967295",
                 "4294967296",
                 "4294967297", "18446744073709551615", "18446744073709551616", "18446744073709551617", "9" * 200)
        for verb in ("RETR", "DELE", "LIST", "UIDL", "TOP"):
            for number in wrong:
                if number == "" and verb in ("LIST", "UIDL"):
                    continue  # without a number they list
                with self.subTest(verb=verb, number=number):
                    peer.bad(("%s %s%s" % (verb, number, " 1" * (verb == "TOP"))).rstrip(" "))
        for command in ("TOP 1", "TOP 1 ", "TOP 1 -1", "TOP 1 x", "TOP 1 1 1", "TOP 1 18446744073709551616"):
            with self.subTest(command=command):
                peer.bad(command)
        self.assertEqual(peer.good("STAT"), b"2 %d" % (2 * len(SENT)))
        peer.good("RSET")
        self.is_fine(peer)
        self.assertEqual(len(self.server.messages("bob")), 3)

    options = ("pop3d.errors=1000",)

    def test_top(self):
        peer = self.login()
        lines = SENT.split(b"\r\n")[:-1]
        for count, want in ((0, 2), (1, 3), (2, 4), (3, 4), (18446744073709551615, 4)):
            self.assertEqual(peer.lines("TOP 1 %d" % count), lines[:want])


class Lines(Commands):
    def test_too_long(self):
        peer = self.login()
        for length in (254, 255, 256, 1000, 4096, 4097, 1 << 20):
            with self.subTest(length=length):
                peer.bad(b"NOOP " + b"x" * (length - 7))
        self.is_fine(peer)

    def test_the_limit(self):
        peer = self.login()
        self.assertIn(b"no argument", peer.bad(b"STAT " + b"x" * 248))  # 255 octets with CR LF: RFC 2449 section 4
        self.assertIn(b"too long", peer.bad(b"STAT " + b"x" * 249))

    def test_ends_of_lines(self):
        peer = self.login()
        for octets in (b"STAT\n", b"STAT\r\r\n", b"STAT\0\r\n", b"\0\r\n", b"ST\0AT\r\n", b"STAT\t\r\n",
                       b"\x7fSTAT\r\n", b"STAT\x1b[2J\r\n"):
            with self.subTest(octets=octets):
                peer.send(octets)
                refused(peer.reply())
        peer.send(b"STAT\rSTAT\r\n")  # a lone CR ends nothing
        refused(peer.reply())
        self.is_fine(peer)

    def test_a_megabyte_without_an_end(self):
        peer = self.login()
        before = self.server.memory()
        peer.send(b"x" * (1 << 20))
        peer.send(b"\0" * (1 << 20))
        peer.send(b"\r\nSTAT\r\n")
        refused(peer.reply())
        self.assertIn(b"+OK 3 ", peer.reply())
        self.assertLess(self.server.memory() - before, 1024)

    def test_all_in_one_segment_and_one_byte_at_a_time(self):
        commands = [b"CAPA", b"USER bob", b"PASS " + PASSWORD.encode(), b"STAT", b"LIST", b"UIDL", b"RETR 1",
                    b"TOP 2 1", b"DELE 3",
                    b"NOOP", b"nonsense", b"LIST 3", b"RSET", b"STAT", b"LANG", b"QUIT"]
        octets = b"".join(command + b"\r\n" for command in commands)
        answers = []
        for pieces in ([octets], [octets[at : at + 1] for at in range(len(octets))]):
            peer = self.connect()
            for piece in pieces:
                peer.send(piece)
            answer = b""
            while line := peer.line():
                answer += line
            answers.append(answer)
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0].count(b"-ERR"), 2)
        self.assertEqual(answers[0].count(SENT), 1)
        self.assertEqual(len(self.server.messages("bob")), 3)

    def test_too_many_errors(self):
        peer = self.login()
        for _ in range(100):
            peer.bad("nonsense")
        peer.bad("STAT", "SYS/PERM")
        self.assertIsNone(peer.reply())


class Secrets(unittest.TestCase):
    def log_in(self, server, password):
        with server.connect() as peer:
            peer.greet().good("USER erin")
            return peer.ask(b"PASS " + password)

    def test_pass_takes_the_rest_of_the_line(self):
        """RFC 1939 section 7: blanks belong to the password."""
        for password in ("two words", " in front", "behind ", "  ", "a  b", "\u00e7\u0131 \u015f", "x" * 248):
            with self.subTest(password=password), Pop3d() as server:
                subprocess.run([BUILD / "bin/accounts", server.directory / "accounts", "add", "erin@example.org"],
                               input=password + "\n", text=True, check=True, timeout=PATIENCE)
                server.stop()
                server.start()
                self.assertTrue(self.log_in(server, password.encode()).startswith(b"+OK"))
                for other in (password + "x", password[:-1], password.strip() + "\t", " " + password[1:] + " "):
                    if other != password:
                        self.assertFalse(self.log_in(server, other.encode()).startswith(b"+OK"))
                if password.strip():
                    self.assertNotIn(password.strip(), server.log())

    def test_nothing_secret_in_the_log(self):
        with Pop3d(options=["pop3d.log=debug"]) as server:
            with server.connect() as peer:
                peer.greet()
                for line in ("PASS hidden1", "PASS hidden1 ", "hidden1", "pass hidden1",
                             "AUTH PLAIN " + plain("bob", "hidden1"), "APOP bob hidden1",
                             "PASS hidden1\0", "PASS " + "hidden1" * 100, "AUTH hidden1"):
                    peer.bad(line, "AUTH" if "AUTH PLAIN" in line else None)
                peer.good("USER bob")
                peer.bad("PASS hidden1", "AUTH")
                peer.ask("AUTH LOGIN")
                peer.bad("hidden1")
                peer.ask("AUTH LOGIN")
                peer.ask("Ym9i")
                peer.bad("hidden1 hidden1")
            server.stop()
            for secret in ("hidden1", plain("bob", "hidden1"), HASH):
                self.assertNotIn(secret, server.log())
            server.start()


if __name__ == "__main__":
    unittest.main()
