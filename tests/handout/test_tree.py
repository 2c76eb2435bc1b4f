#!/usr/bin/env python3
"""test_tree.py BUILD: the handout as a student has it: unpacked, built, judged; then with the labs solved in it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest

from support import ROOT, load

handout = load("handout")
HERE = pathlib.Path(sys.argv[1]).resolve() / "run" / "tests" / "handout"


class Tree(unittest.TestCase):
    maxDiff = None

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(HERE, ignore_errors=True)

    def run_in(self, tree, *command, status=0):
        # Nothing of the surrounding build may help: what it set for itself is taken away.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KIT_", "WIRE_", "CTEST_"))}
        ran = subprocess.run(command, cwd=tree, env={**environment, "NO_COLOR": "1"}, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200)
        self.assertEqual(ran.returncode, status, f"{command}:\n{ran.stdout}")
        return ran.stdout

    def unpack(self, name, labs=None):
        """A fresh handout in HERE/NAME/."""
        directory = HERE / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        (directory / "handout.tar.gz").write_bytes(handout.pack(handout.collect(ROOT, labs)[0]))
        with tarfile.open(directory / "handout.tar.gz") as archive:
            archive.extractall(directory)
        return directory / handout.NAME

    def build(self, tree, *targets):
        said = self.run_in(tree, "cmake", "--preset", "default", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
        said += self.run_in(tree, "cmake", "--build", "build", "-j2", *(["--target", *targets] if targets else []))
        self.assertNotIn("warning", said.lower())
        self.assertNotIn("CMake Warning", said)

    def test_one_lab_alone_links(self):
        tree = self.unpack("one", "1")
        self.build(tree, "lab-01-raw-socket", "talk")
        self.assertFalse((tree / "clients" / "smtp.c").exists())

    def test_whole(self):
        tree = self.unpack("whole")
        labs = sorted(path.name for path in (tree / "labs").iterdir())
        self.build(tree)

        # The commands that need what is not there are neither offered nor tried.
        offered = self.run_in(tree, "./kit", "help")
        for command in ("demo", "test", "bench", "reference", "grade", "handout"):
            self.assertNotRegex(offered, rf"(?m)^  {command}\b")
            self.assertEqual(self.run_in(tree, "./kit", command, status=2).count("\n"), 1)
        for command in ("check", "start", "show", "grid", "update"):
            self.assertRegex(offered, rf"(?m)^  {command}\b")

        # Unwritten: no points, and each failure says so.
        for lab in labs:
            said = self.run_in(tree, "build/bin/wire", "check", lab[:2], status=1)
            self.assertRegex(said, r"(?m)^0 of \d+ points$")
            self.assertIn("is not written yet", said)
            self.assertNotRegex(said, r"(?m)^\+ ")

        # Solved, the questions too: all points, by CTest.
        for lab in labs:
            for solution in (ROOT / "solutions" / lab).iterdir():
                shutil.copyfile(solution, tree / "labs" / lab / solution.name)
            shutil.copyfile(ROOT / "captures" / f"{lab}.pcapng", tree / "labs" / lab / "capture.pcapng")
        self.run_in(tree, "cmake", "--build", "build", "-j2")
        said = self.run_in(tree, "ctest", "--test-dir", "build", "-L", "lab", "-j4")
        self.assertIn("100% tests passed", said)
        self.assertNotIn("No tests were found", said)

        # And it works with the programs of others.
        said = self.run_in(tree, sys.executable, "-B", "tools/grid/grid.py", "smtp", "smtplib", "pop3", "poplib")
        self.assertRegex(said, r"(?m)^ +smtpd +09-smtp-server$")
        self.assertRegex(said, r"(?m)^(\d+) of \1 exchanges went well$")

        # The same on a machine of GitHub Classroom's, which lays a hand-in over the tree (tools/grade/here.py).
        shutil.copytree(ROOT / "tools" / "grade", tree / "tools" / "grade")
        for lab in labs:
            shutil.copytree(tree / "labs" / lab, tree.parent / "hand-in" / "labs" / lab)
        (tree / "labs" / labs[0] / "raw_socket.c").write_text("int broken = ;\n")
        here = [sys.executable, "-B", "tools/grade/here.py"]
        self.run_in(tree, *here, "../hand-in", "-o", "../results", "--format", "classroom")
        result = json.loads((tree.parent / "results/students/hand-in/classroom.json").read_text("utf-8"))
        self.assertEqual([test for test in result["tests"] if test["status"] != "pass"], [])
        self.assertEqual(sum(test["score"] for test in result["tests"]), result["max_score"])

        # An update leaves that work alone, and everything still holds.
        said = self.run_in(tree, sys.executable, "-B", "tools/handout/update.py", str(tree.parent / "handout.tar.gz"))
        self.assertIn("0 files of the kit changed, 0 removed", said)
        for lab in labs:
            self.assertIn(f"kept     labs/{lab}/", said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
