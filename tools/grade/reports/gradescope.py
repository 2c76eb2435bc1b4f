"""students/NAME/results.json, as Gradescope reads it from /autograder/results/results.json.

The keys are those of its "Autograder Specifications" (gradescope-autograders.readthedocs.io). There is one
test for each check, with its points; a lab that could not be judged is one test, worth the whole lab.
"""

from __future__ import annotations

import json
import math
import pathlib

from model import Check, Lab, Student

from . import words

# Gradescope shows a student at most so much of one test; the rest would only slow the page.
_OUTPUT_LIMIT = 10_000


def _check(lab: Lab, check: Check, number: str) -> dict:
    held = check.outcome == "held"
    return {
        "name": f"{lab.number:02} {words.line(check.check)}: {words.line(check.says)}",
        "number": number,
        "score": check.earned,
        "max_score": check.points,
        "status": "passed" if held else "failed",
        "output": "" if held else words.cut(words.verdict(lab, check, indent=""), _OUTPUT_LIMIT),
        "output_format": "text",
        "visibility": "visible",
    }


def _problem(lab: Lab) -> dict:
    return {
        "name": words.title(lab),
        "number": str(lab.number),
        "score": 0,
        "max_score": lab.points,
        "status": "failed",
        "output": words.cut(words.readable(lab.problem), _OUTPUT_LIMIT),
        "output_format": "text",
        "visibility": "visible",
    }


def _tests(lab: Lab) -> list[dict]:
    if lab.problem:
        return [_problem(lab)]
    return [_check(lab, check, f"{lab.number}.{place}") for place, check in enumerate(lab.checks, 1)]


def results(student: Student) -> dict:
    said = [f"{student.earned} of {words.points(student.points)}"]
    said += [words.line(remark) for remark in ([student.problem] if student.problem else []) + student.notes]
    return {
        "score": student.earned,
        "execution_time": math.ceil(student.seconds),
        "output": "\n".join(said),
        "output_format": "text",
        "visibility": "visible",
        "tests": [test for lab in student.labs for test in _tests(lab)],
    }


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [
        words.replace(words.folder(out, student) / "results.json", json.dumps(results(student), indent=1) + "\n")
        for student in students
    ]
