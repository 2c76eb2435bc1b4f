"""The questions of a lab, judged by the student's own capture."""
import re
import shutil
import subprocess
import unittest

from console import BUILD, SOURCE
from desk import WIRE, DeskTest

LAB = "01-raw-socket"
REFERENCE = SOURCE / f"captures/{LAB}.pcapng"
KEY = SOURCE / f"solutions/{LAB}/answers.ini"


@unittest.skipUnless(KEY.exists() and REFERENCE.exists(), "there are no solutions here")
class Questions(DeskTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(SOURCE / "labs" / LAB, self.labs / LAB, ignore=shutil.ignore_patterns("capture*"))
        self.answers = self.labs / LAB / "answers.ini"
        self.capture = self.labs / LAB / "capture.pcapng"
        shutil.copy(KEY, self.answers)
        shutil.copy(REFERENCE, self.capture)
        self.names = ["question." + name for name in re.findall(r"\[question (.*)\]", KEY.read_text())]

    def judge(self, *names, more=()):
        return self.verdicts("1", *(names or self.names), "--labs", self.labs, "--run-directory", self.runs / LAB, *more)

    def answer(self, question, answer):
        text, count = re.subn(rf"(\[question {question}\]\n;.*\nanswer =).*", rf"\1 {answer}", self.answers.read_text())
        self.assertEqual(count, 1)
        self.answers.write_text(text)

    def test_right_answers(self):
        for name, verdict in self.judge().items():
            self.assertEqual((verdict["outcome"], verdict["earned"]), ("held", verdict["points"]), name)

    def test_a_wrong_answer_leads_to_the_frame_and_not_to_the_answer(self):
        self.answer("greeting", "250")
        verdict = self.judge("question.greeting")["question.greeting"]
        self.assertEqual(verdict["outcome"], "failed")
        self.assertEqual(verdict["got"], "250")
        self.assertEqual(verdict["expected"], "a number: smtp.response.code of the first frame that the filter below shows")
        self.assertEqual(verdict["filter"], "smtp.response && tcp.seq == 1")
        self.assertEqual(verdict["capture"], str(self.capture.relative_to(SOURCE)))
        self.assertNotIn("right", verdict)
        shown = self.wire("check", "1", "question.greeting", "--labs", self.labs, "--run-directory", self.runs / LAB,
                          status=1)
        self.assertNotIn("220", shown.replace("RFC 5321", ""))
        shown = self.judge("question.greeting", more=["--answers-shown"])["question.greeting"]
        self.assertEqual(shown["right"], "220")

    def test_not_answered(self):
        self.answer("server", "")
        verdict = self.judge("question.server")["question.server"]
        self.assertEqual(verdict["got"], f"not answered yet: {self.answers.relative_to(SOURCE)}")
        self.assertNotIn("filter", verdict)
        self.answers.unlink()
        self.assertIn("answers.ini: no such file", self.judge("question.server")["question.server"]["got"])

    def test_another_s_answers_are_wrong_here(self):
        """Who copies answers has other ports in his capture."""
        subprocess.run([WIRE, "capture", "1", "--programs", BUILD / "solutions", "-o", self.capture], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        verdicts = self.judge()
        self.assertEqual(verdicts["question.server"]["outcome"], "held")
        self.assertEqual(verdicts["question.client"]["outcome"], "failed")

    def test_a_capture_without_the_nonce_is_not_his(self):
        self.capture.write_bytes(re.sub(rb"kit-[a-z0-9]{10}", b"kit-aaaaaaaaaa", self.capture.read_bytes()))
        verdict = self.judge("question.server")["question.server"]
        self.assertIn("this capture is not yours", verdict["got"])
        self.assertIn("./kit capture 1", verdict["got"])

    def test_what_is_no_capture_spoils_only_the_questions(self):
        whole = REFERENCE.read_bytes()
        pcap = self.place / "plain.pcap"
        subprocess.run(["editcap", "-F", "pcap", REFERENCE, pcap], check=True)
        cases = {
            "there is no capture: ./kit capture 1": None,
            "empty: nothing was recorded": b"",
            "capture.pcapng": b"this is text\n" * 100,
            "it does not hold your nonce word": whole[:300],
            None: pcap.read_bytes(),
        }
        for words, content in cases.items():
            with self.subTest(words=words):
                self.capture.unlink(missing_ok=True)
                if content is not None:
                    self.capture.write_bytes(content)
                verdicts = self.judge("question.first-fin", "unknown-name", more=["--programs", BUILD / "solutions"])
                self.assertEqual(verdicts["unknown-name"]["outcome"], "held")
                if words is None:
                    self.assertEqual(verdicts["question.first-fin"]["outcome"], "held")
                else:
                    self.assertIn(words, verdicts["question.first-fin"]["got"])

    def test_one_start_of_tshark_for_runs_and_questions(self):
        """tshark is replaced by a script that counts how often it is started."""
        tools = self.place / "tools"
        tools.mkdir()
        count = self.runs / "starts"
        real = shutil.which("tshark")
        (tools / "tshark").write_text(f'#!/bin/sh\necho >>"{count}"\nexec {real} "$@"\n')
        (tools / "tshark").chmod(0o755)
        subprocess.run(["env", f"PATH={tools}:/usr/bin:/bin", WIRE, "check", "1", "--labs", self.labs, "--run-directory",
                        self.runs / LAB, "--programs", BUILD / "solutions"], check=True, stdin=subprocess.DEVNULL)
        self.assertEqual(count.read_text(), "\n")


if __name__ == "__main__":
    unittest.main()
