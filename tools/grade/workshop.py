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
LATE = re.compile(r"showed no more|sent no more|was stopped after|ends within|did not come to its end"
                  r"|had not said so after|were greeted|and was killed|in time")
LATE_CHECKS = 4
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
    """`open`: there are no namespaces, so that no cell can be made."""

    def __init__(self, stage: Stage, running: cell.Running, jobs: int, is_open: bool):
        self.stage, self.running, self.jobs = stage, running, jobs
        self.bench = OpenBench if is_open else Bench

    def grade(self, submission: Submission, worker: Worker, out: pathlib.Path, seed: str | None) -> Student:
        """Grades one student, keeps what is worth a look in `out`. Raises Broken, cell.Interrupted."""
        start = time.monotonic()
        student = Student(submission.name, notes=list(submission.notes), problem=submission.problem)
        _empty(worker.directory)
        bench = self.bench(self, submission, worker, out, seed)
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
        user = self.user_of(name)
        if user is not None:
            os.chown(path, user, user)
        return path

    def user_of(self, _name: str) -> int | None:
        """Who owns this directory, when it is not us."""
        return self.worker.user

    def grade(self, plan: LabPlan) -> Lab:
        start = time.monotonic()
        problem = self.build(plan)
        lab = blank(plan, problem) if problem else self.check(plan)
        lab.seconds = round(time.monotonic() - start, 2)
        return lab

    def build(self, plan: LabPlan) -> str | None:
        """None, or why it does not build."""
        objects = self._directory(f"objects/{plan.name}")
        ended = self._compile(plan, objects)
        said = self._as_the_student_knows_it((ended.output + ended.error).decode("utf-8", "replace"))
        said = printable_lines(said)
        if said:
            self._keep_text(plan, "build.log", said)
        if ended.stopped:
            return f"does not build: the compiler was stopped {ended.stopped}"
        if ended.status == 0 and (self.worker.directory / "programs" / plan.name).is_file():
            return None
        if ended.error.startswith((b"bwrap: ", b"wire confine: ")):
            raise Broken(said.splitlines()[0])
        errors = FIRST_ERROR.findall(said)
        last = said.splitlines()[-1:] or [f"the compiler ended with status {ended.status}"]
        return f"does not build: {(errors or last)[0].strip()[:400]}"

    def _as_the_student_knows_it(self, text: str) -> str:
        """Paths count from the kit's directory."""
        return text.replace(f"{self.stage.root}/", "")

    def _compile(self, plan: LabPlan, objects: pathlib.Path) -> cell.Ended:
        stage, root, build = self.stage, self.stage.root, self.stage.root / "build"
        binds = [("--ro-bind", stage.kit / name, root / name) for name in ("shared", "clients")]
        binds += [("--ro-bind", self.worker.directory / "labs" / plan.name, root / "labs" / plan.name)]
        binds += [("--ro-bind", stage.parts / part, build / part) for part in plan.parts]
        binds += [("--bind", objects, build / plan.objects),
                  ("--bind", self.worker.directory / "programs", build / "labs")]
        line = cell.view(binds, stage.directory / "etc", build, {"TMPDIR": "/tmp"})
        return self._run([*line, *BUILD_LIMITS, "sh", "-c", " && ".join(plan.compile)], BUILD_SECONDS, BUILD_OUTPUT)

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

    def wire(self, plan: LabPlan, command: str, *words: str) -> cell.Ended:
        """Runs wire in that view."""
        runs = {"check": [str(plan.number)], "draw": [str(self._seen(plan) / "main/capture.pcapng")]}
        return self._run([*self._judging(), str(self.stage.root / "build/bin/wire"), command, *runs[command], *words],
                         CHECK_SECONDS if command == "check" else DRAW_SECONDS, cell.OUTPUT_LIMIT)

    def _seen(self, plan: LabPlan) -> pathlib.Path:
        """Where wire sees what the runs left."""
        return self.stage.root / "build/run" / plan.name

    def check(self, plan: LabPlan) -> Lab:
        lab = self._judge(plan)
        late = [check.check for check in lab.checks if is_late(check)]
        # A machine that is busy makes a program late here and there; one that hangs is late everywhere.
        if not lab.problem and 0 < len(late) <= LATE_CHECKS:
            again = {check.check: check for check in self._judge(plan, *late).checks}
            lab.checks = [again.get(check.check, check) if check.check in late else check for check in lab.checks]
        if not lab.problem:
            self._keep(plan, lab)
            lab.drawing = self._draw(plan) if lab.earned < lab.points else None
        return lab

    def _judge(self, plan: LabPlan, *checks: str) -> Lab:
        """All checks, or these alone: then one run at a time."""
        ended = self.wire(plan, "check", *checks, "--json", "--jobs", "1" if checks else str(self.workshop.jobs))
        if ended.stopped:
            return blank(plan, f"could not be judged: it was stopped {ended.stopped}")
        if ended.status not in (0, 1):
            raise Broken(printable_lines(ended.error.decode("utf-8", "replace")).strip()
                         or f"wire ended with status {ended.status}")
        try:
            return lab_of(json.loads(self._as_the_student_knows_it(ended.output.decode("utf-8"))))
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(f"wire said what cannot be understood: {error}") from error

    def _keep(self, plan: LabPlan, lab: Lab) -> None:
        """What was recorded where something failed: OUT/students/NAME/NN-name/RUN/."""
        left = KEPT_LIMIT
        for run in sorted({check.run for check in lab.checks if check.outcome == "failed" and check.run}):
            for name in KEPT:
                left -= keep_file(self.worker.directory / "run" / plan.name / run / name,
                                  self.out / plan.name / run / name, left)

    def _draw(self, plan: LabPlan) -> str | None:
        """The ladder of the main run beside the reference; relative to the result."""
        runs = self.worker.directory / "run" / plan.name
        mine, reference = runs / "main" / "capture.pcapng", self.stage.kit / "captures" / f"{plan.name}.pcapng"
        if not (mine.is_file() and reference.is_file()):
            return None
        ended = self.wire(plan, "draw", str(self.stage.root / "captures" / reference.name),
                          "-o", str(self._seen(plan) / "ladder.html"))
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


def is_late(check: Check) -> bool:
    """Whether a check failed because something did not come, or end, in its time."""
    return check.outcome == "failed" and LATE.search("\n".join([check.expected or "", check.got or "", *check.notes])) is not None


class OpenBench(Bench):
    """Without namespaces: compiler and programs run as a user of their own, with few files (confine.h)."""

    def user_of(self, name: str) -> int | None:
        # What wire writes belongs to root, and to nobody whom a program could be.
        return None if name in ("run", "state") else cell.CONFINED_USER

    def _as_the_student_knows_it(self, text: str) -> str:
        here = self.worker.directory
        for path, known in ((here / "run", "build/run"), (here / "labs", "labs"), (here / "programs", "build/labs"),
                            (self.stage.kit, ""), (self.stage.parts, "build"), (self.stage.root, "")):
            text = text.replace(f"{path}/", f"{known}/" if known else "")
        return text

    def _run(self, command: list[str], seconds: float, limit: int) -> cell.Ended:
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/", "TMPDIR":
                       str(self.worker.directory / "objects"), "WIRE_NO_BWRAP": "1",
                       "WIRE_STAGE": str(self.stage.kit / "build/lib")}
        if self.seed:
            environment["KIT_SEED"] = self.seed
        try:
            return cell.run(self.workshop.running, command, seconds=seconds, limit=limit, environment=environment,
                            groups=self.worker.groups)
        finally:
            cell.end_all_of(cell.CONFINED_USER)

    def _compile(self, plan: LabPlan, objects: pathlib.Path) -> cell.Ended:
        """In a build tree of links: the commands name their files relative to it, or below the kit's root."""
        stage, here = self.stage, self.worker.directory
        tree = self._directory(f"build/{plan.name}")
        for part in plan.parts:
            (tree / part).parent.mkdir(parents=True, exist_ok=True)
            (tree / part).symlink_to(stage.parts / part)
        (tree / plan.objects).parent.mkdir(parents=True, exist_ok=True)
        (tree / plan.objects).symlink_to(objects)
        (tree / "labs").symlink_to(here / "programs")
        moved = " && ".join(plan.compile)
        for known, path in (("labs", here / "labs"), ("shared", stage.kit / "shared"), ("clients", stage.kit / "clients")):
            moved = moved.replace(f"{stage.root}/{known}", str(path))
        limits = ["env", "-C", str(tree), *BUILD_LIMITS, "sh", "-c", moved]
        readable = [here / "labs" / plan.name, stage.kit / "shared", stage.kit / "clients", stage.parts, tree]
        writable = [objects, here / "objects", here / "programs"]
        return self._run([str(stage.root / "build/bin/wire"), "confine",
                          *[word for path in readable for word in ("--read", str(path))],
                          *[word for path in writable for word in ("--write", str(path))], "--", *limits],
                         BUILD_SECONDS, BUILD_OUTPUT)

    def wire(self, plan: LabPlan, command: str, *words: str) -> cell.Ended:
        here = self.worker.directory
        runs = {"check": [str(plan.number), "--labs", str(here / "labs"), "--programs", str(here / "programs"),
                          "--run-directory", str(self._seen(plan))],
                "draw": [str(self._seen(plan) / "main/capture.pcapng")]}
        return self._run([str(self.stage.root / "build/bin/wire"), command, *runs[command], *words],
                         CHECK_SECONDS if command == "check" else DRAW_SECONDS, cell.OUTPUT_LIMIT)

    def _seen(self, plan: LabPlan) -> pathlib.Path:
        return self.worker.directory / "run" / plan.name


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
