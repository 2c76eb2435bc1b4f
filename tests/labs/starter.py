"""starter.py VERDICTS.json: every check of an untouched starter fails, or is skipped, and the reason
is a TODO that is not written; every question fails because it is not answered. Each verdict says
what was found, also that of a skipped check."""
import json
import re
import sys

UNWRITTEN = r"TODO [0-9]+: [a-z0-9_]+ is not written yet"
UNANSWERED = "not answered yet: labs/"

lab = json.load(open(sys.argv[1], encoding="utf-8"))
outcomes = {verdict["check"]: verdict["outcome"] for verdict in lab["checks"]}
wrong = []
for verdict in lab["checks"]:
    name, found = verdict["check"], "\n".join([verdict.get("got", ""), *verdict.get("notes", [])])
    if verdict["outcome"] == "held":
        wrong.append(f"{name}: holds, though nothing is written")
    elif not re.search(UNANSWERED if name.startswith("question.") else UNWRITTEN, found):
        wrong.append(f"{name}: does not say why: nothing is written")
    if re.search("crashed|was stopped", found):
        wrong.append(f"{name}: {found}")
    if verdict["outcome"] == "skipped" and outcomes[verdict["needs"]] == "held":
        wrong.append(f"{name}: skipped for want of {verdict['needs']}, which holds")
if "failed" not in outcomes.values():
    wrong.append("no check failed")
if lab["earned"] != 0:
    wrong.append(f"{lab['earned']} points, not 0")
sys.exit("\n".join(wrong) or 0)
