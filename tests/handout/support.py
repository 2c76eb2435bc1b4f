"""What the tests of the handout share: the script itself, and a small tree to make handouts of."""

import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    """tools/handout/NAME.py as a module."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / "handout" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


STARTER = 'int {0}(int x, struct failure *why) {{\n    return failure_not_written(why, 1, "{0}");\n}}\n'

# Two labs for the client `two`, one for `one`; two's main calls lab 02 itself and lab 03 through a part.
SMALL = {
    "CMakeLists.txt": "project(small)\n",
    "kit": "#!/bin/sh\n",
    "shared/net.c": "int net(void) {\n    return 0;\n}\n",
    "clients/one.c": "int main(void) {\n    return first(1, 0);\n}\n",
    "clients/two.c": "int main(void) {\n    return second(1, 0) + part(2);\n}\n",
    "clients/parts/part.c": "static int hidden(int x) {\n    return x;\n}\n\nint part(int x) {\n    return third(hidden(x), 0);\n}\n",
    "labs/01-one/lab.ini": "[lab]\ntitle = One\nclient = one\n",
    "labs/01-one/one.c": STARTER.format("first"),
    "labs/02-two/lab.ini": "[lab]\ntitle = Two\nclient   = two\n",
    "labs/02-two/two.c": STARTER.format("second"),
    "labs/02-two/answers.ini": "[server]\nanswer =\n",
    "labs/03-three/lab.ini": "[lab]\ntitle = Three\nclient = two\n",
    "labs/03-three/three.c": STARTER.format("third"),
    "labs/03-three/README.md": "# Three\n",
    "captures/01-one.pcapng": b"\x0a\x0d\x0d\x0a",
    "captures/03-three.txt": "C: HELO\n",
    "docs/student.md": "# Hello\n",
    # None of these may come:
    "solutions/03-three/three.c": "int third(int x, struct failure *why) {\n    return x + 1;\n}\n",
    "docs/instructor.md": "# Answers\n",
    "docs/instructor/faults.md": "# Faults\n",
    "tests/unit/net.c": "int main(void) {\n}\n",
    "tools/grade/grade.py": "",
    ".ci/run": "",
    "build/build.ninja": "",
    "labs/03-three/capture.pcapng": b"mine",
    "labs/03-three/three.c~": "my attempt",
    "labs/03-three/.three.c.swp": "my attempt",
    "shared/net.o": "",
}
