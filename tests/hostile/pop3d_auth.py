"""Passwords: who may say them where, what a wrong one costs, and AUTH with everything that can stand behind it."""
import time
import unittest

from pop3d import PASSWORD, Pop3d, plain, refused

LOGINS = (("bob", PASSWORD), ("BOB", PASSWORD), ("bob@example.org", PASSWORD), ("Bob@Example.ORG", PASSWORD))
WRONG = (("bob", "x"), ("bob", PASSWORD + "x"), ("bob", PASSWORD[:-1]), ("nobody", PASSWORD), ("dave", PASSWORD),
         ("bob@", PASSWORD),
         ("@example.org", PASSWORD), ("bob@example.com", PASSWORD), ("../../bob", PASSWORD),
         ("bob/../alice", PASSWORD), ("bob@example.org@example.org", PASSWORD))


class Auth(unittest.TestCase):
    def start(self, *options, **more):
        self.server = Pop3d(options=options, **more).start()
        self.peers = []
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)
        self.server.put("bob", b"Subject: x\n\nx\n")

    def stop(self):
        for peer in self.peers:
            peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])

    def connect(self, service="listen", **more):
        self.peers.append(self.server.connect(service, **more))
        return self.peers[-1].greet()

    def test_right_ones(self):
        self.start(tls=True)
        for user, password in LOGINS:
            for service in ("listen", "pop3s"):
                peer = self.connect(service)
                peer.login(user, password, greeting=False).quit()
                peer = self.connect(service)
                peer.good("AUTH PLAIN " + plain(user, password))
                peer.quit()
                peer = self.connect(service)
                self.assertEqual(peer.ask("AUTH PLAIN"), b"+ ")
                peer.good(plain(user, password))
                self.assertEqual(peer.good("STAT").split()[0], b"1")
                peer.quit()

    def test_login(self):
        self.start()
        import base64
        peer = self.connect()
        self.assertTrue(peer.ask("auth login").startswith(b"+ "))
        self.assertTrue(peer.ask(base64.b64encode(b"bob")).startswith(b"+ "))
        peer.good(base64.b64encode(PASSWORD.encode()))

    def test_wrong_ones(self):
        self.start("pop3d.auth-failures=20")
        for user, password in WRONG:
            with self.subTest(user=user):
                peer = self.connect()
                peer.good("USER " + user)
                peer.bad("PASS " + password, "AUTH")
                peer.bad("AUTH PLAIN " + plain(user, password), "AUTH")
                peer.bad("STAT")
                peer.login("bob", greeting=False).quit()

    def test_guessing_takes_time_and_then_ends(self):
        self.start("pop3d.auth-delay=1s", "pop3d.auth-failures=2")
        peer = self.connect()
        begin = time.monotonic()
        for _ in range(2):
            peer.good("USER bob")
            peer.bad("PASS x", "AUTH")
        self.assertGreaterEqual(time.monotonic() - begin, 3)  # one second, and two
        peer.bad("USER bob", "AUTH")  # the third one is not heard
        self.assertIsNone(peer.reply())
        self.assertEqual(self.server.log().count("login failed user=bob@example.org"), 2)

    def test_the_delay_ends_with_the_server(self):
        self.start("pop3d.auth-delay=60s", "pop3d.stop=30s")
        peer = self.connect()
        peer.good("USER bob")
        peer.send(b"PASS x\r\n")
        other = self.connect()
        other.login("bob", greeting=False)  # nobody else waits
        begin = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - begin, 20)
        self.server.start()

    def test_not_in_clear(self):
        """Without TLS no password is taken: of nobody where clear-auth says no, and never of another machine."""
        self.start("pop3d.clear-auth=no", tls=True)
        peer = self.connect()
        self.assertFalse({"USER", "SASL"} & set(peer.capabilities()))
        for command in ("USER bob", "PASS " + PASSWORD, "AUTH PLAIN " + plain("bob"), "AUTH PLAIN", "AUTH"):
            self.assertIn(b"STLS", peer.bad(command))
        self.assertLessEqual({"USER", "SASL"}, set(peer.stls().capabilities()))
        peer.login("bob", greeting=False)

    def test_nowhere(self):
        self.start("pop3d.clear-auth=no")
        peer = self.connect()
        self.assertFalse({"USER", "SASL", "STLS"} & set(peer.capabilities()))
        peer.bad("STLS")
        peer.bad("USER bob")

    def test_exchanges_that_are_none(self):
        self.start("pop3d.errors=1000")
        peer = self.connect()
        self.assertEqual(peer.lines("AUTH"), [b"PLAIN", b"LOGIN"])
        for argument in ("PLAIN  ", "PLAIN x y", "PLAIN " + plain("bob") + " x", "NOTHING", "PLAINX", " PLAIN",
                         "CRAM-MD5", "PLAIN !", "PLAIN =x", "PLAIN ====",
                         "PLAIN AA", "PLAIN " + "A" * 230, "PLAIN =", "PLAIN \u00e7"):
            with self.subTest(argument=argument):
                self.assertTrue(peer.ask("AUTH " + argument).startswith(b"-ERR"))
        for answer in (b"*", b"!", b"", b"=", b"A" * 20000, b"AA\0A", b"\0", plain("bob").encode() + b" "):
            with self.subTest(answer=answer[:10]):
                self.assertEqual(peer.ask("AUTH PLAIN"), b"+ ")
                self.assertTrue(peer.ask(answer).startswith(b"-ERR"))
        self.assertEqual(peer.ask("AUTH PLAIN"), b"+ ")
        peer.send(plain("bob").encode() + b"\n")
        refused(peer.reply())
        peer.good("AUTH PLAIN " + plain("bob"))

    def test_an_initial_response_that_does_not_fit(self):
        """RFC 5034 section 4: a command has 255 octets at most; the rest goes the long way, where it may be longer."""
        self.start()
        peer = self.connect()
        peer.bad("AUTH PLAIN " + plain("bob", "x" * 200))
        self.assertEqual(peer.ask("AUTH PLAIN"), b"+ ")
        peer.bad(plain("bob", "x" * 200), "AUTH")

    def test_acting_for_another(self):
        import base64
        self.start()
        peer = self.connect()
        for authorizes, ok in (("alice", False), ("alice@example.org", False), ("bob", True)):
            text = base64.b64encode(b"%s\0bob\0%s" % (authorizes.encode(), PASSWORD.encode())).decode()
            peer.good("AUTH PLAIN " + text) if ok else peer.bad("AUTH PLAIN " + text, "AUTH")

    def test_cut_in_the_middle(self):
        self.start()
        for said in (b"AUTH PLAIN\r\n", b"AUTH LOGIN\r\nYm9i\r\n", b"USER bob\r\n",
                     b"USER bob\r\nPASS " + PASSWORD.encode()):
            peer = self.connect()
            peer.send(said)
            peer.end()
            while peer.line():
                pass
        self.connect().login("bob", greeting=False)


if __name__ == "__main__":
    unittest.main()
