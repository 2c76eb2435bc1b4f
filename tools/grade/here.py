#!/usr/bin/env python3
"""Judges a hand-in in this very tree, for a machine that exists for it alone, such as a runner of GitHub's.

    here.py HANDIN -o OUT [--format classroom]

The student's files are laid over the tree (which so becomes his), built, and judged by `wire check`, which runs his
program in its sandbox as always. There is no cell around compiler and judge as in `./kit grade`: nothing here needs
to be kept from the student. Without solutions/ each lab is linked with the student's own work of the others.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing

import reports
import submissions
from model import Lab, Student
from stage import LabPlan, Unready, read_lab_ini
from workshop import FIRST_ERROR, blank, lab_of, printable_lines

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILE = ("cc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-Ishared", "-Iclients/parts")
SECONDS = 600


class TimeUp(Exception):
    """Nothing more can be judged."""


def run(until: float, *command: str) -> tuple[int, str, str]:
    """Status, standard output and error of a command. Raises TimeUp at `until`, on the monotonic clock."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        try:
            said, why = process.communicate(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeUp from None
    return process.returncode, said.decode("utf-8", "replace"), why.decode("utf-8", "replace")


def first_error(said: str) -> str:
    said = printable_lines(said.replace(f"{ROOT}/", ""))
    return (FIRST_ERROR.findall(said) or said.splitlines()[-1:] or ["no reason given"])[0].strip()[:400]


def lay(submission: submissions.Submission, until: float) -> dict[str, str]:
    """Lays the files over the tree; the labs whose files do not compile keep their starters. Why, by their names."""
    broken: dict[str, str] = {}
    for name, content in submission.files.items():
        path = ROOT / name
        starter = path.read_bytes() if path.is_file() else None
        path.write_bytes(content)
        if path.suffix != ".c":
            continue
        status, _, said = run(until, *COMPILE, name)
        if status != 0:
            broken[name.split("/")[1]] = f"does not build: {first_error(said)}"
            path.write_bytes(starter)
    return broken


def judge(number: int, until: float) -> Lab:
    status, said, why = run(until, "build/bin/wire", "check", str(number), "--json")
    if status not in (0, 1):
        raise Unready(f"wire ended with status {status}: {printable_lines(why)}")
    return lab_of(json.loads(said))


def grade(submission: submissions.Submission, labs: list[str], until: float) -> typing.Iterator[Lab]:
    """One lab after the other. Raises TimeUp, and Unready when the kit fails."""
    broken = lay(submission, until)
    status, said, why = run(until, "cmake", "--build", "build")
    whole = submission.problem or (f"does not build: {first_error(said + why)}" if status != 0 else None)
    for lab in labs:
        problem = whole or broken.get(lab)
        plan = LabPlan(int(lab[:2]), lab, *read_lab_ini(ROOT / "labs" / lab / "lab.ini"), [], [], "")
        yield blank(plan, problem) if problem else judge(plan.number, until)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="here.py", description="Judges a hand-in in this very tree.")
    parser.add_argument("handin", type=pathlib.Path, metavar="HANDIN", help="a folder or an archive")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True, help="where the results go")
    parser.add_argument("--format", action="append", default=[], choices=sorted(reports.FORMS), metavar="FORM")
    options = parser.parse_args(arguments)
    try:
        labs = sorted(path.parent.name for path in ROOT.glob("labs/[0-9][0-9]-*/lab.ini"))
        submission = submissions.take(submissions.Tree(ROOT, labs), options.handin, "hand-in")
        student = Student("hand-in", notes=submission.notes, problem=submission.problem)
        student.labs = list(grade(submission, labs, time.monotonic() + SECONDS))
        shutil.rmtree(options.out / "students" / student.name, ignore_errors=True)
        reports.write([student], options.out, options.format)
    except (Unready, TimeUp, OSError, ValueError, KeyError) as error:
        print(f"could not be judged, which is not the student's fault: {error or 'it took too long'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
