"""Mail servers of other people, for tests: Debian packages, unpacked by tests/interop/peers.sh.

Each is started in a mount namespace: what it writes lies in one directory that the caller names and is shown
to it at a path that all of its users reach; the users it wants exist there and nowhere else. Nothing of the
same server on this machine, if there is one, is read or written. They change users, so this needs root, or
a user with subordinate users.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import time

import network
from smtpd import BUILD, PATIENCE, SOURCE

PACKAGE = "/var/spool/package"  # the unpacked package, as the server sees it


def tree(package, program):
    """The directory that has the package: unpacked for this build, for the usual build, or the machine's own."""
    unpacked = (BUILD / "peers" / package, SOURCE / "build/peers" / package)
    root = next((path for path in unpacked if path.is_dir()), pathlib.Path("/"))
    return root if (root / program).exists() else None


def why_not(package, program, user):
    """None, or why the server cannot run here, in words for a skipped test. `user` is a number it must become."""
    if tree(package, program) is None:
        return f"no {package} in {BUILD / 'peers'}: run tests/interop/peers.sh"
    if not network.has_user(user) and ("WIRE_NETWORK" in os.environ or not network.can_have_users()):
        return f"{package} works under several users: run the tests with sudo, or install the package uidmap"
    if shutil.which("bwrap") is None:
        return "no bwrap: install the package bubblewrap"
    return None


def write_users(directory, users):
    """etc/passwd and etc/group: root, nobody, and {name: number}."""
    everybody = {"root": 0, "nobody": 65534, **users}
    (directory / "etc/passwd").write_text("".join(f"{name}:x:{number}:{number}::/:/bin/false\n"
                                                  for name, number in everybody.items()))
    (directory / "etc/group").write_text("".join(f"{name}:x:{number}:\n" for name, number in everybody.items()))


def make(path, owner, mode, group=None):
    """A directory of one of the users."""
    path.mkdir()
    os.chown(path, owner, owner if group is None else group)
    path.chmod(mode)


def sandbox(directory, home, root, environment, command, binds=()):
    """The command line that runs `command` with directory at `home` and the package's tree at PACKAGE.

    `binds` are bwrap's options for further mounts, a tuple each: ("--bind", what, where)."""
    line = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--cap-add", "ALL",
            "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
            "--tmpfs", "/var/spool", "--bind", str(directory), home, "--ro-bind", str(root), PACKAGE]
    for name in ("passwd", "group"):
        line += ["--ro-bind", str(directory / "etc" / name), f"/etc/{name}"]
    for bind in binds:
        line += bind
    for name, value in environment.items():
        line += ["--setenv", name, value]
    return line + ["--chdir", "/"] + command


def until_open(process, address, port):
    """Waits until a server that does not say when it listens does so. False: it has ended instead."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as peer:
            if peer.connect_ex((address, port)) == 0:
                return True
        time.sleep(0.01)
    return False


class Server:
    """A server in the foreground of its namespace; ends with it. Used in `with`."""

    command = ()  # set by who makes one
    address, port = "", 0

    def __enter__(self):
        self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT)
        if not until_open(self._process, self.address, self.port):
            self._process.kill()
            said, _ = self._process.communicate()
            raise RuntimeError(f"{type(self).__name__} does not start: {said.decode()}{self.log_text()}")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.communicate()

    def log_text(self):
        """What it logged so far."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.logs.glob("*log")))
