#!/usr/bin/env python3
"""./kit grade DIR: grades a class. docs/instructor.md is its manual."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import pathlib
import queue
import re
import shutil
import signal
import sys
import tempfile

import cell
import groups
import reports
import submissions
from model import Student
from progress import Progress
from stage import Stage, Unready
from workshop import Broken, Worker, Workshop

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Runs wait more than they work: with so many at once, whatever -j says, none of them comes too late.
RUNS_PER_PROCESSOR = 4
STAGES = pathlib.Path("/var/tmp")  # can be walked by every user, and survives no longer than we do


def complain(text: str) -> None:
    print(f"kit grade: {text}", file=sys.stderr)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./kit grade", description="Grades a class: a folder or an archive (.tar.gz .tgz .tar .zip) per student.",
        epilog="The exit status is 0 when everybody was graded, 1 when somebody could not be, 2 for misuse.")
    parser.add_argument("directory", type=pathlib.Path, metavar="DIR", help="one folder or archive per student")
    parser.add_argument("-o", "--out", type=pathlib.Path, help="where the results go; without it DIR-grades")
    parser.add_argument("--labs", help="which: 3, 1-3, or 1,3; without it all")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="so many students at a time; without it one for each processor")
    parser.add_argument("--format", action="append", default=[], choices=sorted(reports.FORMS), metavar="FORM",
                        help="more forms of the results: " + ", ".join(sorted(reports.FORMS)))
    parser.add_argument("--seeds", type=pathlib.Path, metavar="FILE", help="lines NAME,SEED: each student's KIT_SEED")
    parser.add_argument("--again", action="store_true", help="grades also those whose result is there already")
    return parser.parse_args(arguments)


def choose_labs(wanted: str | None) -> list[str]:
    """The names of the labs that are meant: of those that are there."""
    there = {int(path.parent.name[:2]): path.parent.name for path in ROOT.glob("labs/[0-9][0-9]-*/lab.ini")}
    if wanted is None:
        return [there[number] for number in sorted(there)]
    numbers = set()
    for part in wanted.split(","):
        span = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if not span:
            raise Unready(f"--labs {wanted}: write 3, 1-3 or 1,3")
        numbers.update(range(int(span[1]), int(span[2] or span[1]) + 1))
    missing = [str(number) for number in sorted(numbers) if number not in there]
    if missing:
        raise Unready(f"--labs {wanted}: there is no lab {', '.join(missing)}")
    return [there[number] for number in sorted(numbers)]


def read_seeds(path: pathlib.Path | None) -> dict[str, str]:
    if path is None:
        return {}
    seeds = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        pair = re.fullmatch(r"\s*([^,]+?)\s*[,;\t]\s*([A-Za-z0-9._@+-]{1,64})\s*", line)
        if pair:
            seeds[pair[1]] = pair[2]
        elif line.strip() and number > 1:  # the first line may be a heading
            raise Unready(f"{path}:{number}: a line is NAME,SEED; a seed is 1 to 64 of A-Z a-z 0-9 . _ @ + -")
    return seeds


class Class:
    """One grading, from the directory to the reports."""

    def __init__(self, options: argparse.Namespace, stage: Stage, entries: list):
        self.options, self.stage, self.entries = options, stage, entries
        self.seeds = read_seeds(options.seeds)
        self.tree = submissions.Tree(ROOT, [plan.name for plan in stage.plans])
        self.running = cell.Running()
        self.kit = stage.digest()
        self.groups = []
        self.workers = queue.SimpleQueue()
        obstacle = cell.why_no_namespaces(self.running, stage.directory / "etc", self._user(0))
        if obstacle:
            self._work_in_the_open(obstacle)
        for number in range(options.jobs):
            worker = Worker(self._user(number), groups.make(f"kit-grade-{os.getpid()}-{number}"), stage.directory / f"work-{number}")
            self.groups += worker.groups
            self.workers.put(worker)
        self.workshop = Workshop(stage, self.running, max(1, RUNS_PER_PROCESSOR * (os.cpu_count() or 1) // options.jobs),
                                 obstacle is not None)
        self.broken = []

    @staticmethod
    def _user(number: int) -> int | None:
        return cell.workers_user(number) if os.geteuid() == 0 else None

    def _work_in_the_open(self, obstacle: str) -> None:
        """Without namespaces: one student at a time, since there is one network."""
        if os.geteuid() != 0:
            raise Unready(f"no sandbox can be made ({obstacle}), and only root can grade without one")
        self.options.jobs = 1
        complain(f"no sandbox can be made ({obstacle}): programs run in this machine's own network, one at a time, as "
                 f"user {cell.CONFINED_USER}; docs/instructor.md, section 10, says what is not protected then")

    def inputs(self, submission: submissions.Submission) -> str:
        """All that the result depends on: the same inputs need not be graded twice."""
        return f"{submission.digest()} {self.kit} {self.seeds.get(submission.name, '')}\n"

    def one(self, name: str, entry: pathlib.Path) -> tuple[Student | None, bool]:
        """A student's result, and whether it was there already; None: he could not be graded."""
        submission = submissions.take(self.tree, entry, name)
        out = self.options.out / "students" / name
        inputs = self.inputs(submission)
        if not self.options.again and (old := self._graded(out, inputs)):
            return old, True
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        worker = self.workers.get()
        try:
            student = self.workshop.grade(submission, worker, out, self.seeds.get(name))
        except Broken as error:
            self.broken.append((name, str(error)))
            return None, False
        finally:
            self.workers.put(worker)
        student.save(out / "result.json")
        (out / "inputs").write_text(inputs, "utf-8")  # last: without it the result does not count
        return student, False

    @staticmethod
    def _graded(out: pathlib.Path, inputs: str) -> Student | None:
        try:
            return Student.load(out / "result.json") if (out / "inputs").read_text("utf-8") == inputs else None
        except (OSError, ValueError):
            return None

    def all(self, progress: Progress) -> list[Student]:
        """Everybody's result, in the order of their names. Raises Interrupted."""
        results = {}
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            waiting = {pool.submit(self.one, name, entry): name for name, entry in self.entries}
            try:
                for future in concurrent.futures.as_completed(waiting):
                    student, old = future.result()
                    results[waiting[future]] = student
                    progress.step(waiting[future], student, old)
            except BaseException:
                for future in waiting:
                    future.cancel()
                self.running.end()
                raise
        return [results[name] for name, _ in self.entries if results[name] is not None]


def on_signal(number, _frame):
    raise KeyboardInterrupt(number)


def grade(options: argparse.Namespace) -> int:
    labs = choose_labs(options.labs)
    if not options.directory.is_dir():
        raise Unready(f"{options.directory}: this is no directory")
    if options.jobs < 1:
        raise Unready(f"-j {options.jobs}: at least 1")
    entries, others = submissions.find(options.directory)
    for other in others:
        complain(f"{other}: left out, it is neither a folder nor an archive")
    if not entries:
        raise Unready(f"{options.directory}: there is no folder and no archive in it")
    options.out = options.out or options.directory.resolve().with_name(options.directory.resolve().name + "-grades")
    options.out.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"kit-grade-{os.getpid()}-", dir=STAGES))
    everybody = None
    try:
        everybody = Class(options, Stage(ROOT, labs, directory), entries)
        with Progress(len(entries)) as progress:
            students = everybody.all(progress)
    finally:
        groups.remove(everybody.groups if everybody else [])
        shutil.rmtree(directory, ignore_errors=True)
    reports.write(students, options.out, options.format)
    for name, why in everybody.broken:
        complain(f"{name} could not be graded: {why}; start again to try once more")
    print(f"{len(students)} of {len(entries)} graded: {options.out}/grades.csv, {options.out}/index.html")
    return 1 if everybody.broken else 0


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGHUP, on_signal)
    try:
        return grade(options)
    except Unready as error:
        complain(str(error))
        return 2
    except (KeyboardInterrupt, cell.Interrupted):
        complain("interrupted; what is graded is kept, start again to go on")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
