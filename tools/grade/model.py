"""What grading came to: the one result model that all reports are made of.

`workshop.py` fills it, the modules in `reports/` write it down, each in a form of its own. It is kept
as JSON (OUT/students/NAME/result.json), so that an interrupted grading goes on where it stopped, and
reports can be written again without running anything.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib


@dataclasses.dataclass
class Check:
    """A check or a question of a lab: what `wire check --json` says of it (verdict_json.h)."""

    check: str  # its name: "stuffing", or "question.server"
    says: str  # what must hold
    outcome: str  # "held", "failed", "skipped" (a check that it needs does not hold)
    points: int
    earned: int
    needs: str | None = None  # skipped: the first check that it waits for
    run: str | None = None  # failed: in which run of the lab
    expected: str | None = None
    got: str | None = None
    notes: list[str] = dataclasses.field(default_factory=list)
    capture: str | None = None  # relative to the student's tree
    filter: str | None = None  # a display filter, worth a look in that capture
    why: str | None = None  # the clause
    code: str | None = None  # where in the student's file
    hint: str | None = None


@dataclasses.dataclass
class Lab:
    number: int
    name: str  # "03-smtp-send"
    title: str
    points: int
    checks: list[Check] = dataclasses.field(default_factory=list)
    # Why there are no checks, or not all: one sentence ("does not build: smtp_send.c:12:3: error: …").
    # Then every check of the lab counts as failed.
    problem: str | None = None
    drawing: str | None = None  # the page with the ladder at the first divergence; relative to the result
    seconds: float = 0.0

    @property
    def earned(self) -> int:
        return 0 if self.problem else sum(check.earned for check in self.checks)


@dataclasses.dataclass
class Student:
    name: str  # of his folder or archive, without its ending
    labs: list[Lab] = dataclasses.field(default_factory=list)
    # What was remarkable about the hand-in: "left out labs/03-smtp-send/lab.ini: only … may change".
    notes: list[str] = dataclasses.field(default_factory=list)
    problem: str | None = None  # why nothing at all could be graded ("the archive is damaged")
    seconds: float = 0.0

    @property
    def points(self) -> int:
        return sum(lab.points for lab in self.labs)

    @property
    def earned(self) -> int:
        return sum(lab.earned for lab in self.labs)

    def save(self, path: pathlib.Path) -> None:
        """All or nothing: a reader finds the old file or the new one. In ASCII, because the name of a folder
        need not be UTF-8."""
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(dataclasses.asdict(self), indent=1), "utf-8")
        new.replace(path)

    @classmethod
    def load(cls, path: pathlib.Path) -> "Student":
        """Raises OSError or ValueError when there is no whole result."""
        raw = json.loads(path.read_text("utf-8"))
        try:
            labs = [Lab(**{**lab, "checks": [Check(**check) for check in lab["checks"]]}) for lab in raw["labs"]]
            return cls(**{**raw, "labs": labs})
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path}: this is no result: {error}") from error
