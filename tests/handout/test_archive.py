#!/usr/bin/env python3
"""What goes into a handout, and what never does."""

import gzip
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

from support import ROOT, SMALL, load, write

handout = load("handout")

# What of the tree stays at home; everything else that is in it must come.
AT_HOME = ("solutions/", "tests/", "docs/instructor", ".ci/", ".github/", ".clang-tidy", "tools/demo.sh", "tools/grade/",
           "tools/handout/handout.py", "tools/handout/README.md", "tools/handout/pack.py")


def git(root, *arguments):
    subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )


class Small(unittest.TestCase):
    """Handouts of a small tree."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name).resolve() / "tree"
        write(self.root, SMALL)

    def collect(self, labs=None):
        files, notes = handout.collect(self.root, labs)
        return {name for name in files if not name.startswith(".handout/")}, notes

    def refuses(self, words, labs=None):
        with self.assertRaisesRegex(handout.Refused, words):
            handout.collect(self.root, labs)

    def test_what_comes(self):
        names, notes = self.collect()
        self.assertEqual(names, {
            "CMakeLists.txt", "README.md", "captures/01-one.pcapng", "captures/03-three.txt", "clients/one.c",
            "clients/parts/part.c", "clients/two.c", "docs/student.md", "kit", "labs/01-one/lab.ini", "labs/01-one/one.c",
            "labs/02-two/answers.ini", "labs/02-two/lab.ini", "labs/02-two/two.c", "labs/03-three/README.md",
            "labs/03-three/lab.ini", "labs/03-three/three.c", "shared/net.c",
        })
        self.assertEqual(notes, [])

    def test_a_client_comes_with_its_labs_and_a_lab_with_those_of_its_client(self):
        names, notes = self.collect("1")
        self.assertEqual({name for name in names if name.startswith(("labs/", "clients/", "captures/"))},
                         {"labs/01-one/lab.ini", "labs/01-one/one.c", "clients/one.c", "clients/parts/part.c",
                          "captures/01-one.pcapng"})
        self.assertEqual(notes, [])
        names, notes = self.collect("3")
        self.assertIn("labs/02-two/two.c", names)  # clients/two.c calls it
        self.assertIn("clients/two.c", names)
        self.assertNotIn("labs/01-one/one.c", names)
        self.assertNotIn("clients/one.c", names)
        self.assertEqual(notes, ["lab 2 goes with it: its functions are linked into the same program"])
        names, _ = self.collect("2")
        self.assertIn("labs/03-three/three.c", names)  # through clients/parts/part.c

    def test_a_server_lab_comes_with_its_main_and_no_other(self):
        write(self.root, {
            "labs/04-four/lab.ini": "[lab]\ntitle = Four\nserver = four\n",
            "labs/04-four/four.c": "void fourth(int x) {\n    four_not_written(x, 1);\n}\n",
            "servers/lab/four.c": "int main(void) {\n    fourth(net());\n    return 0;\n}\n",
            "servers/lab/five.c": "int main(void) {\n    return 5;\n}\n",
            "servers/real/main.c": "int main(void) {\n    return 6;\n}\n",
        })
        names, notes = self.collect("4")
        self.assertEqual({name for name in names if name.startswith(("labs/", "clients/", "servers/"))},
                         {"labs/04-four/lab.ini", "labs/04-four/four.c", "servers/lab/four.c", "servers/real/main.c",
                          "clients/parts/part.c"})
        self.assertEqual(notes, [])
        names, _ = self.collect("1")
        self.assertFalse([name for name in names if name.startswith("servers/lab/")])

    def test_which_labs(self):
        for text, wanted in (("1-3", "123"), ("1,3", "123"), ("2-3", "23"), ("01", "1"), (" 1 , 2-2 ", "123"), (None, "123")):
            with self.subTest(labs=text):
                names, _ = self.collect(text)
                self.assertEqual({name[6] for name in names if name.startswith("labs/")}, set(wanted))
        for text in ("", "x", "1-", "-3", "1;2", "1-2-3", "three"):
            with self.subTest(labs=text):
                self.refuses("say it like", text)
        self.refuses("there is no lab 4", "1-4")
        self.refuses("no labs", "3-1")

    def test_a_solved_starter_is_refused(self):
        write(self.root, {"labs/03-three/three.c": "int third(int x, struct failure *why) {\n    return 3;\n}\n"})
        self.refuses("labs/03-three/ has no unwritten function")
        self.assertTrue(self.collect("1"))  # the others can go out
        write(self.root, {"labs/03-three/more.c": SMALL["labs/02-two/two.c"].replace("second", "more"),
                          "labs/03-three/three.c": SMALL["solutions/03-three/three.c"]})
        self.refuses("three.c is the solution")

    def test_links_are_never_followed(self):
        (self.root / "shared" / "secret.c").symlink_to(self.root / "solutions" / "03-three" / "three.c")
        (self.root / "labs" / "01-one" / "passwd.eml").symlink_to("/etc/passwd")
        names, _ = self.collect()
        self.assertFalse({name for name in names if "secret" in name or "passwd" in name})

    def test_in_a_checkout_only_what_git_tracks_comes(self):
        plain, _ = self.collect()
        git(self.root, "init", "-q")
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", "all")
        self.assertEqual(self.collect(), (plain, []))
        write(self.root, {"labs/03-three/attempt.c": "int attempt;\n", "shared/junk.c": "int junk;\n", "shared/net.c": "int net;\n"})
        names, notes = self.collect()
        self.assertEqual(names, plain)
        self.assertEqual(notes, ["left out labs/03-three/attempt.c: git does not track it",
                                 "left out shared/junk.c: git does not track it"])
        self.assertEqual(handout.collect(self.root, None)[0]["shared/net.c"], b"int net;\n")  # as it lies there

    def test_a_plain_tree_inside_somebody_elses_checkout_is_a_plain_tree(self):
        plain, _ = self.collect()
        git(self.root.parent, "init", "-q")
        self.assertEqual(self.collect(), (plain, []))

    def test_the_same_tree_gives_the_same_bytes(self):
        first = handout.pack(handout.collect(self.root, None)[0])
        for path in self.root.rglob("*"):
            os.utime(path, (1, 1))
            path.chmod(0o755 if path.is_dir() else 0o600)
        self.assertEqual(handout.pack(handout.collect(self.root, None)[0]), first)
        self.assertEqual(gzip.decompress(first)[:4], b"mail")

    def test_owners_times_and_modes(self):
        packed = io.BytesIO(handout.pack(handout.collect(self.root, None)[0]))
        with tarfile.open(fileobj=packed, mode="r:gz") as archive:
            entries = archive.getmembers()
        self.assertEqual([entry.name for entry in entries], sorted(entry.name for entry in entries))
        for entry in entries:
            self.assertTrue(entry.isreg() and entry.name.startswith("mailwire/"))
            self.assertEqual((entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime), (0, 0, "", "", handout.TIME))
            self.assertEqual(entry.mode, 0o755 if entry.name == "mailwire/kit" else 0o644)

    def test_the_command_line(self):
        script = str(ROOT / "tools" / "handout" / "handout.py")
        nowhere = str(self.root / "no" / "where.tar.gz")
        for arguments, status in ((["--labs", "1"], 2), (["-o", nowhere], 1), (["-o", nowhere, "--labs", "99"], 1)):
            ran = subprocess.run([sys.executable, "-B", script, *arguments], capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stdout), (status, ""))
            self.assertNotIn("Traceback", ran.stderr)


class Whole(unittest.TestCase):
    """The handout of this tree."""

    @classmethod
    def setUpClass(cls):
        cls.files, cls.notes = handout.collect(ROOT, None)

    def test_nothing_is_forgotten(self):
        """A new kind of file in tools/wire/ or in a lab must be added to CONTENT."""
        known = handout.tracked(ROOT)
        if known is None:  # a plain tree: what lies in its directories
            tops = ("shared", "servers", "clients", "labs", "captures", "cmake", "docs", "tools")
            paths = [path for top in tops for path in (ROOT / top).rglob("*")]
            known = {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}
        missing = {name for name in known if not name.startswith(AT_HOME) and (ROOT / name).is_file()} - set(self.files)
        self.assertEqual(missing, set())

    def test_nothing_of_the_instructors_is_there(self):
        self.assertEqual({name for name in self.files if name.startswith(AT_HOME)}, set())

    @staticmethod
    def passages(text):
        """Each three lines that follow each other, without what all C looks like: braces and blank lines."""
        lines = [line.strip() for line in text.split("\n") if len(line.strip()) > 3]
        return set(zip(lines, lines[1:], lines[2:]))

    def test_no_passage_of_a_solution_is_there(self):
        solved = set()
        for path in ROOT.glob("solutions/*/*.c"):
            starter = (ROOT / "labs" / path.parent.name / path.name).read_text("utf-8")
            own = self.passages(path.read_text("utf-8")) - self.passages(starter)
            self.assertGreater(len(own), 30, path)
            solved |= own
        for name, content in self.files.items():
            self.assertEqual(self.passages(content.decode("utf-8", "replace")) & solved, set(), name)

    def test_no_path_of_this_machine_is_there(self):
        for name, content in self.files.items():
            self.assertNotIn(os.fsencode(str(ROOT)), content, name)

    def test_what_its_documents_link_to_is_there(self):
        for name in [name for name in self.files if name.endswith(".md")]:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", self.files[name].decode()):
                path = os.path.normpath(os.path.join(os.path.dirname(name), target))
                self.assertTrue(any(file == path or file.startswith(path + "/") for file in self.files), f"{name}: {target}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
