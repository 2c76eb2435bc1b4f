#!/usr/bin/env python3
"""The faults: beginners' mistakes, as patches on the solutions, that show what the checks are worth.

    faults.py apply PATCH SOURCE DIR   the mistake, made: the solution's files with it, in DIR
    faults.py prove PATCH WIRE PROGRAMS DIR
                                       runs the lab with it: exactly its check must fail. The program
                                       is in PROGRAMS, what the runs leave goes into DIR
    faults.py list [FILE]              all of them, for people; with FILE: whether that one is current
    faults.py complete                 whether each lab has faults enough, and each check has one

A patch lies in tests/faults/NN/NAME.patch and begins with what a person wants to know:

    check: stuffing
    why: who has never seen a line that begins with a dot does not know that there is a rule for it

    --- a/solutions/03-smtp-send/smtp_send.c
    +++ b/solutions/03-smtp-send/smtp_send.c
    …

`check` names the one check that must catch it. A text goes on in the next line, indented. Checks
that no small mistake fails alone stand in tests/faults/NN/without.txt: "CHECK: the reason".

Runs under valgrind take as long as all the others together. So the checks that are judged in them are
left out for the faults that are not about them; with KIT_FAULTS=whole in the environment they are not.
"""
import configparser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAULTS_PER_LAB = 8


class Wrong(Exception):
    """What is wrong with a fault, or with a check, in one sentence."""


class Fault:
    """One patch: which check must catch it, why a beginner makes it, what it changes."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem
        self.lab = self.path.parent.name
        text = self.path.read_text(encoding="utf-8")
        if not re.fullmatch("[a-z0-9-]+", self.name):
            raise Wrong(f"{self.path}: a name is made of a-z, 0-9 and hyphens")
        head, begins, _ = text.partition("\n--- a/")
        if not begins:
            raise Wrong(f"{self.path}: there is no patch in it: no line begins with \"--- a/\"")
        fields = read_fields(head, self.path)
        for key in ("check", "why"):
            if not fields.get(key):
                raise Wrong(f"{self.path}: \"{key}: …\" is missing above the patch")
        if len(fields["check"].split()) != 1:
            raise Wrong(f"{self.path}: a fault has exactly one check, not \"{fields['check']}\"")
        self.check = fields["check"]
        self.why = fields["why"]
        if self.check not in checks_of(self.lab):
            raise Wrong(f"{self.path}: lab {self.lab} has no check \"{self.check}\"")


def read_fields(head, path):
    """{"check": …, "why": …} out of the lines above a patch, or out of without.txt."""
    fields = {}
    key = None
    for number, line in enumerate(head.splitlines(), 1):
        found = re.fullmatch(r"([a-z0-9-]+):\s*(.*)", line)
        if found:
            key = found[1]
            if key in fields:
                raise Wrong(f"{path}:{number}: \"{key}\" stands here for the second time")
            fields[key] = found[2].strip()
        elif line[:1].isspace() and line.strip() and key:
            fields[key] += " " + line.strip()
        elif line.strip():
            raise Wrong(f"{path}:{number}: what is \"{line}\"?")
    return fields


def lab_directory(number):
    """labs/03-smtp-send for "03"."""
    found = sorted(ROOT.glob(f"labs/{number}-*"))
    if len(found) != 1:
        raise Wrong(f"there is no lab {number}")
    return found[0]


def checks_of(number):
    """The names of a lab's checks, in the order of its lab.ini."""
    text = (lab_directory(number) / "lab.ini").read_text(encoding="utf-8")
    return re.findall(r"^\[check\s+([a-z0-9-]+)\]", text, re.MULTILINE)


def watched_checks_of(number):
    """Those of them that are judged in a run with a `tool`, which costs more than all others."""
    lab = configparser.ConfigParser(strict=False, interpolation=None)
    lab.read(lab_directory(number) / "lab.ini", encoding="utf-8")
    return {name for name in checks_of(number)
            if any(lab.has_option(f"run {run}", "tool") for run in lab.get(f"check {name}", "run", fallback="").split())}


def checks_to_judge(fault):
    """The whole lab. Without KIT_FAULTS=whole, a watched check only if the fault is for one."""
    checks, watched = checks_of(fault.lab), watched_checks_of(fault.lab)
    if fault.check in watched or os.environ.get("KIT_FAULTS") == "whole":
        return checks
    return [check for check in checks if check not in watched]


def all_faults():
    """Every fault of the tree, by lab and name."""
    return [Fault(path) for path in sorted((ROOT / "tests/faults").glob("[0-9][0-9]/*.patch"))]


# The mistake, made

def apply(patch, source, directory):
    """Copies the solution in `source` to `directory`, and makes the mistake there.

    Whoever builds the kit must not be stopped by a patch that no longer fits. So a copy without the
    mistake is what it leaves then, and the reason in DIRECTORY/failure, for `prove` to find.
    """
    source, directory = pathlib.Path(source), pathlib.Path(directory)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for file in sorted(source.glob("*.c")):
        shutil.copy(file, directory)
    run = subprocess.run(
        ["patch", "--batch", "--forward", "--fuzz=0", "--no-backup-if-mismatch", "-p3", "-d", directory,
         "-i", pathlib.Path(patch).resolve()], capture_output=True, text=True, check=False)
    same = all(file.read_bytes() == (directory / file.name).read_bytes() for file in source.glob("*.c"))
    if run.returncode == 0 and not same:
        return
    words = "it changes nothing" if run.returncode == 0 else (run.stdout + run.stderr).strip()
    for file in source.glob("*.c"):
        shutil.copy(file, directory)
    (directory / "failure").write_text(f"{patch}: does not apply to {source}: {words}\n", encoding="utf-8")


# The proof

def judge(fault, verdicts):
    """Whether exactly the fault's check failed; Wrong with all that is not so."""
    outcomes = {verdict["check"]: verdict for verdict in verdicts["checks"]}
    wrong = []
    outcome = outcomes[fault.check]["outcome"]
    if outcome != "failed":
        wrong.append(f"{fault.check} is to catch it, but {'holds' if outcome == 'held' else 'is skipped'}")
    for name, verdict in outcomes.items():
        if name == fault.check or verdict["outcome"] == "held":
            continue
        if verdict["outcome"] == "failed":
            wrong.append(f"{name} fails too, in run {verdict.get('run')}: {verdict.get('got')}")
        elif not leads_to(fault.check, name, outcomes):
            wrong.append(f"{name} is skipped for want of {verdict['needs']}, and not of {fault.check}")
    if wrong:
        raise Wrong(f"{fault.path}: " + "; ".join(wrong))


def leads_to(check, name, outcomes):
    """Whether `name` is skipped because `check` failed, over however many others."""
    while outcomes[name]["outcome"] == "skipped":
        name = outcomes[name]["needs"]
    return name == check


def prove(patch, wire, programs, directory):
    """Runs the lab with the mistake in it."""
    fault = Fault(patch)
    failure = pathlib.Path(programs) / "source" / "failure"
    if failure.exists():
        raise Wrong(failure.read_text(encoding="utf-8").strip())
    check = [wire, "check", fault.lab, "--programs", programs, "--run-directory", directory]
    # No question: what is asked about a capture is not about the program.
    run = subprocess.run([*check, *checks_to_judge(fault), "--json"], capture_output=True, text=True, check=False)
    sys.stderr.write(run.stderr)
    if run.returncode not in (0, 1):
        raise Wrong(f"{fault.path}: wire check could not judge it")
    verdicts = json.loads(run.stdout)
    shown = [v["check"] for v in verdicts["checks"] if v["outcome"] == "failed"]
    if shown: # in the words that a student reads
        subprocess.run([*check[:3], *shown, "--recorded", "--run-directory", directory], check=False)
    skipped = [v["check"] for v in verdicts["checks"] if v["outcome"] == "skipped"]
    print("skipped:", " ".join(skipped) or "none", flush=True)
    judge(fault, verdicts)
    shutil.rmtree(directory) # a run with a large message leaves much


# For people

INTRODUCTION = """\
# The faults

Each is a beginner's mistake, made in a copy of a solution. The test `faults.NN.NAME` builds it, runs
the whole lab, and demands that exactly the named check fails; checks that need that one are skipped.

They are good for a lesson, too. Apply one, and let the class find the mistake by its verdict:

    patch -p1 <tests/faults/03/NAME.patch
    ./kit check 3 --programs build/solutions
    patch -p1 -R <tests/faults/03/NAME.patch

How to add one: [adding-a-lab.md](../adding-a-lab.md#adding-a-fault). This page is made by
`python3 tests/faults/faults.py list`.
"""


def table():
    """docs/instructor/faults.md"""
    lines = INTRODUCTION.splitlines()
    faults = all_faults()
    for number in sorted({fault.lab for fault in faults}):
        directory = lab_directory(number)
        lines += ["", f"## {directory.name}", "", "| fault | check | why a beginner makes it |", "|---|---|---|"]
        order = checks_of(number)
        for fault in sorted((f for f in faults if f.lab == number), key=lambda f: (order.index(f.check), f.name)):
            lines.append(f"| [{fault.name}](../../tests/faults/{fault.lab}/{fault.path.name}) | `{fault.check}` "
                         f"| {fault.why.replace('|', chr(92) + '|')} |")
        without = excused(number)
        if without:
            lines += ["", "No fault is for:", ""]
            lines += [f"- `{check}`: {reason}" for check, reason in without.items()]
    return "\n".join(lines) + "\n"


def excused(number):
    """{check: reason} of the checks that no small mistake fails alone."""
    path = ROOT / "tests/faults" / number / "without.txt"
    return read_fields(path.read_text(encoding="utf-8"), path) if path.exists() else {}


def complete():
    """Faults enough for each lab that has some; a fault, or a reason, for each of its checks."""
    wrong = []
    faults = all_faults()
    for number in sorted({fault.lab for fault in faults}):
        checks, without = checks_of(number), excused(number)
        named = {fault.check for fault in faults if fault.lab == number}
        count = sum(fault.lab == number for fault in faults)
        if count < FAULTS_PER_LAB:
            wrong.append(f"lab {number} has {count} faults, not {FAULTS_PER_LAB}")
        wrong += [f"lab {number}: no fault is for {check}, and without.txt does not say why"
                  for check in checks if check not in named and check not in without]
        wrong += [f"lab {number}: without.txt speaks of {check}, which "
                  + ("has a fault" if check in named else "is no check")
                  for check in without if check in named or check not in checks]
    if wrong:
        raise Wrong("\n".join(wrong))
    print(f"{len(faults)} faults")


def show_list(file=None):
    """Prints the table, or compares it with a file."""
    if file is None:
        print(table(), end="")
    elif pathlib.Path(file).read_text(encoding="utf-8") != table():
        raise Wrong(f"{file} is not what the patches say: python3 tests/faults/faults.py list >{file}")


COMMANDS = {"apply": apply, "prove": prove, "complete": complete, "list": show_list}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except Wrong as wrong_thing:
        sys.exit(str(wrong_thing))
