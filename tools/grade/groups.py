"""Control groups: bounds on the processes and the memory of all that one worker starts.

Each is made below the one that we are in, where the system lets us (root, cgroup v1 or v2 with these
controllers); where it does not, the limits of the sandbox hold alone.
"""

from __future__ import annotations

import os
import pathlib
import time

MOUNT = pathlib.Path("/sys/fs/cgroup")
PROCESSES = 2048
MEMORY = 4 << 30
LIMITS = {  # controller: (version 1: file, value), (version 2: file, value)
    "pids": (("pids.max", PROCESSES), ("pids.max", PROCESSES)),
    "memory": (("memory.limit_in_bytes", MEMORY), ("memory.max", MEMORY)),
}


def _own() -> dict[str, str]:
    """Where this process is: controller ("" for version 2): path."""
    own = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            own[controller] = path.lstrip("/")
    return own


def _make(parent: pathlib.Path, name: str, settings: list) -> pathlib.Path | None:
    group = parent / name
    try:
        group.mkdir()
    except OSError:
        return None
    try:
        for file, value in settings:
            (group / file).write_text(str(value))
        return group
    except OSError:
        group.rmdir()
        return None


def make(name: str) -> list[pathlib.Path]:
    """The groups that could be made; perhaps none."""
    if os.geteuid() != 0:
        return []
    try:
        own = _own()
    except (OSError, ValueError):
        return []
    if (MOUNT / "cgroup.controllers").exists():
        settings = [second for _, second in LIMITS.values()]
        # A group with processes in it cannot have limited groups below; the root is one that can.
        found = _make(MOUNT / own.get("", ""), name, settings) or _make(MOUNT, name, settings)
        return [found] if found else []
    parents = {controller: MOUNT / controller / own.get(controller, "") for controller in LIMITS}
    made = [_make(parents[controller], name, [first]) for controller, (first, _) in LIMITS.items()]
    return [group for group in made if group]


def remove(groups: list[pathlib.Path]) -> None:
    """They are empty as soon as the kernel has taken away what was killed."""
    for group in groups:
        for _ in range(50):
            try:
                group.rmdir()
                break
            except OSError:
                time.sleep(0.02)
