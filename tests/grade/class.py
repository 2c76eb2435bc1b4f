#!/usr/bin/env python3
"""class.py BUILD [HONEST] [--labs 1-3] [--once] [-j N] [--open] [--only NAME…]: grades a class with honest and with malicious students.

Grading is interrupted once, and goes on. Every grade must be right, twice the same, and nothing outside
may have been harmed: the canaries live, nobody has called, no process is left, the hand-ins and the kit
are as they were. With --open the whole
is tried without bubblewrap, which only root can (else: exit status 77), in a network that nobody else
uses. --only: these of the malicious ones. The folder of the class is kept below BUILD/tests/class.
"""
import argparse
import ctypes
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import classroom

ROOT = classroom.ROOT
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41


def digest(*trees):
    """Of names, kinds, contents."""
    total = hashlib.sha256()
    for tree in trees:
        for path in sorted(tree.rglob("*")):
            total.update(f"{path} {path.lstat().st_mode}\n".encode())
            if path.is_symlink():
                total.update(os.readlink(path).encode())
            elif path.is_file():
                total.update(path.read_bytes())
    return total.hexdigest()


def own_network():
    """Without bubblewrap, labs use the machine's network: here, one that was made for this test."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0:
        print("only root can try to work without bubblewrap")
        sys.exit(77)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP_RUNNING))


class Outside:
    """What nobody may reach: canaries that every user could harm, a socket, the processes of the machine."""

    def __init__(self):
        # Whoever is left over becomes our child.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.canary = pathlib.Path(tempfile.mkdtemp(prefix="kit-canary-", dir="/var/tmp"))
        self.canary.chmod(0o777)
        (self.canary / "letter").write_text("still here\n")
        (self.canary / "letter").chmod(0o666)
        self.socket = f"kit-canary-{os.getpid()}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind("\0" + self.socket + "\0")
        self.listener.listen()
        self.listener.setblocking(False)

    def watch(self, *trees):
        self.trees = (self.canary, *trees)
        self.before = digest(*self.trees)

    def harm(self):
        found = []
        if digest(*self.trees) != self.before:
            found.append(f"something below {', '.join(map(str, self.trees))} was changed")
        try:
            self.listener.accept()
            found.append("somebody called from inside")
        except BlockingIOError:
            pass
        for _ in range(100):  # the dead are taken away; whoever is only dying has a second for it
            try:
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            except ChildProcessError:
                break
            time.sleep(0.01)
        children = pathlib.Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
        if children:
            found.append(f"processes are left: {' '.join(children)}")
        own = [str(path) for path in pathlib.Path("/var/tmp").glob(f"kit-grade-{self.grader}-*")]
        own += [str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"*/**/kit-grade-{self.grader}-*")]
        return found + [f"{path} is left" for path in own]

    def remove(self):
        self.listener.close()
        shutil.rmtree(self.canary)


def start_grading(options, directory, out, *more, **how):
    environment = {**os.environ, "NO_COLOR": "1"}
    if options.open:
        environment["WIRE_NO_BWRAP"] = "1"
    return subprocess.Popen([sys.executable, "-B", ROOT / "tools/grade/grade.py", directory, "-o", out, "--labs", options.labs,
                             "-j", str(options.jobs), *more], env=environment, **how)


def interrupt(options, directory, out):
    """Grades until the first hand-in is done; then somebody types Ctrl-C. Whoever grades later goes on from there."""
    def heed():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    with start_grading(options, directory, out, stderr=subprocess.PIPE, text=True, preexec_fn=heed) as grading:
        first = grading.stderr.readline()
        grading.send_signal(signal.SIGINT)
        rest = grading.stderr.read()
    if grading.returncode != 130 or "interrupted" not in rest:
        sys.exit(f"interrupted, it ended with status {grading.returncode}: {first}{rest}")


def grade(options, directory, out, outside, *more):
    start = time.monotonic()
    with start_grading(options, directory, out, *more) as grading:
        outside.grader = grading.pid
    if grading.returncode != 0:
        sys.exit(f"grading ended with status {grading.returncode}")
    return time.monotonic() - start


def results(out):
    """{name: result}"""
    return {path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(out.glob("students/*/result.json"))}


def points(result):
    """What must be the same each time: all but the words, in which are times, ports and addresses."""
    return [(lab["number"], lab["problem"] is None, [(check["check"], check["outcome"], check["earned"]) for check in lab["checks"]])
            for lab in result["labs"]]


def differs(lab, wanted):
    """How a lab's result differs from what is wanted, in words; or None."""
    checks = [check for check in lab["checks"] if not check["check"].startswith("question.")]
    failed = [check["check"] for check in checks if check["outcome"] == "failed"]
    held = [check["check"] for check in checks if check["outcome"] == "held"]
    problem = lab["problem"] or ""
    if wanted == classroom.FULL:
        return None if not problem and len(held) == len(checks) else f"not all hold: {problem or failed}"
    if wanted == classroom.NONE:
        return None if not problem and not held else f"hold: {held} {problem}"
    if wanted == classroom.UNBUILT:
        return None if problem.startswith("does not build: ") and not held else f"was built: {problem}"
    if wanted == classroom.UNREAD:
        return None if problem and not problem.startswith("does not build") and not held else f"was read: {problem}"
    return None if not problem and failed == [wanted] else f"{failed} and not {wanted}: {problem}"


def judge(found, expected):
    wrong = [f"{name}: no result" for name in expected if name not in found]
    for name, result in found.items():
        for lab in result["labs"]:
            if difference := differs(lab, expected[name][lab["number"]]):
                wrong.append(f"{name}, lab {lab['number']}: {difference}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("honest", type=int, nargs="?", default=50)
    parser.add_argument("--labs", default="1-3")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    if options.open:
        own_network()
    first, _, last = options.labs.partition("-")
    place = (options.build / "tests" / "class" / f"{'open' if options.open else 'private'}-{options.labs}").resolve()
    directory, out = place / "hand-ins", place / "grades"
    shutil.rmtree(out, ignore_errors=True)
    outside = Outside()
    try:
        expected = classroom.make(directory, options.honest, list(range(int(first), int(last or first) + 1)),
                                  {"CANARY": outside.canary, "CLASS": directory, "OUT": out, "ROOT": ROOT,
                                   "SOCKET": outside.socket}, options.only)
        outside.watch(directory, ROOT / "labs", ROOT / "solutions", ROOT / "shared", ROOT / "build" / "lab")
        interrupt(options, directory, out)
        seconds = grade(options, directory, out, outside)
        found = results(out)
        wrong = judge(found, expected) + outside.harm()
        if not options.once:
            seconds += grade(options, directory, out, outside, "--again")
            again = results(out)
            wrong += [f"the second time: {words}" for words in judge(again, expected) + outside.harm()]
            wrong += [f"{name}: other points the second time" for name in found
                      if name in again and points(again[name]) != points(found[name])]
    finally:
        outside.remove()
    print(f"{len(expected)} hand-ins, labs {options.labs}, -j {options.jobs}: {seconds / 60:.1f} minutes"
          + ("" if options.once else " for both times"))
    print("\n".join(wrong) or "every grade is right, nothing was harmed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
