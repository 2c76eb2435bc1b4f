"""The forms in which a grading is handed on.

Each module has one function, `write(students, out)`: it writes what `students` came to below `out`,
creates the folders it needs, and returns the files it wrote. A file is replaced as a whole, so writing
again is safe. What concerns one student goes to OUT/students/NAME/, beside his result.json.

    csv          grades.csv, checks.csv              spreadsheet.py
    text         students/NAME/report.txt            text.py
    html         students/NAME/report.html           page.py
    overview     index.html: the class               overview.py
    gradescope   students/NAME/results.json          gradescope.py
    autolab      students/NAME/autolab.txt           autolab.py
    classroom    students/NAME/classroom.json        classroom.py
    junit        junit.xml                           junit.py

All text in a result may come from a student: names of folders, and what his program put on the wire.
Every form escapes it for its reader, and control characters are shown, not sent (`words.readable`).
"""

from __future__ import annotations

import collections.abc
import pathlib

from model import Student

from . import autolab, classroom, gradescope, junit, overview, page, spreadsheet, text

FORMS = {
    "csv": spreadsheet,
    "text": text,
    "html": page,
    "overview": overview,
    "gradescope": gradescope,
    "autolab": autolab,
    "classroom": classroom,
    "junit": junit,
}

# Written with every grading; the others when `--format` asks for them.
ALWAYS = ("csv", "text", "html", "overview", "gradescope")


def write(
    students: list[Student], out: pathlib.Path, formats: collections.abc.Iterable[str] = ()
) -> list[pathlib.Path]:
    """Writes the forms of ALWAYS and those named; KeyError for a name that is none."""
    names = list(dict.fromkeys((*ALWAYS, *formats)))
    return [path for module in [FORMS[name] for name in names] for path in module.write(students, out)]
