"""students/NAME/classroom.json: what GitHub Classroom's autograding reporter reads.

A step of the workflow hands it on as its output `result`, in base64 (docs/instructor/classroom.yml). The keys
are those that Classroom's own graders write. The reporter adds up the tests' scores; their names and, where a
test has one, its `test_code` are what it prints.

The whole travels in one environment variable, for which Linux has 128 KiB: long messages are cut to fit.
"""

from __future__ import annotations

import base64
import json
import pathlib

from model import Check, Lab, Student

from . import words

LIMIT = 120_000  # of the base64, in bytes


def _test(name: str, status: str, score: int, message: str, code: str, seconds: float) -> dict:
    return {
        "name": name,
        "status": status,
        "score": score,
        "message": message,
        "test_code": code,
        "filename": "",
        "line_no": 0,  # 0: none; the reporter shows any other
        "duration": round(seconds * 1000),
    }


def _check(lab: Lab, check: Check, longest: int) -> dict:
    held = check.outcome == "held"
    message = "" if held else words.cut(words.verdict(lab, check, indent=""), longest)
    name = f"{lab.number:02} {words.line(check.check)}: {words.line(check.says)} ({check.earned}/{check.points})"
    return _test(words.cut(name, 200), "pass" if held else "fail", check.earned, message,
                 "" if held else words.again(lab, check), 0)


def _lab(lab: Lab, longest: int) -> list[dict]:
    if lab.problem:
        problem = words.cut(words.readable(lab.problem), longest)
        name = f"{words.title(lab)} (0/{lab.points})"
        return [_test(name, "error", 0, problem, f"./kit check {lab.number}", lab.seconds)]
    return [_check(lab, check, longest) for check in lab.checks]


def result(student: Student, longest: int = 4000) -> dict:
    tests = [test for lab in student.labs for test in _lab(lab, longest)]
    if not tests:  # the reporter divides by their number
        problem = words.cut(words.line(student.problem or "nothing was graded"), max(longest, 500))
        tests = [_test("hand-in", "error", 0, problem, "", student.seconds)]
    statuses = {test["status"] for test in tests}
    status = next(worst for worst in ("error", "fail", "pass") if worst in statuses)
    return {"version": 1, "status": status, "max_score": student.points, "tests": tests}


def _fitting(student: Student) -> str:
    for longest in (4000, 1000, 300, 100, 0):
        content = json.dumps(result(student, longest), ensure_ascii=False) + "\n"
        if len(base64.b64encode(content.encode())) <= LIMIT:
            break
    return content


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [words.replace(words.folder(out, student) / "classroom.json", _fitting(student)) for student in students]
