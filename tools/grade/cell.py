"""The cell: where everything that has to do with a student's code runs, compiling included.

A view of the machine made by bubblewrap, with namespaces of its own for files, processes, network,
users: of the machine /usr and a handful of files of /etc, of the kit what is staged, of the students
this one. Inside it `wire` makes the lab network, and in that the sandbox of the student's program,
as everywhere. When grading is started by root, it is left for a user of the worker's own before: the
kernel's limits on processes do not hold for root.

What is started here has a time limit and an output limit; when it ends, or grading does, all that it
started is killed with its namespace.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import pwd
import selectors
import signal
import subprocess
import threading
import time

CONFINED_USER = 59890  # of `wire confine` and of the programs where there are no namespaces: confine.h
FIRST_USER = 59900  # of the workers; below the ranges of Debian's policy, above people
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/openssl.cnf", "/etc/wireshark",
                "/etc/host.conf", "/etc/gai.conf", "/etc/protocols", "/etc/services", "/etc/inputrc")
OUTPUT_LIMIT = 8 << 20
ENDING_SECONDS = 10


@dataclasses.dataclass
class Ended:
    status: int  # as of subprocess: negative for a signal
    output: bytes
    error: bytes
    stopped: str | None = None  # why it was: "after 60 s", "after more than 8 MiB of output", "by Ctrl-C"


class Running:
    """Everything that is started now, so that Ctrl-C can end it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.processes = set()
        self.ended = False

    def start(self, *args, **options) -> subprocess.Popen:
        with self.lock:
            if self.ended:
                raise Interrupted
            process = subprocess.Popen(*args, **options)
            self.processes.add(process)
            return process

    def forget(self, process: subprocess.Popen) -> None:
        with self.lock:
            self.processes.discard(process)

    def end(self) -> None:
        with self.lock:
            self.ended = True
            for process in self.processes:
                kill(process)


class Interrupted(Exception):
    """Ctrl-C, or a signal to end."""


def kill(process: subprocess.Popen) -> None:
    """bwrap and its group; the first process inside dies with bwrap, and all others with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def workers_user(number: int) -> int:
    """The user of the worker `number` (from 0), of which the system knows nothing."""
    user = FIRST_USER
    while True:
        try:
            pwd.getpwuid(user)
        except KeyError:
            if number == 0:
                return user
            number -= 1
        user += 1


def run(running: Running, command: list[str], *, seconds: float, limit: int = OUTPUT_LIMIT,
        environment: dict | None = None, user: int | None = None, groups: list[pathlib.Path] = ()) -> Ended:
    """Runs a command to its end, or to its limit. Raises Interrupted."""
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--", *command]
    if groups:
        join = 'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"'
        command = ["sh", "-c", join, "sh", *map(str, groups), "--", *command]
    process = running.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True, env=environment or {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
                            cwd="/", umask=0o022)
    try:
        return _collect(running, process, seconds, limit)
    finally:
        kill(process)
        process.wait()
        running.forget(process)
        process.stdout.close()
        process.stderr.close()


def _collect(running: Running, process: subprocess.Popen, seconds: float, limit: int) -> Ended:
    until = time.monotonic() + seconds
    texts = {process.stdout: bytearray(), process.stderr: bytearray()}
    stopped = None
    with selectors.DefaultSelector() as pipes:
        for pipe in texts:
            pipes.register(pipe, selectors.EVENT_READ)
        while pipes.get_map():
            left = until - time.monotonic()
            if left <= 0 and stopped is None:
                stopped = f"after {seconds:.0f} s"
                kill(process)
                until = time.monotonic() + ENDING_SECONDS
            elif left <= 0:
                break
            for key, _ in pipes.select(max(0.0, left)):
                piece = os.read(key.fd, 65536)
                if not piece:
                    pipes.unregister(key.fileobj)
                room = limit - len(texts[key.fileobj])
                texts[key.fileobj] += piece[:room]
                if len(piece) > room and stopped is None:
                    stopped = f"after more than {limit >> 20} MiB of output"
                    kill(process)
                    until = time.monotonic() + ENDING_SECONDS
    try:
        process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        stopped = stopped or f"after {seconds:.0f} s"
        kill(process)
        process.wait()
    if running.ended:
        raise Interrupted
    return Ended(process.returncode, bytes(texts[process.stdout]), bytes(texts[process.stderr]), stopped)


def why_no_namespaces(running: Running, etc: pathlib.Path, user: int | None) -> str | None:
    """Tries a cell. None: it works; else why there is none, in a sentence."""
    if os.environ.get("WIRE_NO_BWRAP"):
        return "WIRE_NO_BWRAP is set"
    inside = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]  # as wire does in there
    try:
        ended = run(running, [*view([], etc, pathlib.Path("/"), {}), *inside], seconds=60, user=user)
    except FileNotFoundError as error:
        return f"{error.filename} is missing"
    if ended.status == 0:
        return None
    said = ended.error.decode("utf-8", "replace").splitlines() or [f"bwrap ended with status {ended.status}"]
    return said[-1].strip()


def end_all_of(user: int) -> None:
    """Ends what is left of a user who is nobody but the students' programs."""
    for _ in range(100):
        left = []
        for process in pathlib.Path("/proc").iterdir():
            try:
                if process.name.isdigit() and process.stat().st_uid == user:
                    left.append(int(process.name))
            except OSError:
                pass  # it has just ended
        if not left:
            return
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def view(binds: list[tuple[str, pathlib.Path, pathlib.Path]], etc: pathlib.Path, directory: pathlib.Path,
         environment: dict) -> list[str]:
    """bwrap and its options: the machine as far as it is needed, and `binds`: (how, what, where)."""
    line = ["bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--die-with-parent", "--new-session",
            "--hostname", "grading", "--clearenv"]
    for name, value in {"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C.UTF-8", **environment}.items():
        line += ["--setenv", name, value]
    line += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = pathlib.Path("/", name)
        if path.is_symlink():
            line += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            line += ["--ro-bind", str(path), str(path)]
    line += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/run", "--dir", "/var"]
    for path in SYSTEM_FILES:
        if os.path.exists(path):
            line += ["--ro-bind", path, path]
    line += ["--ro-bind", str(etc / "passwd"), "/etc/passwd", "--ro-bind", str(etc / "group"), "/etc/group"]
    for how, what, where in binds:
        line += [how, str(what), str(where)]
    return [*line, "--remount-ro", "/", "--chdir", str(directory), "--"]
