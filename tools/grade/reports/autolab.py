"""students/NAME/autolab.txt: what an Autolab autograder prints.

First the report for the student; then one line of JSON that Autolab shows as a table ("semantic" feedback);
the last line is the autoresult, the points of each problem. The problems are named lab01, lab02 …: an
assessment must define them under these names (Autolab, "Guide for Lab Authors" and "Formatted Feedback").
"""

from __future__ import annotations

import json
import pathlib

from model import Lab, Student

from . import text, words


def _stage(lab: Lab) -> dict[str, dict]:
    if lab.problem:
        return {"judged": {"passed": False, "hint": words.cut(words.line(lab.problem), 500)}}
    stage: dict[str, dict] = {}
    for check in lab.checks:
        entry: dict = {"passed": check.outcome == "held"}
        if check.outcome == "failed":
            entry["hint"] = words.cut(words.line(check.got or check.hint or check.says), 500)
        elif check.outcome == "skipped":
            entry["hint"] = f"{words.line(check.needs)} first"
        stage[words.line(check.check)] = entry
    return stage


def _problem(lab: Lab) -> str:
    return f"lab{lab.number:02}"


def output(student: Student) -> str:
    stages = {words.title(lab): _stage(lab) for lab in student.labs}
    table = {"_presentation": "semantic", "stages": list(stages), **stages}
    scores = {"scores": {_problem(lab): lab.earned for lab in student.labs}}
    return f"{text.report(student)}{json.dumps(table)}\n{json.dumps(scores)}\n"


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [words.replace(words.folder(out, student) / "autolab.txt", output(student)) for student in students]
