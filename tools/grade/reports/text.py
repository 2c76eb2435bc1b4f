"""students/NAME/report.txt: what a student reads, in the words of `./kit check`."""

from __future__ import annotations

import pathlib

from model import Lab, Student

from . import words


def _summary(student: Student) -> list[str]:
    rows = [f"{words.line(student.name)}: {student.earned} of {words.points(student.points)}", ""]
    width = max((len(words.title(lab)) for lab in student.labs), default=0)
    for lab in student.labs:
        rows.append(f"  {words.title(lab):<{width}}  {lab.earned:>3} of {lab.points}")
    return rows


def _lab(lab: Lab, problem: str | None) -> list[str]:
    checks = words.judged(lab)
    rows = ["", "", f"{words.title(lab)}: {lab.earned} of {words.points(lab.points)}", ""]
    if lab.problem and lab.problem == problem:
        return []  # said at the top, for all of them
    if lab.problem:
        rows += [f"    {row}".rstrip() for row in words.readable(lab.problem).split("\n")]
        rows += ["", "    So nothing in this lab counts. What could be judged all the same:", ""] if checks else []
    width = max((len(check.check) for check in checks), default=0)
    for check in checks:
        head = f"{words.SIGNS.get(check.outcome, '?')} {lab.number:02} {words.line(check.check):<{width}}"
        rows.append(f"{head}  {words.line(check.says)}  {words.earned(lab, check)}/{check.points}")
        rows += [words.verdict(lab, check)] if check.outcome != "held" else []
    if lab.drawing:
        rows += ["", f"The ladder at the first divergence: {words.line(lab.drawing)}"]
    return rows


def report(student: Student) -> str:
    rows = _summary(student)
    remarks = ([student.problem] if student.problem else []) + student.notes
    rows += ["", *(f"! {words.line(remark)}" for remark in remarks)] if remarks else []
    for lab in student.labs:
        rows += _lab(lab, student.problem)
    return "\n".join(rows) + "\n"


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [words.replace(words.folder(out, student) / "report.txt", report(student)) for student in students]
