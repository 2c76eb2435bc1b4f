#!/usr/bin/env python3
"""The reports: each is held against what its reader documents, with ordinary results and with hostile ones."""

import base64
import csv
import html.parser
import json
import pathlib
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

from results_for_tests import HOSTILE, Student, failed, held, hostile, lab, ordinary, skipped

import reports
from reports import words

EVERYTHING = tuple(reports.FORMS)


class Written(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.out = pathlib.Path(directory.name) / "out"

    def write(self, students, *formats):
        return reports.write(students, self.out, formats)

    def of(self, student, file):
        return (self.out / "students" / student.name / file).read_text("utf-8")

    def rows(self, file):
        with open(self.out / file, encoding="utf-8-sig", newline="") as table:
            return list(csv.reader(table))


class Everything(Written):
    def test_every_form_writes_what_it_says_and_nothing_else(self):
        for students in ([], ordinary(), hostile()):
            with self.subTest(students=len(students)):
                written = self.write(students, *EVERYTHING)
                self.assertEqual(len(written), len(set(written)))
                for path in written:
                    self.assertTrue(path.is_file() and path.stat().st_size > 0, path)
        on_disk = {path for path in self.out.rglob("*") if path.is_file()}
        self.assertLessEqual(set(written), on_disk)
        self.assertFalse([path for path in on_disk if path.suffix == ".new"])

    def test_writing_again_gives_the_same_bytes(self):
        first = {path: path.read_bytes() for path in self.write(ordinary(), *EVERYTHING)}
        second = {path: path.read_bytes() for path in self.write(ordinary(), *EVERYTHING)}
        self.assertEqual(first, second)

    def test_without_a_format_the_usual_ones_are_written(self):
        names = {path.name for path in self.write(ordinary())}
        self.assertEqual(names, {"grades.csv", "checks.csv", "index.html", "report.txt", "report.html", "results.json"})

    def test_an_unknown_format_is_an_error_before_anything_is_written(self):
        with self.assertRaises(KeyError):
            self.write(ordinary(), "pdf")
        self.assertFalse(self.out.exists())

    def test_a_result_comes_back_from_its_file_as_it_was(self):
        for number, student in enumerate(ordinary() + hostile()):
            path = self.out.parent / f"{number}.json"
            student.save(path)
            self.assertEqual(Student.load(path), student)

    def test_a_name_that_leads_out_is_refused(self):
        for name in ("..", ".", "", "a/b", "/etc", "a\0b"):
            with self.subTest(name=name), self.assertRaises(ValueError):
                self.write([Student(name)])
        self.assertEqual([], [path for path in self.out.parent.rglob("report.txt")])


class Words(unittest.TestCase):
    def test_what_cannot_be_shown_is_written_as_an_escape(self):
        for text, shown in (
            ("plain ş → §\n\tend", "plain ş → §\n\tend"),
            ("\x1b[2J", "\\x1b[2J"),
            ("a\rb", "a\\x0db"),
            ("\u202eabc", "\\u202eabc"),
            ("\udcff", "\\xff"),  # a byte of a file name
            ("\ud800\uffff", "\\ud800\\uffff"),
            (None, ""),
        ):
            with self.subTest(text=text):
                self.assertEqual(words.readable(text), shown)

    def test_a_verdict_keeps_the_caret_under_its_byte(self):
        rows = words.verdict(lab(3), failed()).split("\n")
        got = next(number for number, row in enumerate(rows) if row.startswith("    got"))
        self.assertEqual(rows[got][15:], 'frame 31, C→S:  "See you there.\\n.\\n"')
        self.assertEqual(rows[got + 1], " " * 15 + "                          ^ bare LF")
        self.assertEqual(rows[-1], "    again      ./kit check 3 end-of-data")

    def test_the_order_of_a_verdict(self):
        labels = [label for label, _ in words.fields(lab(3), failed())]
        self.assertEqual(labels, ["run", "expected", "got", "note", "why", "look", "code", "hint", "again"])

    def test_the_main_run_is_not_named(self):
        self.assertNotIn("run", dict(words.fields(lab(3), failed(run="main"))))


class Spreadsheet(Written):
    def test_a_row_a_student_a_column_a_lab(self):
        self.write(ordinary())
        self.assertEqual(
            self.rows("grades.csv"),
            [
                ["name", "01-raw-socket", "03-smtp-send", "total", "of", "remarks"],
                ["Ayşe Öztürk", "2", "3", "5", "7", ""],
                ["bob", "2", "2", "4", "7", "left out labs/03-smtp-send/lab.ini: only .c files may change"],
                ["carol", "2", "0", "2", "7", "03-smtp-send: does not build: smtp_send.c:12:3: error: expected ‘;’"],
                ["dave", "0", "0", "0", "7", "the archive is damaged"],
                ["erin", "0", "0", "0", "7", ""],
            ],
        )

    def test_a_row_a_check(self):
        self.write(ordinary())
        rows = [row for row in self.rows("checks.csv") if row[0] in ("bob", "carol")]
        self.assertEqual([row[1:6] for row in rows], [
            ["01-raw-socket", "greeting", "held", "2", "2"],
            ["03-smtp-send", "greeting", "held", "2", "2"],
            ["03-smtp-send", "end-of-data", "failed", "0", "2"],
            ["03-smtp-send", "stuffing", "skipped", "0", "1"],
            ["01-raw-socket", "greeting", "held", "2", "2"],
            ["03-smtp-send", "", "failed", "0", "5"],
        ])
        self.assertEqual(rows[3][7], "needs greeting")

    def test_no_cell_is_a_formula_and_no_row_falls_apart(self):
        students = hostile()
        self.write(students)
        for file, width, height in (("grades.csv", 7, len(students)), ("checks.csv", 8, 4 * len(HOSTILE) + 5)):
            rows = self.rows(file)
            self.assertEqual(len(rows), 1 + height)
            for row in rows:
                self.assertEqual(len(row), width, row)
                for value in row:
                    self.assertNotRegex(value, r"\A[=+\-@\t\r]")
                    self.assertNotRegex(value, r"[\x00-\x1f]")

    def test_names_come_back_as_they_were(self):
        names = ["Ayşe Öztürk", 'the "quoted"', "a, b; c", "O'Brien", "0123", "1e5"]
        self.write([Student(name) for name in names])
        self.assertEqual([row[0] for row in self.rows("grades.csv")[1:]], names)

    def test_excel_is_told_that_it_is_utf8_and_lines_end_as_rfc_4180_says(self):
        self.write(ordinary())
        content = (self.out / "grades.csv").read_bytes()
        self.assertTrue(content.startswith(b"\xef\xbb\xbfname,"))
        self.assertEqual(content.count(b"\n"), content.count(b"\r\n"))

    def test_a_lab_that_only_some_handed_in_counts_for_all(self):
        self.write([Student("a", [lab(1, [held()])]), Student("b", [lab(3, [held(), skipped()])])])
        self.assertEqual([row[1:5] for row in self.rows("grades.csv")[1:]], [["2", "0", "2", "5"], ["0", "2", "2", "5"]])


class Text(Written):
    def test_sums_verdicts_and_remarks(self):
        students = ordinary()
        self.write(students)
        text = self.of(students[1], "report.txt")
        for wanted in (
            "bob: 4 of 7 points\n",
            "! left out labs/03-smtp-send/lab.ini: only .c files may change\n",
            "\n✗ 03 end-of-data  the message ends with a dot on a line of its own  0/2\n    run        dots\n",
            "\n– 03 stuffing     puts a dot in front of each line that begins with one  0/1\n"
            "    skipped    greeting first: without it this one cannot hold\n",
            "ladder at the first divergence: 03-smtp-send.html\n",
        ):
            self.assertIn(wanted, text)
        self.assertIn("does not build: smtp_send.c:12:3", self.of(students[2], "report.txt"))
        self.assertEqual(self.of(students[3], "report.txt"), "dave: 0 of 0 points\n\n\n! the archive is damaged\n")

    def test_a_lab_with_a_problem_counts_nothing_even_for_what_held(self):
        student = Student("a", [lab(3, [held(), failed()], problem="took too long")])
        self.write([student])
        text = self.of(student, "report.txt")
        self.assertIn("a: 0 of 4 points", text)
        self.assertIn("✓ 03 greeting     greets the server  0/2", text)

    def test_a_lab_that_was_not_judged_shows_its_problem_and_no_verdicts(self):
        empty = failed(got=None, run=None, expected=None, notes=[])
        student = Student("a", [lab(3, [empty, held()], problem="does not build")])
        self.write([student])
        self.assertNotIn("end-of-data", self.of(student, "report.txt"))
        self.assertNotIn("end-of-data", self.of(student, "report.html"))
        self.assertIn("greeting", self.of(student, "report.txt"))

    def test_what_is_wrong_with_the_whole_hand_in_is_said_once(self):
        student = Student("a", [lab(1, [failed()], problem="damaged"), lab(3, [failed()], problem="damaged")], problem="damaged")
        self.write([student], "junit")
        for file in ("report.txt", "report.html"):
            self.assertEqual(self.of(student, file).count("damaged"), 1)
        self.assertEqual(self.rows("grades.csv")[1][-1], "damaged")
        self.assertEqual(len(xml.parse(self.out / "junit.xml").findall("*/*/error")), 2)

    def test_nothing_in_it_steers_a_terminal(self):
        students = hostile()
        self.write(students)
        for student in students:
            self.assertNotRegex(self.of(student, "report.txt"), r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Reader(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, its text, and whether they nest."""

    VOID = {"meta", "br"}

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.text, self.faults = [], [], "", []
        self.feed(page)
        self.close()
        self.faults += self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, text):
        self.text += text


class Page(Written):
    TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "a", "table", "tr", "th", "td", "meter", "ul",
            "li", "details", "summary", "div", "span", "dl", "dt", "dd", "pre", "code", "footer", "br"}
    ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "open", "min", "max", "value"}

    def pages(self, students):
        self.write(students)
        yield Reader((self.out / "index.html").read_text("utf-8"))
        for student in students:
            yield Reader(self.of(student, "report.html"))

    def test_elements_nest_and_nobody_adds_his_own(self):
        for students in ([], ordinary(), hostile()):
            for page in self.pages(students):
                self.assertEqual(page.faults, [])
                for tag, attributes in page.elements:
                    self.assertIn(tag, self.TAGS)
                    self.assertLessEqual(set(attributes), self.ATTRIBUTES)

    def test_it_loads_nothing_and_links_only_beside_itself(self):
        for page in self.pages(ordinary() + hostile()):
            for _, attributes in page.elements:
                self.assertRegex(attributes.get("href", "#"), r"\A(#|\./)")
        self.assertNotRegex(self.of(ordinary()[1], "report.html"), r"url\(|@import|https?:")

    def test_what_a_student_wrote_is_shown_as_he_wrote_it(self):
        students = hostile()
        for student, page in zip(students, list(self.pages(students))[1:]):
            if student.labs[0].problem:
                self.assertIn(words.readable(student.labs[0].problem), page.text)

    def test_the_link_leads_to_the_drawing_and_from_the_class_to_the_student(self):
        students = ordinary() + hostile()
        pages = list(self.pages(students))
        linked = [urllib.parse.unquote_to_bytes(attributes["href"]) for tag, attributes in pages[0].elements if "href" in attributes]
        self.assertEqual(linked, [f"./students/{s.name}/report.html".encode("utf-8", "surrogateescape") for s in students])
        for student, page in zip(students, pages[1:]):
            wanted = [f"./{of.drawing}".encode("utf-8", "surrogateescape") for of in student.labs if of.drawing]
            hrefs = [attributes["href"] for tag, attributes in page.elements if attributes.get("href", "#")[0] == "."]
            self.assertEqual([urllib.parse.unquote_to_bytes(href) for href in hrefs], wanted)

    def test_failed_checks_are_open_and_held_ones_are_not_hidden(self):
        page = Reader(self.write(ordinary()) and self.of(ordinary()[1], "report.html"))
        kinds = [attributes for tag, attributes in page.elements if tag == "details"]
        self.assertEqual(kinds, [{"class": "failed", "open": None}, {"class": "skipped"}])

    def test_the_class_page_counts_who_fails_a_check(self):
        students = [Student(str(number), [lab(3, [failed()])]) for number in range(3)]
        students += [Student("x", [lab(3, [held("end-of-data")])]), Student("y", [lab(3, [skipped("end-of-data")])])]
        for student in students:
            student.labs[0].checks[0].says = "ends with a dot"
        self.write(students)
        self.assertIn("3 of 5", Reader((self.out / "index.html").read_text("utf-8")).text)


class Gradescope(Written):
    """gradescope-autograders.readthedocs.io, "Autograder Specifications", "Output format"."""

    TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
           "stdout_visibility", "extra_data", "tests", "leaderboard"}
    TEST = {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
            "extra_data"}
    FORMATS = {"text", "html", "simple_format", "md", "ansi"}
    VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}

    def read(self, student):
        return json.loads(self.of(student, "results.json"))

    def test_keys_and_values_are_those_documented(self):
        students = ordinary() + hostile()
        self.write(students)
        for student in students:
            results = self.read(student)
            self.assertLessEqual(set(results), self.TOP)
            self.assertIsInstance(results["execution_time"], int)
            self.assertIn(results["output_format"], self.FORMATS)
            self.assertIn(results["visibility"], self.VISIBILITY)
            for test in results["tests"]:
                self.assertLessEqual(set(test), self.TEST)
                self.assertIn(test["status"], {"passed", "failed"})
                self.assertIn(test["output_format"], self.FORMATS)
                self.assertIn(test["visibility"], self.VISIBILITY)
                for key in ("name", "number", "output"):
                    self.assertIsInstance(test[key], str)
                self.assertTrue(0 <= test["score"] <= test["max_score"])
                self.assertLessEqual(len(test["output"]), 10_000)

    def test_tests_add_up_to_the_score_and_the_points(self):
        students = ordinary() + hostile()
        self.write(students)
        for student in students:
            results = self.read(student)
            self.assertEqual(results["score"], student.earned)
            self.assertEqual(sum(test["score"] for test in results["tests"]), student.earned)
            self.assertEqual(sum(test["max_score"] for test in results["tests"]), student.points)

    def test_a_hand_in_that_cannot_be_graded_says_why_and_has_a_score(self):
        self.write(ordinary())
        results = self.read(ordinary()[3])
        self.assertEqual((results["score"], results["tests"]), (0, []))
        self.assertIn("the archive is damaged", results["output"])

    def test_a_lab_that_does_not_build_is_one_failed_test_worth_all_of_it(self):
        self.write(ordinary())
        test = self.read(ordinary()[2])["tests"][-1]
        self.assertEqual((test["score"], test["max_score"], test["status"]), (0, 5, "failed"))
        self.assertIn("smtp_send.c:12:3", test["output"])

    def test_a_student_finds_the_verdict(self):
        self.write(ordinary())
        tests = self.read(ordinary()[1])["tests"]
        self.assertEqual([test["status"] for test in tests], ["passed", "passed", "failed", "failed"])
        self.assertIn("^ bare LF", tests[2]["output"])
        self.assertIn("greeting first", tests[3]["output"])


class Autolab(Written):
    """docs.autolabproject.com: "Guide for Lab Authors" (autoresult) and "Formatted Feedback"."""

    def lines(self, student):
        return self.of(student, "autolab.txt").split("\n")

    def test_the_last_line_is_the_autoresult_and_the_one_above_the_table(self):
        students = ordinary() + hostile()
        self.write(students, "autolab")
        for student in students:
            *text, table, scores, end = self.lines(student)
            self.assertEqual(end, "")
            self.assertEqual(json.loads(scores), {"scores": {f"lab{of.number:02}": of.earned for of in student.labs}})
            table = json.loads(table)
            self.assertEqual(table["_presentation"], "semantic")
            self.assertEqual(set(table), {"_presentation", "stages", *table["stages"]})
            for stage in table["stages"]:
                for test in table[stage].values():
                    self.assertIsInstance(test["passed"], bool)
                    self.assertLessEqual(set(test), {"passed", "hint"})
            # Nothing that a student made his program say may pass for a result: the last line is ours.
            self.assertEqual("\n".join(text) + "\n", self.of(student, "report.txt"))

    def test_who_passed_and_what_to_do(self):
        self.write(ordinary(), "autolab")
        table = json.loads(self.lines(ordinary()[1])[-3])
        stage = table["Lab 03: A letter over SMTP"]
        self.assertEqual({name: test["passed"] for name, test in stage.items()},
                         {"greeting": True, "end-of-data": False, "stuffing": False})
        self.assertIn("bare LF", stage["end-of-data"]["hint"])


class Classroom(Written):
    """classroom-resources/autograding-command-grader writes it, autograding-grading-reporter reads it."""

    TEST = {"name", "status", "score", "message", "test_code", "filename", "line_no", "duration"}

    def read(self, student):
        return json.loads(self.of(student, "classroom.json"))

    def test_keys_and_values_are_those_of_the_graders(self):
        students = ordinary() + hostile()
        self.write(students, "classroom")
        for student in students:
            result = self.read(student)
            self.assertEqual(set(result), {"version", "status", "max_score", "tests"})
            self.assertEqual((result["version"], result["max_score"]), (1, student.points))
            self.assertTrue(result["tests"])  # the reporter divides by their number
            self.assertEqual(sum(test["score"] for test in result["tests"]), student.earned)
            for test in result["tests"]:
                self.assertEqual(set(test), self.TEST)
                self.assertIn(test["status"], {"pass", "fail", "error"})
                self.assertEqual((test["line_no"], test["filename"]), (0, ""))

    def test_the_whole_is_as_bad_as_its_worst_test(self):
        self.write(ordinary(), "classroom")
        self.assertEqual([self.read(student)["status"] for student in ordinary()], ["pass", "fail", "error", "error", "error"])

    def test_it_fits_into_an_environment_variable(self):
        big = Student("big", [lab(3, [failed(f"check-{number}", got="ş" * 5000) for number in range(300)])])
        self.write([big], "classroom")
        encoded = base64.b64encode(self.of(big, "classroom.json").encode())
        self.assertLess(len(encoded), 128 * 1024 - 1000)
        self.assertEqual(len(self.read(big)["tests"]), 300)


class Junit(Written):
    """Jenkins' junit-10.xsd: these elements, in these places, with these attributes."""

    ATTRIBUTES = {
        "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "group", "time", "disabled", "skipped", "timestamp", "hostname",
                      "id", "package", "file", "log", "url", "version"},
        "testcase": {"name", "assertions", "time", "classname", "status", "class", "file", "line", "log", "group", "url"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"type", "message"},
    }
    CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"skipped", "error", "failure"}}

    def root(self, students):
        self.write(students, "junit")
        return xml.parse(self.out / "junit.xml").getroot()

    def test_it_is_valid_and_counts_right(self):
        for students in ([], ordinary(), hostile()):
            root = self.root(students)
            self.assertEqual(root.tag, "testsuites")
            for element in root.iter():
                self.assertLessEqual(set(element.attrib), self.ATTRIBUTES[element.tag])
                self.assertLessEqual({child.tag for child in element}, self.CHILDREN.get(element.tag, set()))
            for suite in root:
                self.assertIn("name", suite.attrib)
                self.assertRegex(suite.get("time"), r"\A\d+(\.\d{0,3})?\Z")
                for count, path in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error"),
                                    ("skipped", "testcase/skipped")):
                    self.assertEqual(int(suite.get(count)), len(suite.findall(path)))
            for count, path in (("tests", "*/testcase"), ("failures", "*/*/failure"), ("errors", "*/*/error")):
                self.assertEqual(int(root.get(count)), len(root.findall(path)))

    def test_the_cases_of_an_ordinary_class(self):
        root = self.root(ordinary())
        bob = next(suite for suite in root if suite.get("name") == "bob.03-smtp-send")
        self.assertEqual([(case.get("name"), [child.tag for child in case]) for case in bob],
                         [("greeting", []), ("end-of-data", ["failure"]), ("stuffing", ["skipped"])])
        self.assertIn("./kit check 3 end-of-data", bob.find("testcase/failure").text)
        errors = {suite.get("name"): error.text for suite in root for error in suite.findall("testcase/error")}
        self.assertEqual(set(errors), {"carol.03-smtp-send", "dave"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
