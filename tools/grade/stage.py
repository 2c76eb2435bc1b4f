"""The stage: a copy of just those parts of the kit that building and judging a hand-in need.

It lies in a directory of its own (mode 0711, so that its path can be walked but not listed), because
the kit itself may be in a home directory that the workers' users cannot enter, and so that a change
to the kit while a class is being graded changes nothing. It holds no finished solution but as a
library, and that only in the parts for the compiler.

    kit/      what wire, the servers and the student's program see, at the kit's own path
    parts/    what the compiler sees besides shared/ and clients/: libraries and objects
    etc/      passwd and group of the cell
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

FOR_JUDGING = ("labs", "captures", "kit.ini", "build/bin/wire", "build/bin/accounts", "build/lab",
               "build/lib/wire-names.so")
FOR_COMPILING = ("shared", "clients")
PARTS = re.compile(r"[^\s:&|]+\.(?:a|o|so)")


class Unready(Exception):
    """Why the kit itself cannot grade: for the instructor."""


@dataclasses.dataclass
class LabPlan:
    """How one lab is built, as CMake would: the commands of ninja that have to do with the student's files."""

    number: int
    name: str
    title: str
    checks: list  # (name, says, points), questions included
    compile: list  # command lines for sh, in the build directory
    parts: list  # what they read there, relative to it
    objects: str  # the directory, relative to build/, in which the student's objects come to lie


def read_lab_ini(path: pathlib.Path) -> tuple[str, list]:
    """The title, and (name, says, points) of each check and question: enough to say what a lab is worth."""
    title, checks, entry = "", [], None
    for line in path.read_text("utf-8", "replace").splitlines():
        section = re.match(r"\[(\w+)\s*([^\]]*)\]", line)
        if section:
            kind, name = section[1], section[2].strip()
            entry = {"name": name if kind == "check" else f"question.{name}", "says": "", "points": "1"} \
                if kind in ("check", "question") else {} if kind == "lab" else None
            if kind in ("check", "question"):
                checks.append(entry)
            continue
        pair = re.match(r"(\w+)\s*=\s*(.*?)(?:\s+;.*)?$", line)
        if pair and entry is not None:
            if pair[1] == "title" and "name" not in entry:
                title = pair[2]
            elif pair[1] == "points":
                entry["points"] = pair[2]
            elif pair[1] in ("says", "text") and "says" in entry:
                entry["says"] = pair[2]
    return title, [(entry["name"], entry["says"], int(entry["points"])) for entry in checks]


def plan_lab(root: pathlib.Path, lab: str) -> LabPlan:
    build = root / "build"
    target = f"lab-{lab}"
    asked = subprocess.run(["ninja", "-C", str(build), "-t", "commands", target],
                           capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        raise Unready(f"{lab} cannot be built here: {asked.stdout.strip() or asked.stderr.strip()}")
    own = f" -c {root}/labs/{lab}/"
    lines = [line for line in asked.stdout.splitlines() if line and not line.startswith("ninja:")]
    commands = [line for line in lines if own in line and f"{target}.dir/" in line] + lines[-1:]
    objects = f"CMakeFiles/{target}.dir/labs/{lab}"
    parts = [part for part in PARTS.findall(lines[-1]) if not part.startswith(("/", objects))]
    title, checks = read_lab_ini(root / "labs" / lab / "lab.ini")
    return LabPlan(int(lab[:2]), lab, title, checks, commands, parts, objects)


class Stage:
    def __init__(self, root: pathlib.Path, labs: list[str], directory: pathlib.Path):
        self.root = root
        self.directory = directory
        self.kit = directory / "kit"
        self.parts = directory / "parts"
        self.plans = [plan_lab(root, lab) for lab in labs]
        servers = [f"build/bin/{main.parent.name}" for main in sorted(root.glob("servers/*/main.c"))]
        # What wire reads besides: for tshark, for its pages, the lab's names.
        data = [path.relative_to(root).as_posix() for path in sorted(root.glob("tools/wire/**/*"))
                if path.is_file() and path.suffix not in (".c", ".h")]
        for name in (*FOR_JUDGING, *data, *FOR_COMPILING, *servers):
            self._copy(root / name, self.kit / name)
        for plan in self.plans:
            for part in plan.parts:
                self._copy(root / "build" / part, self.parts / part)
            (self.parts / plan.objects).mkdir(parents=True, exist_ok=True)
        # For wire without namespaces: the hosts beside the library that answers from them (network.h).
        self._copy(root / "tools/wire/network/hosts", self.kit / "build/lib/hosts")
        # Places where a student's own directories are bound.
        for name in ("run", "state", "labs"):
            (self.kit / "build" / name).mkdir(parents=True, exist_ok=True)
        for name in ("labs",):
            (self.parts / name).mkdir(exist_ok=True)
        etc = directory / "etc"
        etc.mkdir()
        (etc / "passwd").write_text("root:x:0:0:root:/:/bin/sh\nstudent:x:1000:1000:student:/:/bin/sh\n"
                                    "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n")
        (etc / "group").write_text("root:x:0:\nstudent:x:1000:\nnogroup:x:65534:\n")
        for path in [*directory.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        directory.chmod(0o711)

    @staticmethod
    def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if source.is_dir():
                shutil.copytree(source, target, symlinks=False, dirs_exist_ok=True)
            else:
                shutil.copyfile(source, target)
                shutil.copymode(source, target)
        except OSError as error:
            raise Unready(f"{source}: {error.strerror or error}: ./kit build") from error

    def digest(self) -> str:
        """Of everything that a grade depends on besides the hand-in."""
        total = hashlib.sha256()
        for path in sorted(self.directory.rglob("*")):
            relative = path.relative_to(self.directory).as_posix()
            if path.is_file() and not relative.startswith("work/"):
                total.update(relative.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        for plan in self.plans:
            total.update(repr(plan.compile).encode())
        return total.hexdigest()
