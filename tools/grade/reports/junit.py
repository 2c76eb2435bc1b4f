"""junit.xml: the class as JUnit's XML, for a build server. One suite for each student's lab, one case for each check.

The elements and attributes are those that Jenkins' junit-10.xsd allows. A check that does not hold is a failure; a
lab that could not be judged at all is an error.
"""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as xml

from model import Check, Lab, Student

from . import words


def _case(suite: xml.Element, name: str) -> xml.Element:
    return xml.SubElement(suite, "testcase", classname=suite.get("name", ""), name=name, time="0.000")


def _check(suite: xml.Element, lab: Lab, check: Check) -> None:
    case = _case(suite, words.line(check.check))
    if check.outcome == "skipped":
        xml.SubElement(case, "skipped", message=f"{words.line(check.needs)} first")
    elif check.outcome != "held":
        failure = xml.SubElement(case, "failure", type="check", message=words.cut(words.line(check.got), 300))
        failure.text = f"{words.line(check.says)}\n{words.verdict(lab, check)}\n"


def _suite(root: xml.Element, name: str, seconds: float) -> xml.Element:
    return xml.SubElement(root, "testsuite", name=name, time=f"{seconds:.3f}")


def _error(suite: xml.Element, what: str, problem: str) -> None:
    error = xml.SubElement(_case(suite, what), "error", type="problem", message=words.cut(words.line(problem), 300))
    error.text = words.readable(problem)


def _count(suite: xml.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{element}"))))


def tree(students: list[Student]) -> xml.ElementTree:
    root = xml.Element("testsuites", name="mailwire", time=f"{sum(student.seconds for student in students):.3f}")
    for student in students:
        name = words.line(student.name)
        if student.problem and not student.labs:
            _error(_suite(root, name, student.seconds), "hand-in", student.problem)
        for lab in student.labs:
            suite = _suite(root, f"{name}.{words.line(lab.name)}", lab.seconds)
            if lab.problem:
                _error(suite, "judged", lab.problem)
                continue
            for check in lab.checks:
                _check(suite, lab, check)
    for suite in root:
        _count(suite)
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    return xml.ElementTree(root)


def write(students: list[Student], out: pathlib.Path) -> list[pathlib.Path]:
    content = xml.tostring(tree(students).getroot(), encoding="unicode")
    return [words.replace(out / "junit.xml", f"<?xml version='1.0' encoding='UTF-8'?>\n{content}\n")]
