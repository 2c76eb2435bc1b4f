"""What students handed in: a folder or an archive for each, and the files in it that count.

Nothing is ever unpacked. The few files that a student may change are read into memory, each up to a
limit; all others are looked at only to say that they were left out. So it does not matter what
names, links, devices or sizes an archive has: there is nothing that it could be written to.

The folder may hold the whole kit, only labs/, or only the files, at any depth. A file counts for
labs/NN-name when its path ends with NN-name/FILE, or when its bare name is that of a starter.
"""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
import re

import archives

ANSWERS = ("answers.ini", "capture.pcapng")
SOURCE_LIMIT = 1 << 20
CAPTURE_LIMIT = 64 << 20
NOTES_LIMIT = 12
NAME_LENGTH = 80
DEPTH = 8  # of the kit's own directories
LOOSE = ("CMakeLists.txt", "CMakePresets.json", "kit", "kit.ini")  # the kit's files at its root that decide anything
OWN_SOURCE = re.compile(r"^labs/\d\d-[^/]+/.*\.[ch]$")
# Directories in which nobody's own work is.
FOREIGN = re.compile(r"^(solutions|tests|build.*|\.git|\.vscode|__MACOSX|node_modules)$")


@dataclasses.dataclass
class Submission:
    name: str  # of the student: of the folder or archive, without its ending
    path: pathlib.Path
    files: dict = dataclasses.field(default_factory=dict)  # "labs/03-smtp-send/smtp_send.c": bytes
    notes: list = dataclasses.field(default_factory=list)
    problem: str | None = None

    def digest(self) -> str:
        """The same for the same files and notes, whatever they were packed in."""
        total = hashlib.sha256()
        for part in [self.problem or "", *self.notes]:
            total.update(hashlib.sha256(part.encode("utf-8", "replace")).digest())
        for name in sorted(self.files):
            total.update(name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return total.hexdigest()


class Tree:
    """The pristine tree: which files a student may change, and what all others hold."""

    def __init__(self, root: pathlib.Path, labs: list[str]):
        self.root = root
        self.labs = set(labs)
        self.allowed = {}  # "labs/03-smtp-send/smtp_send.c": how large it may be
        self.starters = {}  # "smtp_send.c": its whole name; None when two labs have one of that name
        for lab in labs:
            for source in sorted((root / "labs" / lab).glob("*.c")):
                whole = f"labs/{lab}/{source.name}"
                self.allowed[whole] = SOURCE_LIMIT
                self.starters[source.name] = None if source.name in self.starters else whole
            for name in ANSWERS:
                self.allowed[f"labs/{lab}/{name}"] = SOURCE_LIMIT if name.endswith(".ini") else CAPTURE_LIMIT

    def place(self, path: str) -> tuple[int, str] | None:
        """Where a handed-in file belongs, and how sure that is (0 is best); None: it is not one that counts."""
        parts = path.split("/")
        if any(FOREIGN.match(part) for part in parts[:-1]):
            return None
        if len(parts) >= 2:
            whole = "labs/" + "/".join(parts[-2:])
            if whole in self.allowed:
                return (0 if len(parts) >= 3 and parts[-3] == "labs" else 1), whole
            if parts[-2] in self.labs or re.match(r"^\d\d-", parts[-2]):
                return None  # some other file in a lab's directory
        whole = self.starters.get(parts[-1])
        return (2, whole) if whole else None

    def others(self, lab: str) -> str:
        names = [pathlib.PurePath(whole).name for whole in self.allowed if whole.startswith(f"labs/{lab}/")]
        return ", ".join(names[:-1]) + " and " + names[-1]


def is_changed(tree: Tree, path: str, read) -> str | None:
    """The name in the kit of a file that is not as it was handed out; None: nothing to say about it."""
    parts = path.split("/")
    if any(FOREIGN.match(part) and part != "tests" for part in parts[:-1]):
        return None
    for start in range(max(0, len(parts) - DEPTH), len(parts)):
        name = "/".join(parts[start:])
        pristine = tree.root / name
        if ("/" in name or name in LOOSE) and pristine.is_file():
            return None if read(SOURCE_LIMIT) == pristine.read_bytes() else name
        if OWN_SOURCE.match(name):
            return name
    return None


def take(tree: Tree, entry: pathlib.Path, name: str) -> Submission:
    """Reads one student's folder or archive. What is wrong with it is in the result; never raises for that."""
    found = Submission(name, entry)
    best = {}  # the whole name: (how sure, depth, path, bytes)
    left_out = []
    try:
        for member in archives.members(entry):
            place = tree.place(member.path)
            if place is None:
                if member.kind == "file" and (changed := is_changed(tree, member.path, member.read)):
                    left_out.append(changed)
                continue
            sure, whole = place
            if member.kind != "file":
                found.notes.append(f"left out {member.path}: it is {member.kind}")
                continue
            content = member.read(tree.allowed[whole])
            if content is None:
                found.notes.append(f"left out {member.path}: larger than {tree.allowed[whole] >> 20} MiB")
                continue
            rank = (sure, member.path.count("/"), member.path)
            if whole in best and best[whole][1] != content:
                loser = max(best[whole][0], rank)[2]
                found.notes.append(f"left out {loser}: there is another {whole}")
            if whole not in best or rank < best[whole][0]:
                best[whole] = (rank, content)
    except archives.Damaged as error:
        found.problem = str(error)
        return found
    found.files = {whole: content for whole, (_, content) in best.items()}
    for whole, (rank, _) in sorted(best.items()):
        if rank[0] > 0:
            found.notes.append(f"took {rank[2]} for {whole}")
    for path in left_out:
        lab = path.split("/")[1] if path.startswith("labs/") else ""
        if lab not in tree.labs and re.match(r"labs/[^/]+/([^/]+\.c|answers\.ini)$", path) and (tree.root / path).is_file():
            continue  # the student's own file of a lab that is not graded now
        why = f"only {tree.others(lab)} may change" if lab in tree.labs else "only files of labs/ may change"
        found.notes.append(f"left out {path}: {why}")
    if len(found.notes) > NOTES_LIMIT:
        more = len(found.notes) - NOTES_LIMIT
        found.notes[NOTES_LIMIT:] = [f"and {more} more remarks like these"]
    found.notes = [printable(note) for note in found.notes]
    if not found.files:
        found.problem = "none of the labs' files is in it"
    return found


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def find(directory: pathlib.Path) -> tuple[list[tuple[str, pathlib.Path]], list[str]]:
    """The students of a directory, by name, and the names of entries that are neither folder nor archive."""
    found, others = {}, []
    for entry in sorted(directory.iterdir()):
        if entry.name.startswith("."):
            continue
        stem = archives.stem(entry)
        if stem is None:
            others.append(printable(entry.name))
            continue
        name = safe(stem)
        if name in found:
            name = safe(entry.name)  # alice/ and alice.zip: two students, as far as we can know
        while name in found:
            name += "_"
        found[name] = entry
    return sorted(found.items()), others


def safe(name: str) -> str:
    """As the name of a folder among the results, and in a terminal."""
    name = re.sub(r"[/\\]", "_", printable(name)).replace("?", "_")[:NAME_LENGTH]
    return "_" + name if name[:1] in ("-", ".", "") else name
