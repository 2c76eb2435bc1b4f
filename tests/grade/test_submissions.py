#!/usr/bin/env python3
"""What is taken from a hand-in, whatever it looks like, and what is not."""
import gzip
import io
import os
import pathlib
import shutil
import stat
import sys
import tarfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "grade"))
import archives  # noqa: E402
import submissions  # noqa: E402

HERE = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build") / "tests" / "submissions"
SEND = "labs/03-smtp-send/smtp_send.c"
TALK = "labs/01-raw-socket/raw_socket.c"


class Hand(unittest.TestCase):
    def setUp(self):
        self.here = HERE.resolve() / self.id().rpartition(".")[2]
        shutil.rmtree(self.here, ignore_errors=True)
        self.here.mkdir(parents=True)
        self.tree = submissions.Tree(ROOT, ["01-raw-socket", "03-smtp-send"])

    def write(self, name, content=b"mine\n"):
        path = self.here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def take(self, name="alice"):
        return submissions.take(self.tree, self.here / name, "alice")

    def tar(self, *members, name="alice.tar.gz"):
        with tarfile.open(self.here / name, "w:gz") as archive:
            for info, content in members:
                if isinstance(info, str):
                    info = tarfile.TarInfo(info)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return self.take(name)

    def test_whole_kit(self):
        self.write(f"alice/mailwire/{SEND}")
        self.write("alice/mailwire/shared/failure.c", (ROOT / "shared/failure.c").read_bytes())
        taken = self.take()
        self.assertEqual((taken.files, taken.notes, taken.problem), ({SEND: b"mine\n"}, [], None))

    def test_lab_folder_and_bare_file(self):
        self.write("alice/03-smtp-send/smtp_send.c", b"three\n")
        self.write("alice/raw_socket.c", b"one\n")
        taken = self.take()
        self.assertEqual(taken.files, {SEND: b"three\n", TALK: b"one\n"})
        self.assertEqual(taken.notes, [f"took raw_socket.c for {TALK}", f"took 03-smtp-send/smtp_send.c for {SEND}"])

    def test_the_surest_place_wins(self):
        self.write(f"alice/{SEND}", b"right\n")
        self.write("alice/old/smtp_send.c", b"old\n")
        self.write("alice/solutions/03-smtp-send/smtp_send.c", b"not his\n")
        taken = self.take()
        self.assertEqual(taken.files, {SEND: b"right\n"})
        self.assertEqual(taken.notes, [f"left out old/smtp_send.c: there is another {SEND}"])

    def test_answers_and_capture(self):
        self.write("alice/labs/03-smtp-send/answers.ini")
        self.write("alice/labs/03-smtp-send/capture.pcapng")
        self.write("alice/answers.ini")  # of which lab?
        self.assertEqual(sorted(self.take().files),
                         ["labs/03-smtp-send/answers.ini", "labs/03-smtp-send/capture.pcapng"])

    def test_what_may_not_change(self):
        for name in (SEND, "labs/03-smtp-send/lab.ini", "labs/03-smtp-send/own.h", "CMakeLists.txt", "tests/CMakeLists.txt",
                     "shared/net.c"):
            self.write(f"alice/{name}")
        notes = "\n".join(self.take().notes)
        for name in ("labs/03-smtp-send/lab.ini", "labs/03-smtp-send/own.h", "CMakeLists.txt", "tests/CMakeLists.txt",
                     "shared/net.c"):
            self.assertIn(f"left out {name}: only ", notes)

    def test_links_and_pipes_in_a_folder(self):
        self.write("secret", b"secret\n")
        (self.here / "alice/labs/03-smtp-send").mkdir(parents=True)
        os.symlink(self.here / "secret", self.here / "alice" / SEND)
        os.mkdir(self.here / "alice/labs/01-raw-socket")
        os.mkfifo(self.here / "alice" / TALK)
        os.symlink(ROOT, self.here / "alice/kit")
        taken = self.take()
        self.assertEqual(taken.files, {})
        self.assertIn(f"left out {SEND}: it is a symbolic link", taken.notes)
        self.assertIn(f"left out {TALK}: it is a pipe", taken.notes)

    def test_a_student_who_is_a_link(self):
        os.symlink(ROOT, self.here / "alice")
        self.assertEqual(self.take().problem, "it is a symbolic link, which is not followed")

    def test_links_and_devices_in_an_archive(self):
        for kind, words in ((tarfile.SYMTYPE, "a symbolic link"), (tarfile.LNKTYPE, "a link"),
                            (tarfile.CHRTYPE, "a device")):
            info = tarfile.TarInfo(SEND)
            info.type, info.linkname = kind, "/etc/passwd"
            taken = self.tar((info, b""), (TALK, b"mine\n"))
            self.assertEqual((taken.files, taken.notes), ({TALK: b"mine\n"}, [f"left out {SEND}: it is {words}"]))
        with zipfile.ZipFile(self.here / "alice.zip", "w") as archive:
            info = zipfile.ZipInfo(SEND)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
        self.assertEqual(self.take("alice.zip").notes, [f"left out {SEND}: it is a symbolic link"])

    def test_names_that_lead_outside(self):
        for name in (f"../{SEND}", f"/{SEND}", f"a/../../{SEND}", f"..\\{SEND}"):
            taken = self.tar((name, b"mine\n"))
            self.assertIn("leads outside", taken.problem or "")
            self.assertEqual(taken.files, {})

    def test_damaged(self):
        for name, content in (("a.zip", b"PK\3\4 and no more"), ("a.tar.gz", b"\x1f\x8b and no more"),
                              ("a.tar", b"no archive at all" * 100), ("a.tgz", b"")):
            self.write(name, content)
            taken = self.take(name)
            self.assertTrue(taken.problem, name)
            self.assertEqual(taken.files, {})
        whole = self.tar((SEND, os.urandom(100_000)))
        self.assertIsNone(whole.problem)
        packed = (self.here / "alice.tar.gz").read_bytes()
        self.write("half.tar.gz", packed[: len(packed) // 2])
        self.assertIn("damaged", self.take("half.tar.gz").problem)

    def test_too_much(self):
        old = archives.UNPACKED_LIMIT, archives.MEMBERS_LIMIT
        try:
            archives.UNPACKED_LIMIT, archives.MEMBERS_LIMIT = 8 << 20, 100
            with gzip.open(self.here / "bomb.tar.gz", "wb", 1) as bomb:
                info = tarfile.TarInfo("zeros")
                info.size = 64 << 20
                bomb.write(info.tobuf())
                for _ in range(64):
                    bomb.write(bytes(1 << 20))
            self.assertIn("unpacks to more than 8 MiB", self.take("bomb.tar.gz").problem)
            self.assertIn("more than 100 files", self.tar(*[(f"file-{i}", b"") for i in range(101)]).problem)
        finally:
            archives.UNPACKED_LIMIT, archives.MEMBERS_LIMIT = old
        self.assertIn("longer than", self.tar(("x/" * 600 + "y", b"")).problem)
        with zipfile.ZipFile(self.here / "large.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(SEND, bytes(2 << 20))
            archive.writestr(TALK, b"mine\n")
        taken = self.take("large.zip")
        self.assertEqual((taken.files, taken.notes), ({TALK: b"mine\n"}, [f"left out {SEND}: larger than 1 MiB"]))

    def test_nothing_in_it(self):
        self.write("alice/readme.txt")
        self.assertEqual(self.take().problem, "none of the labs' files is in it")

    def test_control_characters_are_not_repeated(self):
        taken = self.tar(("old\x1b[2J/smtp_send.c", b"old\n"))
        self.assertEqual(taken.notes, [f"took old?[2J/smtp_send.c for {SEND}"])

    def test_who_is_a_student(self):
        for name in ("bob.zip", "carol.TAR.GZ", "dave.tgz", "notes.txt", ".hidden.zip"):
            self.write(name)
        (self.here / "alice").mkdir()
        (self.here / "bob").mkdir()
        students, others = submissions.find(self.here)
        self.assertEqual([name for name, _ in students], ["alice", "bob", "bob.zip", "carol", "dave"])
        self.assertEqual(others, ["notes.txt"])

    def test_names_are_safe_for_the_results(self):
        for name in ("-o", "a\nb", "..a", "Zoë Müller", "x" * 250):
            (self.here / name).mkdir()
        names = [name for name, _ in submissions.find(self.here)[0]]
        for name in names:
            self.assertRegex(name, r"\A(?![-.])[^\x00-\x1f/]{1,200}\Z")
        self.assertIn("Zoë Müller", names)
        self.assertEqual(len(set(names)), 4)  # what begins with a dot is hidden


if __name__ == "__main__":
    unittest.main()
