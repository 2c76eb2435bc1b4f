#!/usr/bin/env python3
"""test_packs.py BUILD: the packs, used as each platform's documentation says that the platform does.

Gradescope unpacks the .zip to /autograder/source, runs setup.sh, copies run_autograder to /autograder, and for each
hand-in runs it there. Autolab puts Makefile, autograde.tar and the hand-in into an empty directory and runs make.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest
import zipfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "handout"))

import pack  # noqa: E402

HERE = pathlib.Path(sys.argv[1]).resolve() / "run" / "tests" / "packs"
LAB = "03-smtp-send"
# The loopback interface of a new network, without needing iproute2: SIOCSIFFLAGS with IFF_UP.
LOOPBACK = """import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))
"""


def run(*command, cwd, status=0, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KIT_", "WIRE_", "CTEST_"))}
    ran = subprocess.run(command, cwd=cwd, env={**kept, **environment}, stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=500)
    if ran.returncode != status:
        raise AssertionError(f"{command}: status {ran.returncode}\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


def hand_in(directory):
    """All that a student can hand in for the lab, as good as it can be."""
    lab = directory / "labs" / LAB
    lab.mkdir(parents=True)
    for file in (ROOT / "solutions" / LAB).iterdir():
        shutil.copyfile(file, lab / file.name)
    shutil.copyfile(ROOT / "captures" / f"{LAB}.pcapng", lab / "capture.pcapng")
    return lab


class Gradescope(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(HERE, ignore_errors=True)
        cls.root = HERE / "autograder"
        (cls.root / "source").mkdir(parents=True)
        (cls.root / "results").mkdir()
        archive = HERE / "mailwire.zip"
        if pack.main(["gradescope", "--labs", "3", "-o", str(archive)]) != 0:
            raise AssertionError("no pack")
        with zipfile.ZipFile(archive) as content:  # as unzip does it
            for entry in content.infolist():
                pathlib.Path(content.extract(entry, cls.root / "source")).chmod(entry.external_attr >> 16 & 0o777)
        run("bash", "source/setup.sh", cwd=cls.root, AUTOGRADER_ROOT=str(cls.root))
        shutil.copy(cls.root / "source" / "run_autograder", cls.root)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(HERE)

    def grade(self, status=0, **environment):
        """The results of what lies in submission/, or None."""
        results = self.root / "results" / "results.json"
        results.unlink(missing_ok=True)
        run("./run_autograder", cwd=self.root, status=status, AUTOGRADER_ROOT=str(self.root), **environment)
        return json.loads(results.read_text("utf-8")) if results.exists() else None

    def submission(self):
        directory = self.root / "submission"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        return directory

    def test_a_solution_gets_all_points(self):
        hand_in(self.submission())
        results = self.grade()
        self.assertGreater(results["score"], 0)
        self.assertEqual([test for test in results["tests"] if test["status"] != "passed"], [])
        self.assertEqual(results["score"], sum(test["max_score"] for test in results["tests"]))

        # The same by Autolab's way, whose tree is the same: it need not be built again.
        empty = HERE / "autolab"
        empty.mkdir()
        (empty / "mailwire").symlink_to(self.root / "source" / "mailwire")
        self.assertEqual(pack.main(["autolab", "--labs", "3", "-o", str(HERE / "upload")]), 0)
        self.assertEqual({path.name for path in (HERE / "upload").iterdir()}, {"autograde-Makefile", "autograde.tar"})
        shutil.copy(HERE / "upload" / "autograde.tar", empty)
        shutil.copy(HERE / "upload" / "autograde-Makefile", empty / "Makefile")
        with tarfile.open(empty / "handin.tar", "w:gz") as archive:
            archive.add(self.root / "submission", "alice")
        lines = run("make", cwd=empty).rstrip("\n").split("\n")
        self.assertEqual(json.loads(lines[-1]), {"scores": {"lab03": results["score"]}})
        self.assertEqual(json.loads(lines[-2])["_presentation"], "semantic")

    def test_without_namespaces_the_results_are_the_same(self):
        """As in Gradescope's own containers. To disturb nobody, it is tried in a network of its own."""
        lab = hand_in(self.submission())
        source = lab / "smtp_send.c"
        source.write_text(source.read_text("utf-8").replace('"%s\\r\\n", command', '"%s\\n", command'), "utf-8")
        self.assertIn('"%s\\n", command', source.read_text("utf-8"))
        inside = self.grade()
        if os.geteuid() != 0:  # only root can grade without namespaces; Gradescope's containers are root's
            self.assertIsNone(self.grade(status=1, WIRE_NO_BWRAP="1"))
            return
        script = self.root / "run_autograder"
        script.rename(self.root / "inner")
        (self.root / "loopback.py").write_text(LOOPBACK)
        script.write_text("#!/bin/sh\nunshare -n true || exec ./inner\n"
                          "exec unshare -n sh -c 'python3 loopback.py && exec ./inner'\n")
        script.chmod(0o755)
        try:
            outside = self.grade(WIRE_NO_BWRAP="1")
        finally:
            (self.root / "inner").rename(script)
        self.assertTrue(0 < inside["score"] < sum(test["max_score"] for test in inside["tests"]))
        self.assertEqual([test["name"] for test in inside["tests"]], [test["name"] for test in outside["tests"]])
        self.assertEqual([(one["output"], other["output"]) for one, other in zip(inside["tests"], outside["tests"])
                          if one["score"] != other["score"]], [])

    def test_the_starter_as_a_bare_file_gets_none_and_reads_why(self):
        shutil.copy(ROOT / "labs" / LAB / "smtp_send.c", self.submission())
        results = self.grade()
        self.assertEqual(results["score"], 0)
        self.assertTrue(any("is not written yet" in test["output"] for test in results["tests"]))

    def test_nothing_handed_in_is_said(self):
        (self.submission() / "essay.txt").write_text("Dear professor,\n")
        results = self.grade()
        self.assertEqual(results["score"], 0)
        self.assertIn("none of the labs' files", results["output"])

    def test_we_end_before_the_platform_does(self):
        hand_in(self.submission())
        settings = self.root / "source" / "settings.sh"
        before = settings.read_text("utf-8")
        settings.write_text(before.replace('seconds="540"', 'seconds="0.2"'), "utf-8")
        try:
            results = self.grade()
        finally:
            settings.write_text(before, "utf-8")
        self.assertEqual(results["score"], 0)
        self.assertIn("seconds for the whole hand-in were over", results["tests"][0]["output"])

    def test_when_the_kit_fails_no_grade_is_reported(self):
        hand_in(self.submission())
        wire = self.root / "source" / "mailwire" / "build" / "bin" / "wire"
        wire.rename(f"{wire}.away")
        try:
            self.assertIsNone(self.grade(status=1))
        finally:
            pathlib.Path(f"{wire}.away").rename(wire)


class Packs(unittest.TestCase):
    """What is in them; nothing is run."""

    def setUp(self):
        self.out = HERE.parent / "packs-content"
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.out)

    def test_gradescope_has_its_scripts_at_the_root_and_both_can_be_run(self):
        self.assertEqual(pack.main(["gradescope", "-o", str(self.out / "a.zip")]), 0)
        with zipfile.ZipFile(self.out / "a.zip") as archive:
            names = archive.namelist()
            for name in ("setup.sh", "run_autograder", "mailwire/kit"):
                self.assertTrue(archive.getinfo(name).external_attr >> 16 & 0o100, name)
        self.assertEqual({name for name in names if "/" not in name}, {"setup.sh", "run_autograder", "settings.sh"})
        self.assertIn(f"mailwire/solutions/{LAB}/smtp_send.c", names)
        self.assertFalse([name for name in names if "/tests/" in name or "__pycache__" in name])

    def test_what_students_can_read_has_no_solution(self):
        out = self.out / "template"
        self.assertEqual(pack.main(["classroom", "--repository", "uni/mailwire", "-o", str(out)]), 0)
        names = {path.relative_to(out).as_posix() for path in out.rglob("*")}
        self.assertFalse([name for name in names if name.startswith(("solutions", "tests", "docs/instructor"))])
        workflow = (out / ".github" / "workflows" / "classroom.yml").read_text("utf-8")
        self.assertIn('repository: "uni/mailwire"', workflow)
        self.assertNotIn("@", workflow.replace("@v4", "").replace("@v1", ""))
        # Each program of the kit that it calls is there.
        for name in ("kit", "tools/grade/here.py", "tools/grade/reports/classroom.py"):
            self.assertIn(f"kit/{name}" if name != "tools/grade/reports/classroom.py" else "--format classroom", workflow)
            self.assertIn(name, names)

    def test_the_same_tree_gives_the_same_bytes(self):
        self.assertEqual(*(pack.gradescope(ROOT, None, None)[""] for _ in range(2)))
        self.assertEqual(*(pack.autolab(ROOT, None, None) for _ in range(2)))

    def test_misuse(self):
        (self.out / "full").mkdir()
        (self.out / "full" / "mine.txt").write_text("keep me")
        for arguments in (["classroom", "-o", str(self.out / "x")], ["autolab", "-o", str(self.out / "full")],
                          ["classroom", "--repository", 'a/b"\n', "-o", str(self.out / "x")],
                          ["gradescope", "--labs", "99", "-o", str(self.out / "x")]):
            script = str(ROOT / "tools" / "handout" / "pack.py")
            ran = subprocess.run([sys.executable, "-B", script, *arguments], capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr.count("\n")), (1, "", 1), ran.stderr)
        self.assertEqual((self.out / "full" / "mine.txt").read_text(), "keep me")
        self.assertFalse((self.out / "x").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
