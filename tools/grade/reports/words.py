"""What all forms say alike: the verdict in words, and text made safe to show."""

from __future__ import annotations

import pathlib
import re

from model import Check, Lab, Student

# Nothing a report shows may steer a terminal, hide the order of letters, or be no Unicode at all:
# control characters but \n and \t, bidirectional overrides, surrogates, U+FFFE and U+FFFF.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def _shown(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def readable(words: str | None) -> str:
    """The same text, with what cannot be shown written as an escape; "" for None."""
    return _UNSEEN.sub(_shown, words or "")


def line(words: str | None) -> str:
    """… as one line."""
    return " ".join(readable(words).split())


def cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: max(limit - 1, 0)] + "…"


def points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


SIGNS = {"held": "✓", "failed": "✗", "skipped": "–"}


def fields(lab: Lab, check: Check) -> list[tuple[str, str]]:
    """What is said of a check that does not hold: (label, text) in the order of a verdict; a text may
    have several lines. It is what `wire check` prints (verdict.h)."""
    if check.outcome == "held":
        return []
    if check.outcome == "skipped":
        return [("skipped", f"{line(check.needs)} first: without it this one cannot hold")]
    look = readable(check.capture)
    if look and check.filter:
        look += f", display filter  {readable(check.filter)}"
    said = [
        ("run", "" if check.run == "main" else readable(check.run)),
        ("expected", readable(check.expected)),
        ("got", readable(check.got)),
        *(("note", readable(note)) for note in check.notes),
        ("why", readable(check.why)),
        ("look", look),
        ("code", readable(check.code)),
        ("hint", readable(check.hint)),
        ("again", again(lab, check)),
    ]
    return [(label, words) for label, words in said if words]


def again(lab: Lab, check: Check) -> str:
    return f"./kit check {lab.number} {line(check.check)}"


def verdict(lab: Lab, check: Check, indent: str = "    ") -> str:
    """The fields as text: labels in a column, carets below the bytes they point at."""
    rows = []
    for label, words in fields(lab, check):
        for number, row in enumerate(words.split("\n")):
            rows.append(f"{indent}{label if number == 0 else '':<11}{row}".rstrip())
    return "\n".join(rows)


def title(lab: Lab) -> str:
    return f"Lab {lab.number:02}: {line(lab.title or lab.name)}"


def earned(lab: Lab, check: Check) -> int:
    """What the check counts: nothing where the whole lab has a problem."""
    return 0 if lab.problem else check.earned


def judged(lab: Lab) -> list[Check]:
    """The checks of which there is something to say: of a lab with a problem, those decided before it."""
    return [check for check in lab.checks if not lab.problem or check.outcome == "held" or check.got]


def remarks(student: Student) -> list[str]:
    """Everything that is remarkable about a hand-in, most important first."""
    found = [student.problem] if student.problem else []
    found += [f"{lab.name}: {lab.problem}" for lab in student.labs if lab.problem not in (None, "", student.problem)]
    return [line(remark) for remark in [*found, *student.notes]]


def folder(out: pathlib.Path, student: Student) -> pathlib.Path:
    """OUT/students/NAME, made if need be."""
    if student.name in ("", ".", "..") or "/" in student.name or "\0" in student.name:
        raise ValueError(f"{student.name!r} is no name of a folder")
    path = out / "students" / student.name
    path.mkdir(parents=True, exist_ok=True)
    return path


def replace(path: pathlib.Path, content: str, encoding: str = "utf-8") -> pathlib.Path:
    """All or nothing: a reader finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(content.encode(encoding))
    new.replace(path)
    return path
