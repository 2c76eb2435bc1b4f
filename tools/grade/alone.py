#!/usr/bin/env python3
"""One hand-in by itself, within a time limit: for platforms that grade each in a machine of its own.

    alone.py HANDIN -o OUT [--seconds N] [--labs 1-3] [--format FORM] [--put NAME FILE]

It is `./kit grade` for one, with one thing more: the reports are there from the first moment on, and are written
again after each lab. When the time is up, or the platform kills us before, the labs that are done count, and the
others say why they do not. `--put results.json /autograder/results/results.json` keeps a copy of that report
where the platform wants it.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time

import cell
import grade
import groups
import reports
import submissions
import workshop
from model import Student
from stage import Stage, Unready


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="alone.py", description="Grades one hand-in within a time limit.")
    parser.add_argument("handin", type=pathlib.Path, metavar="HANDIN", help="a folder or an archive")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True, help="where the results go")
    parser.add_argument("--name", default="hand-in", help="what the reports call the student")
    parser.add_argument("--seconds", type=float, default=540, help="no more than that; standard: 540")
    parser.add_argument("--labs", help="which: 3, 1-3, or 1,3; without it all")
    parser.add_argument("--format", action="append", default=[], choices=sorted(reports.FORMS), metavar="FORM")
    parser.add_argument("--put", nargs=2, action="append", default=[], metavar=("NAME", "FILE"),
                        help="copies the student's report NAME to FILE whenever it is written")
    return parser.parse_args(arguments)


class Alone:
    """The grading of one hand-in, from the first report to the last."""

    def __init__(self, options: argparse.Namespace, stage: Stage):
        self.options, self.stage, self.started = options, stage, time.monotonic()
        # What ./kit grade would do with a class of one.
        one = grade.parse([str(options.handin), "-o", str(options.out), "-j1"])
        self.everybody = grade.Class(one, stage, [])
        self.submission = submissions.take(self.everybody.tree, options.handin, options.name)
        self.student = Student(options.name, notes=list(self.submission.notes), problem=self.submission.problem)
        late = f"not judged: the {options.seconds:.0f} seconds for the whole hand-in were over"
        why = self.submission.problem or late
        self.student.labs = [workshop.blank(plan, why) for plan in stage.plans]

    def write(self) -> None:
        reports.write([self.student], self.options.out, self.options.format)
        for name, target in self.options.put:
            new = pathlib.Path(f"{target}.new")
            shutil.copyfile(self.options.out / "students" / self.options.name / name, new)
            new.replace(target)

    def run(self) -> None:
        """Raises workshop.Broken when the kit failed, and not the student."""
        self.write()
        if self.submission.problem:
            return
        worker = self.everybody.workers.get()
        worker.directory.mkdir(mode=0o755, exist_ok=True)
        out = self.options.out / "students" / self.options.name
        bench = self.everybody.workshop.bench(self.everybody.workshop, self.submission, worker, out, None)
        over = threading.Timer(self.options.seconds, self.everybody.running.end)
        over.daemon = True
        over.start()
        try:
            for number, plan in enumerate(self.stage.plans):
                self.student.labs[number] = bench.grade(plan)
                self.student.seconds = round(time.monotonic() - self.started, 2)
                self.write()
        except cell.Interrupted:
            pass  # what is written already says so
        finally:
            over.cancel()

    def close(self) -> None:
        groups.remove(self.everybody.groups)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    signal.signal(signal.SIGTERM, grade.on_signal)
    try:
        directory = pathlib.Path(tempfile.mkdtemp(prefix="kit-grade-", dir=grade.STAGES))
        try:
            alone = Alone(options, Stage(grade.ROOT, grade.choose_labs(options.labs), directory))
            try:
                alone.run()
            finally:
                alone.close()
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    except (Unready, workshop.Broken, OSError, KeyboardInterrupt) as error:
        print(f"could not be graded, which is not the student's fault: {error or 'interrupted'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
