#!/usr/bin/env python3
"""A newer handout over an older one: everything of the kit is new, nothing of the student's is lost."""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

from support import ROOT, SMALL, STARTER, load, write

handout = load("handout")
update = load("update")

MINE = "int second(int x, struct failure *why) {\n    return x; /* hours of work */\n}\n"
NEW_STARTER = "/* A better comment. */\n" + STARTER.format("second")


class Update(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.here = pathlib.Path(directory.name).resolve()
        self.tree, self.student = self.here / "tree", self.here / "student" / "mailwire"
        write(self.tree, SMALL)
        (self.tree / "tools" / "handout").mkdir(parents=True)
        (self.tree / "tools" / "handout" / "update.py").write_bytes((ROOT / "tools/handout/update.py").read_bytes())
        with tarfile.open(self.handout("first.tar.gz")) as archive:
            archive.extractall(self.student.parent)

    def handout(self, name, labs=None):
        path = self.here / name
        path.write_bytes(handout.pack(handout.collect(self.tree, labs)[0]))
        return path

    def update(self, labs=None):
        return update.update(self.student, update.unpack(self.handout("next.tar.gz", labs)))

    def read(self, name):
        return (self.student / name).read_text("utf-8")

    def snapshot(self):
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.student.rglob("*") if path.is_file()}

    def test_the_same_handout_again_changes_nothing(self):
        before = self.snapshot()
        self.assertEqual(self.update(), ["0 files of the kit changed, 0 removed"])
        self.assertEqual(self.snapshot(), before)

    def test_a_students_file_stays(self):
        write(self.student, {"labs/02-two/two.c": MINE, "labs/02-two/answers.ini": "[server]\nanswer = 127.0.0.2\n"})
        write(self.tree, {"shared/net.c": "int better;\n"})
        told = self.update()
        self.assertEqual(self.read("labs/02-two/two.c"), MINE)
        self.assertEqual(self.read("labs/02-two/answers.ini"), "[server]\nanswer = 127.0.0.2\n")
        self.assertEqual(self.read("shared/net.c"), "int better;\n")
        self.assertEqual(told, ["kept     labs/02-two/answers.ini: yours", "kept     labs/02-two/two.c: yours",
                                "1 files of the kit changed, 0 removed"])

    def test_a_starter_that_changed_replaces_one_not_begun(self):
        write(self.tree, {"labs/02-two/two.c": NEW_STARTER})
        self.assertIn("replaced labs/02-two/two.c: the starter is new, and you had not begun", self.update())
        self.assertEqual(self.read("labs/02-two/two.c"), NEW_STARTER)

    def test_a_starter_that_changed_is_put_beside_one_begun(self):
        write(self.student, {"labs/02-two/two.c": MINE})
        write(self.tree, {"labs/02-two/two.c": NEW_STARTER})
        self.assertIn("labs/02-two/two.c.new", "\n".join(self.update()))
        self.assertEqual(self.read("labs/02-two/two.c"), MINE)
        self.assertEqual(self.read("labs/02-two/two.c.new"), NEW_STARTER)
        # … and the next update, with the same starter, says no more of it.
        self.assertEqual(self.update()[0], "kept     labs/02-two/two.c: yours")

    def test_files_of_the_students_own_making_stay(self):
        own = {"labs/02-two/notes.txt": "my notes", "labs/02-two/helper.c": "int help;\n", "TODO": "all", "build/bin/two": "\x7f"}
        write(self.student, own)
        self.update()
        for name, content in own.items():
            self.assertEqual(self.read(name), content)

    def test_what_the_kit_has_no_more_goes_and_new_labs_come(self):
        with tarfile.open(self.handout("small.tar.gz", "1")) as archive:
            archive.extractall(self.here / "other")
        self.student = self.here / "other" / "mailwire"
        write(self.tree, {"shared/new.c": "int new;\n"})
        (self.tree / "docs" / "student.md").unlink()
        told = self.update()
        self.assertFalse((self.student / "docs" / "student.md").exists())
        self.assertIn("new      labs/03-three/three.c", told)
        self.assertIn("failure_not_written", self.read("labs/03-three/three.c"))
        self.assertEqual(self.read("shared/new.c"), "int new;\n")

    def test_a_lab_that_is_handed_out_no_more_keeps_the_students_file(self):
        write(self.student, {"labs/02-two/two.c": MINE})
        self.update("1")
        self.assertEqual(self.read("labs/02-two/two.c"), MINE)
        self.assertFalse((self.student / "labs/02-two/lab.ini").exists())

    def test_only_what_changed_is_built_again(self):
        old = {path: stamp for path, (_, stamp) in self.snapshot().items()}
        write(self.tree, {"shared/net.c": "int better;\n"})
        self.update()
        changed = {path.name for path, (_, stamp) in self.snapshot().items() if old.get(path) != stamp}
        self.assertEqual(changed, {"net.c"})
        self.assertGreater((self.student / "shared/net.c").stat().st_mtime, handout.TIME)  # newer than what was built

    def test_a_damaged_or_foreign_archive_changes_nothing(self):
        whole = self.handout("whole.tar.gz").read_bytes()
        before = self.snapshot()
        for name, content in (("cut", whole[: len(whole) // 2]), ("empty", b""), ("text", b"hello\n"), ("up", self.archive("m/../../x")),
                              ("absolute", self.archive("/etc/x")), ("link", self.archive("m/kit", tarfile.SYMTYPE)),
                              ("other", self.archive("m/README"))):
            with self.subTest(archive=name):
                (self.here / name).write_bytes(content)
                with self.assertRaises(update.Refused):
                    update.update(self.student, update.unpack(self.here / name))
                self.assertEqual(self.snapshot(), before)
        self.assertFalse((self.here / "x").exists())

    @staticmethod
    def archive(name, kind=tarfile.REGTYPE):
        packed = io.BytesIO()
        with tarfile.open(mode="w:gz", fileobj=packed) as archive:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        return packed.getvalue()

    def test_the_command_line(self):
        def run(*arguments, root=self.student):
            script = root / "tools" / "handout" / "update.py"
            return subprocess.run([sys.executable, "-B", str(script), *arguments], capture_output=True, text=True)

        write(self.student, {"labs/02-two/two.c": MINE})
        ran = run(str(self.handout("next.tar.gz")))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(self.read("labs/02-two/two.c"), MINE)
        for arguments, status in (([], 2), (["--help"], 2), (["nosuch.tar.gz"], 1)):
            ran = run(*arguments)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr.count("\n")), (status, "", 1))
        ran = run(str(self.here / "next.tar.gz"), root=self.tree)  # the instructor's own tree
        self.assertEqual(ran.returncode, 1)
        self.assertIn("is no handout", ran.stderr)

    def test_as_the_documents_say_with_tar_alone(self):
        """README of the handout, for a folder too old to know `./kit update`."""
        write(self.student, {"labs/02-two/two.c": MINE, "labs/02-two/answers.ini": "mine\n"})
        write(self.tree, {"shared/net.c": "int better;\n", "labs/02-two/lab.ini": SMALL["labs/02-two/lab.ini"] + "; new\n"})
        archive = str(self.handout("next.tar.gz"))
        keep = ["--exclude=labs/*/*.c", "--exclude=labs/*/answers.ini"]
        for options in (["--touch", *keep], ["--skip-old-files"]):
            subprocess.run(["tar", "-xzf", archive, "--strip-components=1", *options], cwd=self.student, check=True)
        self.assertEqual(self.read("labs/02-two/two.c"), MINE)
        self.assertEqual(self.read("labs/02-two/answers.ini"), "mine\n")
        self.assertEqual(self.read("shared/net.c"), "int better;\n")
        self.assertIn("; new", self.read("labs/02-two/lab.ini"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
