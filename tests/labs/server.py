#!/usr/bin/env python3
"""Whatever a student's server does, wire check ends, says what happened, and leaves nothing behind."""
import os
import subprocess
import sys
from pathlib import Path

build, directory, sanitizers = sys.argv[1:]
source = Path(__file__).parent

# What the verdicts of the checks say that do not hold.
EXPECTED = {
    "wrong": 'line 3: waited for "S: 354 *", the server sent "250 yes"',
    "silent": "the server did not start to listen: it had not said so after 1.",
    "refuse": "the server did not start to listen: it ended with status 1\nit said last:  server: I will not",
    "crash": "the server did not start to listen: it crashed: Segmentation fault",
    "deaf": "it did not end when it was asked to (SIGTERM), and was killed",
    "leave": "it ended with status 0, though nobody had asked it to",
    "fork": "it was stopped: it started more than 64 processes",
    "fill": "it was stopped: it wrote more than 64 MiB",
    "die": "it ended with status 3, though nobody had asked it to",
    "todo": "TODO 2: server_todo is not written yet",
    "slow-visit": "it did not end by itself and was stopped after 1 s",
}


def read_verdict(path):
    fields = dict(line.split("\t", 1) for line in path.read_text().splitlines())
    got = fields.get("got")
    return got if got is None else got.replace("\\n", "\n")


def left_behind():
    """Processes of the server that are still there."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.readlink(process / "exe").endswith("/93-server"):
                found.append(process.name)
        except OSError:
            pass  # it has just ended, or is somebody else's
    return found


def check(lab, programs=f"{build}/tests/programs"):
    return subprocess.run(
        [f"{build}/bin/wire", "check", lab, "--labs", source / "fixture", "--programs", programs,
         "--run-directory", directory],
        capture_output=True, text=True, timeout=300, check=False)


def judge():
    ended = check("93")
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 1, ended.returncode
    verdicts = {path.name: read_verdict(path) for path in (Path(directory) / "results").iterdir()}
    assert set(EXPECTED) <= set(verdicts)
    for name, got in verdicts.items():
        words = EXPECTED.get(name)
        if words is None:
            assert got is None, f"{name}: {got}"
        else:
            assert got is not None and words in got, f"{name}: {got!r} and not {words!r}"
    assert left_behind() == []


def nothing_dangerous_remains():
    """What a server leaves in its store can be read and removed by whoever graded it, and leads nowhere."""
    store = Path(directory) / "litter" / "store"
    assert (store / "example.org" / "bob" / "new").is_dir()
    assert (store / "closed" / "file").read_bytes() == b""
    assert not (store / "link").is_symlink() and not (store / "pipe").exists()
    assert sum(1 for _ in (Path(directory) / "fill" / "store").iterdir()) == 0


def a_client_that_is_not_there_is_named():
    programs = Path(directory) / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "94-absent").unlink(missing_ok=True)
    (programs / "94-absent").symlink_to("/bin/true")
    ended = check("94", programs)
    assert ended.returncode == 2, ended.returncode
    assert "no-such-client is not installed: ./kit setup installs it" in ended.stderr, ended.stderr


judge()
nothing_dangerous_remains()
a_client_that_is_not_there_is_named()
