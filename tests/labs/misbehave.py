#!/usr/bin/env python3
"""Whatever a student's program does, wire check ends, says what happened, and leaves nothing behind."""
import os
import subprocess
import sys
from pathlib import Path

build, directory, sanitizers = sys.argv[1:]
source = Path(__file__).parent

# What each verdict says; None: the check holds.
EXPECTED = {
    "sleep": "did not end by itself and was stopped after",
    "spin": "did not end by itself and was stopped after",
    "ignore": "did not end by itself and was stopped after",
    "close": "did not end by itself and was stopped after",
    "fork": "was stopped: it started more than 64 processes",
    "stdout": "was stopped: it wrote more than 16 MiB",
    "stderr": "was stopped: it wrote more than 16 MiB",
    "crash": "crashed: Segmentation fault",
    "abort": "crashed: Aborted",
    "child": None,
    "memory": None,
    "escape": None,
    "leak": "12 bytes allocated in take (misbehave.c:",
    "leak-only": None,
    "beyond": "that is 0 bytes after a block of size 10, allocated in take (misbehave.c:",
    "freed": "that is 0 bytes inside a block of size 10, freed in use_freed (misbehave.c:",
    "open": "the file /dev/null, opened in leave_open (misbehave.c:",
    "open-one": None,
    "forge": "12 bytes allocated in take (misbehave.c:",
    "threads": None,
    "too-many-threads": "3, when it had most of them",
    "too-few-threads": "3, when it had most of them",
}
if sanitizers != "sanitizers=":
    del EXPECTED["memory"]  # they reserve terabytes: then there is no limit
    for valgrind_says in ("leak", "leak-only", "beyond", "freed", "open", "open-one", "forge"):
        del EXPECTED[valgrind_says]  # valgrind cannot run what was built with a sanitizer


def read_verdict(path):
    fields = dict(line.split("\t", 1) for line in path.read_text().splitlines())
    return fields.get("got")


def left_behind():
    """Processes of the program that are still there."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.readlink(process / "exe").endswith("/90-misbehave"):
                found.append(process.name)
        except OSError:
            pass  # it has just ended, or is somebody else's
    return found


ended = subprocess.run(
    [f"{build}/bin/wire", "check", "90", "--labs", source / "fixture", "--programs", f"{build}/tests/programs",
     "--run-directory", directory],
    env={**os.environ, "WIRE_TEST_SECRET": "1"}, capture_output=True, text=True, timeout=300, check=False)
print(ended.stdout, ended.stderr)
assert ended.returncode == 1, ended.returncode
for name, words in EXPECTED.items():
    got = read_verdict(Path(directory) / "results" / name)
    if words is None:
        assert got is None, f"{name}: {got}"
    else:
        assert got is not None and words in got, f"{name}: {got!r} and not {words!r}"
assert left_behind() == []
