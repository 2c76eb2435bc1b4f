#!/usr/bin/env python3
"""What is said of files that do not count: of the student's own files of labs that are not graded now, nothing."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "grade"))

import submissions  # noqa: E402


class Notes(unittest.TestCase):
    def notes(self, **files):
        with tempfile.TemporaryDirectory() as directory:
            for name, content in files.items():
                path = pathlib.Path(directory, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            return submissions.take(submissions.Tree(ROOT, ["01-raw-socket"]), pathlib.Path(directory), "a").notes

    def test_another_labs_own_files_are_passed_over(self):
        files = {"labs/01-raw-socket/raw_socket.c": "a", "labs/03-smtp-send/smtp_send.c": "b",
                 "labs/03-smtp-send/answers.ini": "c"}
        self.assertEqual(self.notes(**files), [])

    def test_what_is_the_kits_is_named_in_any_lab(self):
        files = {"labs/01-raw-socket/raw_socket.c": "a", "labs/03-smtp-send/lab.ini": "b", "labs/01-raw-socket/lab.ini": "c"}
        notes = "\n".join(self.notes(**files))
        self.assertIn("left out labs/03-smtp-send/lab.ini", notes)
        self.assertIn("left out labs/01-raw-socket/lab.ini", notes)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
