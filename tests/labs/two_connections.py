#!/usr/bin/env python3
"""A script with a second connection (C2:, S2:), and a program that makes one: through lab.ini, from outside."""
import subprocess
import sys
from pathlib import Path

build, directory = sys.argv[1:]
ended = subprocess.run(
    [f"{build}/bin/wire", "check", "91", "--labs", Path(__file__).parent / "fixture", "--programs",
     f"{build}/tests/programs", "--run-directory", directory],
    capture_output=True, text=True, timeout=120, check=False)
print(ended.stdout, ended.stderr)
assert ended.returncode == 1, ended.returncode


def result(check):
    return dict(line.split("\t", 1) for line in (Path(directory) / "results" / check).read_text().splitlines())


assert "got" not in result("turns"), result("turns")
assert result("other")["got"] == 'line 4: waited for "C2: RSET", the client sent "NOOP"', result("other")
