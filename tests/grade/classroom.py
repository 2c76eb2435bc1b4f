"""A class to grade: hand-ins of all forms, honest and not, each with what must come of it."""

import io
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAULTS = ROOT / "tests" / "faults"
MALICIOUS = pathlib.Path(__file__).with_name("malicious")

FULL = "full"  # all checks hold
NONE = "none"  # no check holds
UNBUILT = "unbuilt"  # not even built
UNREAD = "unread"  # nothing could be taken from it


class Fault(str):
    """The name of the one check that fails."""


def lab_name(number):
    return next(ROOT.glob(f"labs/{number:02}-*")).name


def solved(number):
    lab = lab_name(number)
    return {f"labs/{lab}/{path.name}": path.read_bytes() for path in (ROOT / "solutions" / lab).glob("*.c")}, FULL


def started(number):
    lab = lab_name(number)
    return {f"labs/{lab}/{path.name}": path.read_bytes() for path in (ROOT / "labs" / lab).glob("*.c")}, NONE


def faulty(number, patch, place):
    lab = lab_name(number)
    made = place / f"{patch.parent.name}-{patch.stem}"
    made.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-B", FAULTS / "faults.py", "apply", patch, ROOT / "solutions" / lab, made],
                   check=True, capture_output=True)
    check = re.search(r"^check:\s*(\S+)", patch.read_text("utf-8"), re.MULTILINE)[1]
    return {f"labs/{lab}/{path.name}": path.read_bytes() for path in made.glob("*.c")}, Fault(check)


def honest(count, labs, place):
    """[(name, files, {lab: what must come of it})]: the same ones for the same arguments."""
    choose = random.Random(1982)
    patches = {number: sorted((FAULTS / f"{number:02}").glob("*.patch")) for number in labs}
    for number in labs:
        choose.shuffle(patches[number])
    students = []
    for i in range(count):
        files, expected = {}, {}
        for number in labs:
            if i % 10 == 0 or (patches[number] and choose.random() < 0.6):
                kind = solved(number) if i % 10 == 0 or not patches[number] \
                    else faulty(number, patches[number][i % len(patches[number])], place)
            else:
                kind = started(number) if choose.random() < 0.3 else solved(number)
            files.update(kind[0])
            expected[number] = kind[1]
        students.append((f"honest-{i + 1:02}", files, expected))
    return students


def fill_in(text, places):
    for name, path in places.items():
        text = text.replace(f"@{name}@", str(path))
    return text


def malicious(labs, places):
    """Like `honest`; the harm is in the first lab, the others are solved: these must not suffer."""
    lab = lab_name(1)
    source = next((ROOT / "solutions" / lab).glob("*.c"))
    students = []
    for path in sorted(MALICIOUS.glob("*.c.in")):
        text = path.read_text("utf-8")
        head = dict(re.findall(r"^\W*(on|expect): (\w+)", text, re.MULTILINE))
        whole = fill_in(text, places) + (source.read_text("utf-8") if head["on"] == "solution" else "")
        files, expected = {}, {}
        for number in labs:
            files.update(solved(number)[0])
            expected[number] = FULL
        files[f"labs/{lab}/{source.name}"] = whole.encode()
        expected[1] = head["expect"]
        students.append((f"evil-{path.name.split(chr(46))[0]}", files, expected))
    return students


def edited_kit(labs):
    """Starters, and a kit in which everything holds."""
    files, expected = {}, {}
    for number in labs:
        starter, expected[number] = started(number)
        files.update(starter)
        ini = f"labs/{lab_name(number)}/lab.ini"
        text = (ROOT / ini).read_text("utf-8")
        files[ini] = re.sub(r"(?m)^(frames|sent|screen|exit|session|store|count|never|within|stderr)( *)=.*$",
                            r"screen\2= lacks \"never\"", text).encode()
        files[f"labs/{lab_name(number)}/extra.c"] = b"int extra;\n"
    files["CMakeLists.txt"] = b"execute_process(COMMAND touch /canary)\n"
    files["shared/failure.c"] = b'#include "failure.h"\n'
    files["tests/CMakeLists.txt"] = b""
    files["solutions/01-raw-socket/raw_socket.c"] = b"int not_this_one;\n"
    return files, expected


def add_zip(path, files, top):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)


def add_tar(path, files, top):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(top + name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def add_folder(path, files, top):
    for name, content in files.items():
        target = path / (top + name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def bare(files):
    return {pathlib.PurePath(name).name: content for name, content in files.items()}


def whole_kit(files):
    """As from a student who packs all that he has."""
    kit = {}
    for name in ("shared", "clients", "labs", "kit.ini", "CMakeLists.txt", "kit"):
        path = ROOT / name
        for source in [path] if path.is_file() else sorted(path.rglob("*")):
            if source.is_file():
                kit[source.relative_to(ROOT).as_posix()] = source.read_bytes()
    return {**kit, **files}


FORMS = (
    lambda path, files: add_folder(path, files, ""),
    lambda path, files: add_tar(path.with_name(path.name + ".tar.gz"), files, "./mailwire/"),
    lambda path, files: add_zip(path.with_name(path.name + ".zip"), files, "mailwire-main/"),
    lambda path, files: add_folder(path, whole_kit(files), "kit/"),
    lambda path, files: add_zip(path.with_name(path.name + ".zip"), bare(files), ""),
    lambda path, files: add_tar(path.with_name(path.name + ".tgz"), whole_kit(files), ""),
)


def hand_in(directory, students):
    """Writes them all, each in another form."""
    for i, (name, files, _) in enumerate(students):
        FORMS[i % len(FORMS)](directory / name, files)


def make(directory, count, labs, places, only=None):
    """Fills `directory`; {name: {lab: what must come of it}}. `only`: no malicious ones but these."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    students = honest(count, labs, directory.with_name("faults"))
    hand_in(directory, students)
    evil = [student for student in malicious(labs, places) if only is None or student[0][len("evil-"):] in only]
    hand_in(directory, evil)
    expected = {name: wanted for name, _, wanted in students + evil}
    if only is not None:
        return expected

    files, expected["evil-edited-kit"] = edited_kit(labs)
    add_folder(directory / "evil-edited-kit", files, "")
    solution = next((ROOT / "solutions" / lab_name(1)).glob("*.c"))
    link = directory / "evil-link-out" / "labs" / lab_name(1) / solution.name
    link.parent.mkdir(parents=True)
    link.symlink_to(solution)
    (directory / "evil-link-out" / "everything").symlink_to(ROOT / "solutions")
    add_folder(directory / "evil-link-out", {name: content for number in labs[1:]
                                             for name, content in solved(number)[0].items()}, "")
    expected["evil-link-out"] = {number: FULL for number in labs} | {1: NONE if len(labs) > 1 else UNREAD}
    with tarfile.open(directory / "evil-way-out.tar", "w") as archive:
        info = tarfile.TarInfo("../../../../canary")
        archive.addfile(info)
    expected["evil-way-out"] = {number: UNREAD for number in labs}
    (directory / "evil-no-archive.zip").write_bytes(b"PK\3\4 and no more")
    expected["evil-no-archive"] = {number: UNREAD for number in labs}
    return expected
