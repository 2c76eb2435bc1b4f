"""The lab network, for tests that need real ports: 25 on 127.0.0.2 and the like."""
import os
import subprocess
import sys
from pathlib import Path

from smtpd import BUILD

# A user namespace with all of the user's subordinate users (subuid(5)), for who is not root.
SEVERAL_USERS = ["unshare", "--user", "--map-root-user", "--map-auto", "--"]


def has_user(number):
    """Whether this process, as root, could become that user: a namespace's root may be alone there."""
    if os.geteuid() != 0:
        return False
    ranges = [[int(word) for word in line.split()] for line in Path("/proc/self/uid_map").read_text().splitlines()]
    return any(first <= number < first + count for first, _, count in ranges)


def can_have_users():
    """Whether enter() can make a network with several users in it."""
    if os.geteuid() == 0:
        return True
    try:
        return subprocess.run(SEVERAL_USERS + ["true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def enter(*options, several_users=False):
    """Starts this program again inside the network (`wire network`), unless it runs there already.

    `options` are those of wire network. With several_users, root there can become other users; see
    can_have_users. Returns inside.
    """
    if "WIRE_NETWORK" in os.environ:
        return
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    command = [str(BUILD / "bin" / "wire"), "network", *options, "--writable", str(BUILD / "tests")]
    if several_users:
        command = SEVERAL_USERS * (os.geteuid() != 0) + command + ["--host-users"]
    command += ["--", sys.executable, "-B", *sys.argv]
    os.execvp(command[0], command)
