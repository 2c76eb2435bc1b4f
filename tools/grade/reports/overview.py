"""index.html: the class at a glance. Who has how much, whose hand-in is remarkable, which checks fail most often."""

from __future__ import annotations

import collections
import pathlib

from model import Lab, Student

from . import page, style, words

_HARDEST = 15


def _labs(students: list[Student]) -> dict[str, Lab]:
    """One of each lab, by name, in their order."""
    found: dict[str, Lab] = {}
    for student in students:
        for lab in student.labs:
            if lab.name not in found or lab.points > found[lab.name].points:
                found[lab.name] = lab
    return dict(sorted(found.items()))


def _row(student: Student, labs: dict[str, Lab]) -> str:
    earned = {lab.name: lab.earned for lab in student.labs}
    of = sum(lab.points for lab in labs.values())
    scores = "".join(f'<td class="number">{earned.get(name, 0)}</td>' for name in labs)
    remarks = "<br>".join(page.escape(words.cut(remark, 160)) for remark in words.remarks(student))
    report = page.link(f"students/{student.name}/report.html", page.escape(student.name))
    return (f'<tr><td class="name">{report}</td>{scores}<td class="number">{student.earned}</td>'
            f"<td>{page.bar(student.earned, of)}</td><td>{remarks}</td></tr>")


def _class(students: list[Student]) -> str:
    labs = _labs(students)
    heads = "".join(f'<th class="number">{lab.number:02} (of {lab.points})</th>' for lab in labs.values())
    rows = "\n".join(_row(student, labs) for student in students)
    return (f'<table><tr><th>name</th>{heads}<th class="number">total</th><th></th><th>remarks</th></tr>\n'
            f"{rows}</table>")


def _hardest(students: list[Student]) -> str:
    judged: collections.Counter[tuple[str, str, str]] = collections.Counter()
    failed: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for student in students:
        for lab in student.labs:
            for check in [] if lab.problem else lab.checks:
                key = (lab.name, check.check, check.says)
                judged[key] += 1
                failed[key] += check.outcome == "failed"
    rows = "".join(
        f'<tr><td class="name">{page.escape(lab)}</td><td class="name"><code>{page.escape(check)}</code></td>'
        f"<td>{page.escape(says)}</td>"
        f'<td class="number">{count} of {judged[lab, check, says]}</td></tr>'
        for (lab, check, says), count in failed.most_common(_HARDEST)
        if count
    )
    return f"<h2>Checks that most often fail</h2><table>{rows}</table>" if rows else ""


def overview(students: list[Student]) -> str:
    title = f"{len(students)} hand-in" + ("" if len(students) == 1 else "s")
    body = f"<h1>{title}</h1>{_class(students)}{_hardest(students)}<footer>Judged by Mailwire.</footer>"
    return style.page(title, body)


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [words.replace(out / "index.html", overview(students))]
