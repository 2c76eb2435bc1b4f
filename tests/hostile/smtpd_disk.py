"""A disk that is full or read-only: a small tmpfs, in a mount namespace of the server's own. Where that
may not be made, the whole test is skipped."""
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from mounts import REMEDY, namespace
from smtpd import Smtpd
from smtpd_storage import LETTER, Case

UNSHARE = namespace()


class Disk(Case):
    def start_on_tmpfs(self, size):
        mount = 'mkdir -p "$0" && mount -t tmpfs -o size=%s none "$0" && exec "$@"' % size
        server = Smtpd()
        server.remove()
        store = str(server.store)
        self.start(store=store, wrapper=[*UNSHARE, "sh", "-c", mount, store])
        self.mounted = store
        self.server.store = Path("/proc/%d/root%s" % (self.server.process.pid, store))
        self.addCleanup(shutil.rmtree, Path(store).parent, ignore_errors=True)

    def remount(self, how):
        enter = ["nsenter", "--target", str(self.server.process.pid), "--mount"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        subprocess.run([*enter, "mount", "-o", "remount,bind," + how, self.mounted], check=True)

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
    if UNSHARE is None:
        print("skipped: " + REMEDY)
        sys.exit(77)
    unittest.main()
