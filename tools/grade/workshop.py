"""One student from the hand-in to the result: laid over the pristine tree, built, run, judged."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import shutil
import stat
import time

import cell
from model import Check, Lab, Student
from stage import LabPlan, Stage
from submissions import Submission, printable

BUILD_SECONDS = 120
BUILD_LIMITS = ["prlimit", "--cpu=15", "--as=2147483648", "--fsize=134217728", "--core=0", "--nofile=256",
                "--nproc=128", "--"]
BUILD_OUTPUT = 1 << 20
CHECK_SECONDS = 900
DRAW_SECONDS = 60
KEPT = ("capture.pcapng", "stdout", "stderr")
KEPT_LIMIT = 64 << 20  # bytes of a lab's files
FIRST_ERROR = re.compile(r"^(.*?(?:error|undefined reference|multiple definition).*)$", re.MULTILINE)


class Broken(Exception):
    """The kit or the machine failed, not the student: nothing is recorded, grading again may help."""


@dataclasses.dataclass
class Worker:
    """What one worker grades with: nobody else does at the same time."""

    user: int | None
    groups: list  # its cgroups
    directory: pathlib.Path  # its place on the stage


class Workshop:
    def __init__(self, stage: Stage, running: cell.Running, jobs: int):
        self.stage, self.running, self.jobs = stage, running, jobs

    def grade(self, submission: Submission, worker: Worker, out: pathlib.Path, seed: str | None) -> Student:
        """Grades one student, keeps what is worth a look in `out`. Raises Broken, cell.Interrupted."""
        start = time.monotonic()
        student = Student(submission.name, notes=list(submission.notes), problem=submission.problem)
        _empty(worker.directory)
        bench = Bench(self, submission, worker, out, seed)
        for plan in self.stage.plans:
            student.labs.append(blank(plan, submission.problem) if submission.problem else bench.grade(plan))
        _empty(worker.directory)
        student.seconds = round(time.monotonic() - start, 2)
        return student


def blank(plan: LabPlan, problem: str) -> Lab:
    """A lab of which nothing could be judged."""
    checks = [Check(name, says, "failed", points, 0) for name, says, points in plan.checks]
    return Lab(plan.number, plan.name, plan.title, sum(check.points for check in checks), checks, problem)


def _empty(directory: pathlib.Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o755)


class Bench:
    """One student's tree in one worker's place, while it is graded."""

    def __init__(self, workshop: Workshop, submission: Submission, worker: Worker, out: pathlib.Path,
                 seed: str | None):
        self.workshop, self.stage, self.worker, self.out, self.seed = workshop, workshop.stage, worker, out, seed
        self.submission = submission
        shutil.copytree(self.stage.kit / "labs", worker.directory / "labs")
        for name, content in submission.files.items():
            (worker.directory / name).write_bytes(content)
        for name in ("programs", "run", "state", "objects"):
            self._directory(name)

    def _directory(self, name: str) -> pathlib.Path:
        path = self.worker.directory / name
        path.mkdir(parents=True, exist_ok=True)
        if self.worker.user is not None:
            os.chown(path, self.worker.user, self.worker.user)
        return path

    def grade(self, plan: LabPlan) -> Lab:
        start = time.monotonic()
        problem = self.build(plan)
        lab = blank(plan, problem) if problem else self.check(plan)
        lab.seconds = round(time.monotonic() - start, 2)
        return lab

    def build(self, plan: LabPlan) -> str | None:
        """None, or why it does not build."""
        stage, root, build = self.stage, self.stage.root, self.stage.root / "build"
        objects = self._directory(f"objects/{plan.name}")
        binds = [("--ro-bind", stage.kit / name, root / name) for name in ("shared", "clients")]
        binds += [("--ro-bind", self.worker.directory / "labs" / plan.name, root / "labs" / plan.name)]
        binds += [("--ro-bind", stage.parts / part, build / part) for part in plan.parts]
        binds += [("--bind", objects, build / plan.objects),
                  ("--bind", self.worker.directory / "programs", build / "labs")]
        line = cell.view(binds, stage.directory / "etc", build, {"TMPDIR": "/tmp"})
        ended = self._run([*line, *BUILD_LIMITS, "sh", "-c", " && ".join(plan.compile)], BUILD_SECONDS, BUILD_OUTPUT)
        said = printable_lines((ended.output + ended.error).decode("utf-8", "replace").replace(f"{root}/", ""))
        if said:
            self._keep_text(plan, "build.log", said)
        if ended.stopped:
            return f"does not build: the compiler was stopped {ended.stopped}"
        if ended.status == 0 and (self.worker.directory / "programs" / plan.name).is_file():
            return None
        if ended.error.startswith(b"bwrap: "):
            raise Broken(said.splitlines()[0])
        errors = FIRST_ERROR.findall(said)
        last = said.splitlines()[-1:] or [f"the compiler ended with status {ended.status}"]
        return f"does not build: {(errors or last)[0].strip()[:400]}"

    def _judging(self) -> list[str]:
        """The view in which wire judges; in it, the student's tree is at the kit's own place."""
        stage, root, build = self.stage, self.stage.root, self.stage.root / "build"
        here = self.worker.directory
        binds = [("--ro-bind", stage.kit / name, root / name)
                 for name in ("captures", "kit.ini", "tools", "build")]
        binds += [("--ro-bind", stage.kit / "tools/wire/network" / name, pathlib.Path("/etc", name))
                  for name in ("hosts", "nsswitch.conf")]
        binds += [("--ro-bind", here / "labs", root / "labs"), ("--bind", here / "run", build / "run"), ("--bind", here / "state", build / "state"),
                  ("--ro-bind", here / "programs", build / "labs")]
        return cell.view(binds, stage.directory / "etc", root, {"KIT_SEED": self.seed} if self.seed else {})

    def check(self, plan: LabPlan) -> Lab:
        wire = str(self.stage.root / "build/bin/wire")
        ended = self._run([*self._judging(), wire, "check", str(plan.number), "--json", "--jobs",
                           str(self.workshop.jobs)], CHECK_SECONDS, cell.OUTPUT_LIMIT)
        if ended.stopped:
            return blank(plan, f"could not be judged: it was stopped {ended.stopped}")
        if ended.status not in (0, 1):
            raise Broken(printable_lines(ended.error.decode("utf-8", "replace")).strip()
                         or f"wire ended with status {ended.status}")
        try:
            lab = lab_of(json.loads(ended.output))
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(f"wire said what cannot be understood: {error}") from error
        self._keep(plan, lab)
        lab.drawing = self._draw(plan) if lab.earned < lab.points else None
        return lab

    def _keep(self, plan: LabPlan, lab: Lab) -> None:
        """What was recorded where something failed: OUT/students/NAME/NN-name/RUN/."""
        left = KEPT_LIMIT
        for run in sorted({check.run for check in lab.checks if check.outcome == "failed" and check.run}):
            for name in KEPT:
                left -= keep_file(self.worker.directory / "run" / plan.name / run / name,
                                  self.out / plan.name / run / name, left)

    def _draw(self, plan: LabPlan) -> str | None:
        """The ladder of the main run beside the reference; relative to the result."""
        root, runs = self.stage.root, self.worker.directory / "run" / plan.name
        mine, reference = runs / "main" / "capture.pcapng", self.stage.kit / "captures" / f"{plan.name}.pcapng"
        if not (mine.is_file() and reference.is_file()):
            return None
        seen = root / "build/run" / plan.name
        ended = self._run([*self._judging(), str(root / "build/bin/wire"), "draw", str(seen / "main/capture.pcapng"),
                           str(root / "captures" / reference.name), "-o", str(seen / "ladder.html")],
                          DRAW_SECONDS, BUILD_OUTPUT)
        target = self.out / plan.name / "ladder.html"
        if ended.status not in (0, 1) or not keep_file(runs / "ladder.html", target, KEPT_LIMIT):
            return None
        return target.relative_to(self.out).as_posix()

    def _run(self, command: list[str], seconds: float, limit: int) -> cell.Ended:
        return cell.run(self.workshop.running, command, seconds=seconds, limit=limit, user=self.worker.user,
                        groups=self.worker.groups)

    def _keep_text(self, plan: LabPlan, name: str, text: str) -> None:
        path = self.out / plan.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.splitlines()).strip()


def lab_of(raw: dict) -> Lab:
    """Of `wire check --json`; what we do not know of it is left out."""
    known = {field.name for field in dataclasses.fields(Check)}
    checks = [Check(**{key: value for key, value in check.items() if key in known}) for check in raw["checks"]]
    return Lab(raw["number"], raw["name"], raw["title"], raw["points"], checks)


def keep_file(source: pathlib.Path, target: pathlib.Path, limit: int) -> int:
    """Copies a file out of a place where others write: regular, not a link, not too large. How many bytes."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return 0
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return 0
        content = stream.read(limit + 1)
    if len(content) > limit:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return len(content)
