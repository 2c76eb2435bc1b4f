"""The machinery of the faults: what is no fault is refused, and what does not prove a check is no proof."""
import pathlib
import tempfile
import unittest

import faults

PATCH = """--- a/solutions/01-raw-socket/raw_socket.c
+++ b/solutions/01-raw-socket/raw_socket.c
@@ -1,3 +1,3 @@
 one
-two
+2
 three
"""


class Directory(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = pathlib.Path(scratch.name)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class Patches(Directory):
    def fault(self, head, name="01/mistake.patch"):
        return faults.Fault(self.write(name, head + "\n" + PATCH))

    def test_head(self):
        fault = self.fault("check: crlf\nwhy: a reason that goes on\n     in the next line\n")
        self.assertEqual((fault.lab, fault.name, fault.check), ("01", "mistake", "crlf"))
        self.assertEqual(fault.why, "a reason that goes on in the next line")

    def test_refused(self):
        for head, words in (
            ("why: no check\n", '"check: …" is missing'),
            ("check: crlf\n", '"why: …" is missing'),
            ("check: crlf\nwhy:\n", '"why: …" is missing'),
            ("check: crlf connect\nwhy: two\n", "exactly one check"),
            ("check: crlf\ncheck: connect\nwhy: two\n", "for the second time"),
            ("check: typo\nwhy: no such check\n", 'has no check "typo"'),
            ("check: crlf\nwhy: text\n\nSubject: what is this\n", 'what is "Subject:'),
        ):
            with self.subTest(words), self.assertRaisesRegex(faults.Wrong, words):
                self.fault(head)
        with self.assertRaisesRegex(faults.Wrong, "a name is made of"):
            self.fault("check: crlf\nwhy: text\n", "01/Mistake.patch")
        with self.assertRaisesRegex(faults.Wrong, "there is no patch in it"):
            faults.Fault(self.write("01/empty.patch", "check: crlf\nwhy: text\n"))


class Apply(Directory):
    def apply(self, source, patch=PATCH):
        self.write("solution/raw_socket.c", source)
        faults.apply(self.write("01/mistake.patch", "check: crlf\nwhy: text\n\n" + patch),
                     self.directory / "solution", self.directory / "made")
        failure = self.directory / "made/failure"
        return ((self.directory / "made/raw_socket.c").read_text(encoding="utf-8"),
                failure.read_text(encoding="utf-8") if failure.exists() else None)

    def test_applies(self):
        self.assertEqual(self.apply("one\ntwo\nthree\n"), ("one\n2\nthree\n", None))
        self.assertEqual(self.apply("new\none\ntwo\nthree\n"), ("new\none\n2\nthree\n", None))

    def test_does_not_apply(self):
        for source in ("one\nzwei\nthree\n", "one\ntwo\ndrei\n", "one\n2\nthree\n"):
            made, failure = self.apply(source)
            self.assertEqual(made, source) # builds, and prove tells
            self.assertIn("does not apply", failure)

    def test_changes_nothing(self):
        made, failure = self.apply("one\ntwo\nthree\n", PATCH.replace("+2", "+two"))
        self.assertEqual(made, "one\ntwo\nthree\n")
        self.assertIn("it changes nothing", failure)

    def test_prove_tells(self):
        self.write("programs/source/failure", "mistake.patch: does not apply\n")
        patch = self.write("01/mistake.patch", "check: crlf\nwhy: text\n\n" + PATCH)
        with self.assertRaisesRegex(faults.Wrong, "does not apply"):
            faults.prove(patch, "/bin/false", self.directory / "programs", self.directory / "run")


class Judge(Directory):
    """connect, crlf, speaks-unasked: the fault is for crlf."""

    def judge(self, *outcomes):
        fault = faults.Fault(self.write("01/mistake.patch", "check: crlf\nwhy: text\n\n" + PATCH))
        checks = []
        for name, outcome in zip(("connect", "crlf", "speaks-unasked", "lossless"), outcomes):
            word, _, needs = outcome.partition(" ")
            checks.append({"check": name, "outcome": word, "run": "main", "got": "?"} | ({"needs": needs} if needs else {}))
        faults.judge(fault, {"checks": checks})

    def test_caught(self):
        self.judge("held", "failed", "held", "held")
        self.judge("held", "failed", "skipped crlf", "held")
        self.judge("held", "failed", "skipped crlf", "skipped speaks-unasked")

    def test_no_proof(self):
        for outcomes, words in (
            (("held", "held", "held", "held"), "crlf is to catch it, but holds"),
            (("failed", "held", "held", "held"), "crlf is to catch it, but holds; connect fails too"),
            (("failed", "skipped connect", "held", "held"), "crlf is to catch it, but is skipped"),
            (("held", "failed", "failed", "held"), "speaks-unasked fails too"),
            (("failed", "failed", "skipped connect", "held"),
             "connect fails too.*speaks-unasked is skipped for want of connect, and not of crlf"),
        ):
            with self.subTest(outcomes), self.assertRaisesRegex(faults.Wrong, words):
                self.judge(*outcomes)


if __name__ == "__main__":
    unittest.main()
