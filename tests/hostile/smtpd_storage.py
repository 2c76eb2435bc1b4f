"""A store that fails: 4xx, nothing half done, and the next message gets through.

The full and the read-only disk are a small tmpfs in a mount namespace of the server's own; where
that may not be made, those two tests are skipped and say so.
"""
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from smtpd import Smtpd

LETTER = b"Subject: x\r\n\r\nx\r\n.\r\n"


def unshare():
    """The command that gives a program mounts of its own, or None."""
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        try:
            if subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0:
                return command
        except FileNotFoundError:
            pass
    return None


class Storage(unittest.TestCase):
    def setUp(self):
        self.server = None

    def start(self, **arguments):
        self.server = Smtpd(**arguments).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.peer = self.server.connect().greet()
        self.addCleanup(self.peer.close)

    def expect(self, status, reply):
        self.assertIsNotNone(reply, "closed instead of %s" % status)
        got = "%d %s" % (reply.code, reply.status) if " " in status else str(reply.code)
        self.assertEqual(got, status, str(reply))

    def send(self, status, *names, letter=LETTER):
        """One message; `status` is the last reply, to DATA or behind the dot. Leaves the session ready for more."""
        self.expect("250 2.1.0", self.peer.ask("MAIL FROM:<alice@example.org>"))
        for name in names:
            self.expect("250 2.1.5", self.peer.ask("RCPT TO:<%s@example.org>" % name))
        reply = self.peer.ask("DATA")
        if reply.code == 354:
            self.peer.send(letter)
            reply = self.peer.reply()
        self.expect(status, reply)
        self.expect("250 2.0.0", self.peer.ask("RSET"))

    def counts(self, *names):
        return [len(self.server.messages(name)) for name in names]

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

    def start_on_tmpfs(self, size):
        command = unshare()
        if command is None:
            self.skipTest("no mount namespace here: run it as root, or allow user namespaces")
        mount = 'mkdir -p "$0" && mount -t tmpfs -o size=%s none "$0" && exec "$@"' % size
        server = Smtpd()
        server.remove()
        store = str(server.store)
        self.start(store=store, wrapper=[*command, "sh", "-c", mount, store])
        self.mounted = store
        self.server.store = Path("/proc/%d/root%s" % (self.server.process.pid, store))
        self.addCleanup(shutil.rmtree, Path(store).parent, ignore_errors=True)

    def remount(self, how):
        enter = ["nsenter", "--target", str(self.server.process.pid), "--mount"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        subprocess.run([*enter, "mount", "-o", "remount," + how, self.mounted], check=True)

    def test_disk_full(self):
        self.start_on_tmpfs("400k")
        self.send("250 2.0.0", "bob")
        self.send("452 4.3.1", "bob", letter=b"x" * 70 * 10000 + LETTER)  # more than there is
        self.send("250 2.0.0", "bob")
        with open(self.server.store / "ballast", "wb", buffering=0) as ballast:
            with self.assertRaises(OSError):
                while True:
                    ballast.write(b"x" * 4096)
        self.send("452 4.3.1", "bob")
        self.send("452 4.3.1", "alice", "bob", "carol")
        self.assertEqual(self.counts("alice", "bob", "carol"), [0, 2, 0])
        self.assertEqual(self.server.unfinished(), [])
        (self.server.store / "ballast").unlink()
        self.send("250 2.0.0", "alice", "bob", "carol")
        self.assertEqual(self.counts("alice", "bob", "carol"), [1, 3, 1])

    def test_full_for_the_second_copy(self):
        # The first copy fits, the others do not: nobody gets it.
        self.start_on_tmpfs("400k")
        letter = b"x" * 250000 + LETTER
        self.send("452 4.3.1", "alice", "bob", letter=letter)
        self.assertEqual(self.counts("alice", "bob"), [0, 0])
        self.assertEqual(self.server.unfinished(), [])
        self.send("250 2.0.0", "alice", letter=letter)
        self.assertEqual(self.counts("alice", "bob"), [1, 0])

    def test_no_more_files(self):
        self.start_on_tmpfs("4m,nr_inodes=40")
        for number in range(100):
            path = self.server.store / ("ballast%d" % number)
            try:
                path.touch()
            except OSError:
                break
        self.send("452 4.3.1", "bob")
        self.assertEqual(self.counts("bob"), [0])
        (self.server.store / "ballast0").unlink()
        self.send("250 2.0.0", "bob")

    def test_read_only(self):
        self.start_on_tmpfs("4m")
        self.send("250 2.0.0", "bob")
        self.remount("ro")
        self.send("451 4.3.0", "bob")
        self.send("451 4.3.0", "alice", "bob")
        self.assertEqual(self.counts("alice", "bob"), [0, 1])
        self.remount("rw")
        self.send("250 2.0.0", "alice", "bob")
        self.assertEqual(self.counts("alice", "bob"), [1, 2])


if __name__ == "__main__":
    unittest.main()
