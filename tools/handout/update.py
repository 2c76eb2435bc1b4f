#!/usr/bin/env python3
"""update.py FILE: brings a student's folder up to date with a newer handout, and never touches his work.

`./kit update FILE` runs it. The student's files are labs/*/*.c and labs/*/answers.ini. Of these

    not there yet                        comes
    as it was handed out, not begun      is replaced by the new starter
    begun, the starter is the same       stays
    begun, and the starter has changed   stays; the new starter is put beside it as NAME.new

Everything else is replaced where it differs, so that only what changed is built again, and what the new handout
has no more is removed. Whatever was never handed out stays where it is.
"""

from __future__ import annotations

import fnmatch
import pathlib
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDENTS = ("labs/*/*.c", "labs/*/answers.ini")
LIMIT = 200_000_000  # octets in a handout; it has about a hundredth


class Refused(Exception):
    """Why nothing was done: one sentence."""


def is_students(name: str) -> bool:
    return name.count("/") == 2 and any(fnmatch.fnmatchcase(name, pattern) for pattern in STUDENTS)


def unpack(archive: pathlib.Path) -> dict[str, tuple[bytes, int]]:
    """Content and mode of each file by its path, without the folder that they all lie in."""
    files: dict[str, tuple[bytes, int]] = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            total = 0
            for entry in tar:
                parts = pathlib.PurePosixPath(entry.name).parts[1:]
                content = tar.extractfile(entry) if entry.isreg() else None
                total += entry.size
                if content is None or not parts or ".." in parts or entry.name.startswith("/") or total > LIMIT:
                    raise Refused(f"{archive} is no handout: {entry.name}")
                files["/".join(parts)] = (content.read(), entry.mode & 0o755)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"{archive}: {error}") from error
    if ".handout/files" not in files or "kit" not in files:
        raise Refused(f"{archive} is no handout: it has no list of its files")
    return files


def content_of(path: pathlib.Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def put(root: pathlib.Path, name: str, content: bytes, mode: int) -> bool:
    """All or nothing; not at all when it is there already. Whether something was written."""
    path = root / name
    if content_of(path) == content and (path.stat().st_mode & 0o111 != 0) == (mode & 0o111 != 0):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".part")
    new.write_bytes(content)
    new.chmod(mode)
    new.replace(path)
    return True


def put_students(root: pathlib.Path, name: str, content: bytes, mode: int) -> str | None:
    """What became of a student's file; None: nothing."""
    mine, old = content_of(root / name), content_of(root / ".handout/starters" / name)
    if mine is None:
        put(root, name, content, mode)
        return f"new      {name}"
    if mine == content:
        return None
    if mine == old:
        put(root, name, content, mode)
        return f"replaced {name}: the starter is new, and you had not begun"
    if old == content:
        return f"kept     {name}: yours"
    put(root, name + ".new", content, mode)
    return f"kept     {name}: yours. The starter has changed: compare it with {name}.new"


def update(root: pathlib.Path, files: dict[str, tuple[bytes, int]]) -> list[str]:
    """What was done, in words."""
    told: list[str] = []
    changed = removed = 0
    handed_out = (content_of(root / ".handout/files") or b"").decode("utf-8", "replace").split("\n")
    # The starters as they were are needed until the student's files are done: .handout comes last.
    for name in sorted(files, key=lambda name: (name.startswith(".handout/"), name)):
        if is_students(name):
            told += filter(None, [put_students(root, name, *files[name])])
        else:
            changed += put(root, name, *files[name])
    for name in handed_out:
        parts = pathlib.PurePosixPath(name).parts
        if name and name not in files and ".." not in parts and not name.startswith("/") and not is_students(name):
            if (root / name).is_file():
                (root / name).unlink()
                removed += 1
    told.append(f"{changed} files of the kit changed, {removed} removed")
    return told


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print("usage: ./kit update FILE (a newer handout, .tar.gz)", file=sys.stderr)
        return 2
    try:
        if not (ROOT / ".handout/files").is_file():
            raise Refused("this folder is no handout: update it the way you got it (git pull)")
        print("\n".join(update(ROOT, unpack(pathlib.Path(sys.argv[1])))))
    except (Refused, OSError) as error:
        print(f"kit update: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
