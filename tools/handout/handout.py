#!/usr/bin/env python3
"""handout.py -o FILE [--labs 1-3]: the tarball that students get: everything but the solutions.

One list, CONTENT, says what goes in. In a git checkout only what git tracks does, so that recordings, builds and
attempts of yours stay at home; elsewhere the list alone decides. The same tree gives the same bytes.

A lab brings with it the labs whose functions its client is linked with: without solutions/ there is nobody else
to supply them. A client comes when all the labs that it needs are there; the main of a lab's server comes with
the lab.

In the archive, .handout/files lists what came (update.py takes away what a newer handout has no more), and
.handout/starters holds the starters as they were (it can tell whether a student has begun).
"""

from __future__ import annotations

import argparse
import collections.abc
import gzip
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = "mailwire"  # the folder in the archive
TIME = 946684800  # of every file in it: 1 January 2000

CONTENT = [
    "CMakeLists.txt",
    "CMakePresets.json",
    "LICENSE",
    "kit",
    "kit.ini",
    ".gitignore",
    ".clang-format",
    "cmake/*.cmake",
    "docs/*.md",
    "docs/protocols/*.md",
    "shared/*.[ch]",
    "servers/CMakeLists.txt",
    "servers/**/*.[ch]",
    "clients/CMakeLists.txt",
    "clients/parts/*.[ch]",
    "tools/CMakeLists.txt",
    "tools/certificates.sh",
    "tools/up.sh",
    "tools/wire/**/*.[ch]",
    "tools/wire/**/*.lua",
    "tools/wire/**/*.css",
    "tools/wire/**/*.js",
    "tools/wire/network/hosts",
    "tools/wire/network/nsswitch.conf",
    "tools/handout/update.py",
    "tools/grid/*.py",
]
OF_A_LAB = ["labs/{}/" + name for name in ("README.md", ".gitattributes", "*.c", "*.h", "*.ini", "*.session",
                                           "*.eml", "*.txt", "*.png", "*.password", "*.pem", "*.conf",
                                           "*.py")]
OF_A_LAB += ["captures/{}.pcapng", "captures/{}.txt", "captures/{}-*.pcapng", "captures/{}-*.txt"]
NEVER = ["docs/instructor*", "servers/lab/*"]

# The reader's own: an update leaves them alone (update.py has the same rule).
STUDENTS = ["labs/*/*.c", "labs/*/answers.ini"]


class Refused(Exception):
    """Why there can be no handout: one sentence."""


def parse_labs(text: str | None, present: list[str]) -> list[str]:
    """"1-3,5" as names of directories; None is all of them."""
    if text is None:
        return present
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,2})(?:-(\d{1,2}))?\s*", part)
        if match is None:
            raise Refused(f"--labs {text}: say it like 1-3 or 1,2,5")
        numbers |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    chosen = [lab for lab in present if int(lab[:2]) in numbers]
    for number in sorted(numbers - {int(lab[:2]) for lab in chosen}):
        raise Refused(f"--labs {text}: there is no lab {number} in labs/")
    return chosen


def read(path: pathlib.Path) -> str:
    return path.read_text("utf-8")


def main_of(root: pathlib.Path, lab: str) -> str:
    """The main of its program, without .c: clients/NAME, or servers/lab/NAME."""
    match = re.search(r"^(client|server)\s*=\s*(\S+)", read(root / "labs" / lab / "lab.ini"), re.MULTILINE)
    if match is None:
        raise Refused(f"labs/{lab}/lab.ini names neither its client nor its server")
    return f"clients/{match[2]}" if match[1] == "client" else f"servers/lab/{match[2]}"


def defines(source: str) -> set[str]:
    """The functions that a C file gives to others: definitions begin in the first column."""
    return set(re.findall(r"^(?!static\b)[a-z][\w \t*]*?\b(\w+)\([^;{}]*\)\s*\{", source, re.MULTILINE))


def calls(source: str) -> set[str]:
    return set(re.findall(r"\b([a-z_]\w*)\s*\(", source))


class Links:
    """Who is linked with whom, as far as clients and labs go."""

    def __init__(self, root: pathlib.Path, labs: list[str]) -> None:
        self.sources = {f"labs/{lab}": self._join(root.glob(f"labs/{lab}/*.c")) for lab in labs}
        self.sources |= {f"parts/{path.stem}": read(path) for path in root.glob("clients/parts/*.c")}
        for mains in ("clients", "servers/lab"):
            self.sources |= {f"{mains}/{path.stem}": read(path) for path in root.glob(f"{mains}/*.c")}
        self.maker = {name: who for who, source in self.sources.items() for name in defines(source)
                      if not who.startswith(("clients/", "servers/"))}

    @staticmethod
    def _join(paths: collections.abc.Iterable[pathlib.Path]) -> str:
        return "\n".join(read(path) for path in sorted(paths))

    def labs_of(self, main: str) -> set[str]:
        """The labs whose functions end up in the program with this main."""
        reached, waiting = set(), [main]
        while waiting:
            who = waiting.pop()
            if who in reached:
                continue
            reached.add(who)
            waiting += [self.maker[name] for name in calls(self.sources.get(who, "")) if name in self.maker]
        return {who[len("labs/") :] for who in reached if who.startswith("labs/")}


def choose(root: pathlib.Path, text: str | None) -> tuple[list[str], list[str], list[str]]:
    """The labs asked for; those with what they need; the mains of programs that can be built of these."""
    present = sorted(path.parent.name for path in root.glob("labs/[0-9][0-9]-*/lab.ini"))
    asked = parse_labs(text, present)
    if not asked:
        raise Refused("there are no labs in labs/")
    links = Links(root, present)
    labs = set(asked)
    for lab in asked:
        labs |= links.labs_of(main_of(root, lab))
    mains = [f"clients/{path.stem}" for path in sorted(root.glob("clients/*.c"))]
    mains = [main for main in mains if links.labs_of(main) <= labs]
    mains += [main for main in sorted({main_of(root, lab) for lab in labs}) if main not in mains]
    return asked, sorted(labs), mains


def tracked(root: pathlib.Path) -> set[str] | None:
    """What git tracks in this tree; None when this is no checkout, or there is no git."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", "-C", str(root), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=True).stdout

    try:
        if pathlib.Path(os.fsdecode(git("rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve() != root:
            return None
        return {os.fsdecode(name) for name in git("ls-files", "-z").split(b"\0") if name}
    except (OSError, subprocess.CalledProcessError):
        return None


def matching(root: pathlib.Path, patterns: list[str]) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for pattern in patterns
        for path in root.glob(pattern)
        if path.is_file() and not path.is_symlink()
    }


def check_starters(root: pathlib.Path, labs: list[str]) -> None:
    """A starter that is solved would be a handout with a solution in it."""
    for lab in labs:
        sources = sorted(root.glob(f"labs/{lab}/*.c"))
        if not any("not_written(" in read(path) for path in sources):
            raise Refused(f"labs/{lab}/ has no unwritten function: it is no starter (git checkout brings it back)")
        for path in sources:
            solution = root / "solutions" / lab / path.name
            if solution.is_file() and read(solution) == read(path):
                raise Refused(f"labs/{lab}/{path.name} is the solution, and not the starter")


def front_page(root: pathlib.Path, labs: list[str]) -> str:
    rows = []
    for lab in labs:
        title = re.search(r"^title\s*=\s*(.*?)\s*$", read(root / "labs" / lab / "lab.ini"), re.MULTILINE)
        rows.append(f"| [{lab}](labs/{lab}/README.md) | {title[1] if title else ''} |")
    return read(HERE / "README.md").replace("@LABS@", "\n".join(rows)).replace("@FIRST@", str(int(labs[0][:2])))


def collect(root: pathlib.Path, text: str | None) -> tuple[dict[str, bytes], list[str]]:
    """Every file of the handout by its path, and what the instructor should know."""
    asked, labs, mains = choose(root, text)
    check_starters(root, labs)
    patterns = CONTENT + [pattern.format(lab) for lab in labs for pattern in OF_A_LAB]
    names, notes = matching(root, patterns) - matching(root, NEVER), []
    names |= matching(root, [f"{main}.c" for main in mains])
    known = tracked(root)
    if known is not None:
        notes += [f"left out {name}: git does not track it" for name in sorted(names - known)]
        names &= known
    notes += [f"lab {int(lab[:2])} goes with it: its functions are linked into the same program"
              for lab in labs if lab not in asked]
    files = {name: (root / name).read_bytes() for name in sorted(names)}
    for name in sorted(set(files) & matching(root, STUDENTS)):
        files[f".handout/starters/{name}"] = files[name]
    files["README.md"] = front_page(root, labs).encode()
    files[".handout/files"] = "".join(f"{name}\n" for name in sorted(files)).encode()
    return files, notes


def pack(files: dict[str, bytes]) -> bytes:
    """A tar.gz that depends on nothing but these files."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as compressed:
        with tarfile.open(mode="w", fileobj=compressed, format=tarfile.PAX_FORMAT) as archive:
            for name in sorted(files):
                entry = tarfile.TarInfo(f"{NAME}/{name}")
                entry.size, entry.mtime = len(files[name]), TIME
                entry.mode = 0o755 if files[name].startswith(b"#!") else 0o644
                archive.addfile(entry, io.BytesIO(files[name]))
    return packed.getvalue()


def main(arguments: list[str] | None = None, root: pathlib.Path = ROOT) -> int:
    parser = argparse.ArgumentParser(
        prog="./kit handout", description="Makes the tarball that students get: everything but the solutions."
    )
    parser.add_argument("-o", metavar="FILE", required=True, type=pathlib.Path, help="the archive, FILE.tar.gz")
    parser.add_argument("--labs", metavar="1-3", help="which labs, like 1-3 or 1,2,5 (standard: all)")
    options = parser.parse_args(arguments)
    try:
        files, notes = collect(root, options.labs)
        content = pack(files)
        new = options.o.with_name(options.o.name + ".new")
        new.write_bytes(content)
        new.replace(options.o)
    except (Refused, OSError, UnicodeDecodeError) as error:
        print(f"kit handout: {error}", file=sys.stderr)
        return 1
    for note in notes:
        print(f"kit handout: {note}", file=sys.stderr)
    labs = sorted({name.split("/")[1] for name in files if name.startswith("labs/")})
    print(f"{options.o}: {len(files)} files, {len(content) / 1e6:.1f} MB, {', '.join(labs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
