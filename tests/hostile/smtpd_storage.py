"""A store that fails: 4xx, nothing half done, and the next message gets through."""
import shutil
import unittest

from smtpd import Smtpd, expect

LETTER = b"Subject: x\r\n\r\nx\r\n.\r\n"


class Case(unittest.TestCase):
    """A server and one session with it."""

    def setUp(self):
        self.server = None

    def start(self, **arguments):
        self.server = Smtpd(**arguments).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.peer = self.server.connect().greet()
        self.addCleanup(self.peer.close)

    def send(self, status, *names, letter=LETTER):
        """One message; `status` is the last reply, to DATA or behind the dot. Leaves the session ready for more."""
        expect("250 2.1.0", self.peer.ask("MAIL FROM:<alice@example.org>"))
        for name in names:
            expect("250 2.1.5", self.peer.ask("RCPT TO:<%s@example.org>" % name))
        reply = self.peer.ask("DATA")
        if reply.code == 354:
            self.peer.send(letter)
            reply = self.peer.reply()
        expect(status, reply)
        expect("250 2.0.0", self.peer.ask("RSET"))

    def counts(self, *names):
        return [len(self.server.messages(name)) for name in names]


class Storage(Case):
    def test_a_mailbox_is_gone(self):
        self.start()
        shutil.rmtree(self.server.mailbox("bob"))
        self.send("451 4.3.0", "bob")
        self.send("451 4.3.0", "alice", "bob")
        self.send("451 4.3.0", "bob", "alice")
        self.send("250 2.0.0", "alice")
        self.assertEqual(self.counts("alice", "bob"), [1, 0])
        self.assertEqual(self.server.unfinished(), [])

    def test_one_of_several_cannot_be_published(self):
        # Found out only when alice has hers already: it is taken back.
        self.start()
        new = self.server.mailbox("bob") / "new"
        new.rmdir()
        new.write_text("in the way")
        self.send("451 4.3.0", "alice", "bob", "carol")
        self.assertEqual(self.counts("alice", "carol"), [0, 0])
        self.assertEqual(self.server.unfinished(), [])
        new.unlink()
        new.mkdir()
        self.send("250 2.0.0", "alice", "bob", "carol")
        self.assertEqual(self.counts("alice", "bob", "carol"), [1, 1, 1])

    def test_files_may_not_grow(self):
        # RLIMIT_FSIZE: a write fails in the middle of a message, as with a quota.
        self.start(wrapper=["prlimit", "--fsize=300000", "--", "env", "--ignore-signal=XFSZ"])
        self.send("451 4.3.0", "bob", letter=b"x" * 70 * 5000 + LETTER)
        self.send("451 4.3.0", "bob", "alice", letter=b"x" * 70 * 50000 + LETTER)
        self.send("250 2.0.0", "bob", "alice", letter=LETTER)
        self.assertEqual(self.counts("bob", "alice"), [1, 1])
        self.assertEqual(self.server.unfinished(), [])


if __name__ == "__main__":
    unittest.main()
