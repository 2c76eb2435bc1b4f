"""A lab of one's own, and wire's commands on it."""
import json
import os
import shutil
import subprocess
import unittest

from console import BUILD, SOURCE, Terminal

WIRE = str(BUILD / "bin/wire")
FIXTURE = SOURCE / "tests/desk/fixture"

GRUMBLES = '#include <stdio.h>\nint main(void) { fputs("no\\n", stderr); return 1; }\n'
GREETS = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
HANGS = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"


class DeskTest(unittest.TestCase):
    """Has a directory with a copy of the fixture's lab and its program, built from `program`."""

    program = GRUMBLES

    def setUp(self):
        self.place = BUILD / "run/tests" / ("desk-" + self.id().rsplit(".", 1)[-1])
        shutil.rmtree(self.place, ignore_errors=True)
        self.labs, self.programs, self.runs = self.place / "labs", self.place / "programs", self.place / "runs"
        for directory in (self.programs, self.runs):
            directory.mkdir(parents=True)
        shutil.copytree(FIXTURE, self.labs)
        self.addCleanup(shutil.rmtree, self.place)
        self.source = self.labs / "90-hello/hello.c"
        self.source.write_text(self.program)
        self.build = f"cc -o '{self.programs}/90-hello' '{self.source}'"
        subprocess.run(self.build, shell=True, check=True)
        self.of_lab = ["--labs", str(self.labs), "--run-directory", str(self.runs / "90-hello")]
        self.of_check = [*self.of_lab, "--programs", str(self.programs)]

    def wire(self, *words, status=0):
        """What the command wrote, both outputs in a row. It must end with `status`."""
        ended = subprocess.run([WIRE, *map(str, words)], stdin=subprocess.DEVNULL, text=True, check=False,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
        self.assertEqual(ended.returncode, status, ended.stdout)
        return ended.stdout

    def verdicts(self, *words):
        """The verdicts of `wire check WORDS --json`, by name."""
        ended = subprocess.run([WIRE, "check", *map(str, words), "--json"], stdin=subprocess.DEVNULL, text=True,
                               check=False, stdout=subprocess.PIPE, timeout=100)
        self.assertIn(ended.returncode, (0, 1))
        return {check["check"]: check for check in json.loads(ended.stdout)["checks"]}

    def terminal(self, *command, columns=100, rows=40, **environment):
        variables = {"TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": str(self.place),
                     "INPUTRC": "/dev/null", **environment}
        variables.update((name, value) for name, value in os.environ.items() if name.endswith("SAN_OPTIONS"))
        terminal = Terminal([str(word) for word in command], variables, columns, rows)
        self.addCleanup(terminal.close)
        return terminal
