"""students/NAME/report.html: the same report as a page of its own, with a link to the drawing of each lab."""

from __future__ import annotations

import html
import pathlib
import urllib.parse

from model import Check, Lab, Student

from . import style, words


def escape(text: str | None) -> str:
    return html.escape(words.line(text))


def link(path: str, text: str) -> str:
    """To a file beside this page, whatever its name."""
    where = "./" + urllib.parse.quote(path.encode("utf-8", "surrogateescape"))
    return f'<a href="{html.escape(where)}">{text}</a>'


def bar(earned: int, points: int) -> str:
    return f'<meter min="0" max="{max(points, 1)}" value="{earned}">{earned} of {points}</meter>'


def _head(lab: Lab, check: Check) -> str:
    return (
        f'<span class="head"><span class="sign">{words.SIGNS.get(check.outcome, "?")}</span>'
        f'<span class="check">{escape(check.check)}</span><span class="says">{escape(check.says)}</span>'
        f'<span class="score">{words.earned(lab, check)}/{check.points}</span></span>'
    )


def _field(label: str, text: str) -> str:
    body = html.escape(text)
    if "\n" in text:  # a caret must stand below its byte
        body = f"<pre>{body}</pre>"
    elif label in ("look", "code", "again"):
        body = f"<code>{body}</code>"
    return f"<dt>{label}</dt><dd>{body}</dd>"


def _check(lab: Lab, check: Check) -> str:
    if check.outcome == "held":
        return f'<div class="row held">{_head(lab, check)}</div>'
    kind = "skipped" if check.outcome == "skipped" else "failed"
    opened = " open" if kind == "failed" else ""
    fields = "".join(_field(label, text) for label, text in words.fields(lab, check))
    return f'<details class="{kind}"{opened}><summary>{_head(lab, check)}</summary><dl>{fields}</dl></details>'


def _lab(lab: Lab) -> str:
    parts = [f'<h2 id="lab{lab.number:02}">{escape(words.title(lab))}: {lab.earned} of {words.points(lab.points)}</h2>']
    if lab.problem:
        parts.append(f'<pre class="problem">{html.escape(words.readable(lab.problem))}</pre>')
        if words.judged(lab):
            parts.append("<p>So nothing in this lab counts. What could be judged all the same:</p>")
    if lab.drawing:
        parts.append(f"<p>{link(lab.drawing, 'The ladder at the first divergence')}</p>")
    parts += [_check(lab, check) for check in words.judged(lab)]
    return "\n".join(parts)


def _summary(student: Student) -> str:
    rows = "".join(
        f'<tr><td><a href="#lab{lab.number:02}">{escape(words.title(lab))}</a></td>'
        f'<td class="number">{lab.earned} of {lab.points}</td><td>{bar(lab.earned, lab.points)}</td></tr>'
        for lab in student.labs
    )
    return f"<table>{rows}</table>" if rows else ""


def report(student: Student) -> str:
    title = f"{escape(student.name)}: {student.earned} of {words.points(student.points)}"
    remarks = ([student.problem] if student.problem else []) + student.notes
    notes = "".join(f"<li>{escape(remark)}</li>" for remark in remarks)
    parts = [f"<h1>{title}</h1>", _summary(student)]
    parts += [f'<ul class="remarks">{notes}</ul>'] if notes else []
    parts += [_lab(lab) for lab in student.labs if not lab.problem or lab.problem != student.problem]
    parts.append("<footer>Judged by Mailwire. Each failed check names the command that runs it again.</footer>")
    return style.page(title, "\n".join(parts))


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    return [words.replace(words.folder(out, student) / "report.html", report(student)) for student in students]
