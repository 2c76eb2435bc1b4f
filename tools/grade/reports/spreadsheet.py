"""grades.csv: a row a student, for a spreadsheet. checks.csv: a row for each student's check, for a pivot table.

RFC 4180, in UTF-8 with a byte order mark: without it Excel reads names in the machine's old code page.
A cell that a spreadsheet would take for a formula begins with an apostrophe instead.
"""

from __future__ import annotations

import collections.abc
import csv
import io
import pathlib

from model import Lab, Student

from . import words

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: str | int | None) -> str | int:
    if isinstance(value, int):
        return value
    text = words.line(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _table(path: pathlib.Path, rows: collections.abc.Iterable[list]) -> pathlib.Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return words.replace(path, text.getvalue(), "utf-8-sig")


def _grades(students: list[Student]) -> collections.abc.Iterator[list]:
    names = sorted({lab.name for student in students for lab in student.labs})
    most: dict[str, int] = {}
    for student in students:
        for lab in student.labs:
            most[lab.name] = max(lab.points, most.get(lab.name, 0))
    yield ["name", *names, "total", "of", "remarks"]
    for student in students:
        earned = {lab.name: lab.earned for lab in student.labs}
        scores = [earned.get(name, 0) for name in names]
        yield [student.name, *scores, student.earned, sum(most.values()), "; ".join(words.remarks(student))]


def _checks(students: list[Student]) -> collections.abc.Iterator[list]:
    yield ["name", "lab", "check", "outcome", "earned", "points", "run", "got"]
    for student in students:
        for lab in student.labs:
            yield from _lab(student, lab)


def _lab(student: Student, lab: Lab) -> collections.abc.Iterator[list]:
    if lab.problem:
        yield [student.name, lab.name, "", "failed", 0, lab.points, "", words.cut(words.line(lab.problem), 500)]
        return
    for check in lab.checks:
        got = f"needs {check.needs}" if check.outcome == "skipped" else check.got
        yield [student.name, lab.name, check.check, check.outcome, check.earned, check.points, check.run,
               words.cut(words.line(got), 500)]


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [_table(out / "grades.csv", _grades(students)), _table(out / "checks.csv", _checks(students))]
