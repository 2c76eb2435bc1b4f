"""Every client with every server, a student who has solved all labs among them: all of it must go well."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KIT_BUILD", ROOT / "build")).resolve()
PATIENCE = 280
NOT_BUILT = 77


class Whole(unittest.TestCase):
    def test_whole(self):
        (BUILD / "tests").mkdir(exist_ok=True)
        build = Path(tempfile.mkdtemp(prefix="grid.", dir=BUILD / "tests"))
        self.addCleanup(shutil.rmtree, build)
        for name, what in (("bin", "bin"), ("lab", "lab"), ("lib", "lib"), ("labs", "solutions")):
            if (BUILD / what).exists():
                (build / name).symlink_to(BUILD / what)
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools/grid/grid.py"), "--json"], stdout=subprocess.PIPE,
                              env={**os.environ, "KIT_BUILD": str(build)}, timeout=PATIENCE, check=False)
        said = json.loads(done.stdout)
        self.assertEqual(said["install"], [], "clients are missing; ./kit setup test")
        bad = [(cell["client"], cell["column"], cell["reason"]) for cell in said["cells"] if not cell["passed"]]
        self.assertEqual((done.returncode, bad), (0, []))
        pairs = {(cell["client"], cell["column"]) for cell in said["cells"]}
        clients = {client for client, _ in pairs}
        servers = {column.split(" ")[0] for _, column in pairs}
        self.assertEqual(servers, {"smtpd", "09-smtp-server", "pop3d", "10-pop3-server"})
        self.assertLessEqual({"smtp", "pop3", "03-smtp-send yours", "06-mime yours", "07-pop3-client yours", "curl", "swaks",
                              "msmtp", "mutt", "smtplib", "poplib", "fetchmail", "mpop"}, clients)
        print("%d exchanges of %d clients with %d servers" % (len(pairs), len(clients), len(servers)))


if __name__ == "__main__":
    if not (BUILD / "solutions/03-smtp-send").exists():
        print("skipped: this tree has no solutions")
        sys.exit(NOT_BUILT)
    unittest.main(verbosity=2)
