#!/usr/bin/env python3
"""pack.py PLATFORM -o OUT [--labs 3]: what an instructor uploads to a platform that grades.

    gradescope   OUT.zip: setup.sh and run_autograder at its root, settings.sh, and the kit with its solutions
    autolab      OUT/: autograde-Makefile and autograde.tar (driver.sh, settings.sh, the kit with its solutions)
    classroom    OUT/: the template repository: the handout, what judges it, and .github/workflows/classroom.yml.
                 No solutions: everything in it can be read by students

The files of a platform are those in docs/instructor/PLATFORM/. Like a handout, the same tree gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import pathlib
import re
import sys
import tarfile
import zipfile

import handout

GRADER = ["clients/*.c", "solutions/*/*.c", "solutions/*/answers.ini", "tools/grade/**/*.py", "kit"]
# What judges in a place where there are no solutions.
JUDGE = ["tools/grade/*.py", "tools/grade/reports/*.py"]


def tree(root: pathlib.Path, patterns: list[str]) -> dict[str, bytes]:
    """What matches, as far as git tracks it, or all in a plain tree."""
    names, known = handout.matching(root, patterns), handout.tracked(root)
    return {name: (root / name).read_bytes() for name in sorted(names if known is None else names & known)}


def grader(root: pathlib.Path) -> dict[str, bytes]:
    """The kit as it is needed to grade: with solutions, without tests."""
    labs = [path.parent.name for path in root.glob("labs/[0-9][0-9]-*/lab.ini")]
    if not any(root.glob("solutions/*/*.c")):
        raise handout.Refused("there are no solutions here: packs are made of the whole kit")
    of_labs = [pattern.format(lab) for lab in labs for pattern in handout.OF_A_LAB]
    files = tree(root, handout.CONTENT + of_labs + GRADER)
    return {f"mailwire/{name}": content for name, content in files.items()}


def settings(root: pathlib.Path, labs: str | None) -> bytes:
    text = (root / "docs/instructor/settings.sh").read_text("utf-8")
    if labs is not None:
        handout.parse_labs(labs, sorted(path.parent.name for path in root.glob("labs/[0-9][0-9]-*/lab.ini")))
        text = re.sub(r'^labs=""', f'labs="{labs.replace(" ", "")}"', text, flags=re.MULTILINE)
    return text.encode()


def of_platform(root: pathlib.Path, platform: str) -> dict[str, bytes]:
    paths = sorted((root / "docs/instructor" / platform).iterdir())
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def mode(content: bytes) -> int:
    return 0o755 if content.startswith(b"#!") else 0o644


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3  # Unix: the mode counts
            entry.external_attr = (0o100000 | mode(files[name])) << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(files[name]), handout.TIME, mode(files[name])
            archive.addfile(entry, io.BytesIO(files[name]))
    return packed.getvalue()


def gradescope(root: pathlib.Path, labs: str | None, _: str | None) -> dict[str, bytes]:
    return {"": zipped({**grader(root), **of_platform(root, "gradescope"), "settings.sh": settings(root, labs)})}


def autolab(root: pathlib.Path, labs: str | None, _: str | None) -> dict[str, bytes]:
    files = of_platform(root, "autolab")
    makefile = files.pop("autograde-Makefile")
    content = {**grader(root), **files, "settings.sh": settings(root, labs)}
    return {"autograde-Makefile": makefile, "autograde.tar": tarred(content)}


def classroom(root: pathlib.Path, labs: str | None, repository: str | None) -> dict[str, bytes]:
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", repository or ""):
        raise handout.Refused("say --repository OWNER/NAME, where this will be: the workflow takes the kit from there")
    files, notes = handout.collect(root, labs)
    for note in notes:
        print(f"kit pack: {note}", file=sys.stderr)
    files.update(tree(root, JUDGE))
    files[".handout/files"] = "".join(f"{name}\n" for name in sorted(files)).encode()
    workflow = of_platform(root, "classroom")["classroom.yml"]
    return {**files, ".github/workflows/classroom.yml": workflow.replace(b"@REPOSITORY@", repository.encode())}


PLATFORMS = {"gradescope": gradescope, "autolab": autolab, "classroom": classroom}


def write(out: pathlib.Path, files: dict[str, bytes]) -> int:
    """Into the file `out` when there is one file without a name, else below it. The number of bytes."""
    if "" not in files and out.exists() and any(out.iterdir()):
        raise handout.Refused(f"{out} is not empty")
    for name, content in files.items():
        path = out / name if name else out
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode(content))
    return sum(map(len, files.values()))


def main(arguments: list[str] | None = None, root: pathlib.Path = handout.ROOT) -> int:
    parser = argparse.ArgumentParser(prog="./kit pack", description="Makes what is uploaded to a platform that grades.")
    parser.add_argument("platform", choices=PLATFORMS)
    parser.add_argument("-o", metavar="OUT", required=True, type=pathlib.Path,
                        help="gradescope: a .zip file; autolab, classroom: an empty directory")
    parser.add_argument("--labs", metavar="1-3", help="which labs count, like 1-3 or 1,2,5 (standard: all)")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="classroom: where on GitHub the template will be")
    options = parser.parse_args(arguments)
    try:
        size = write(options.o, PLATFORMS[options.platform](root, options.labs, options.repository))
    except (handout.Refused, OSError, UnicodeDecodeError) as error:
        print(f"kit pack: {error}", file=sys.stderr)
        return 1
    print(f"{options.o}: {size / 1e6:.1f} MB; docs/instructor/README.md says where it goes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
