/*
 * verdict_json: the verdicts of a lab as JSON, for programs: `wire check LAB --json`.
 *
 *     {"number": 3, "name": "03-smtp-send", "title": "A letter over SMTP",
 *      "points": 36, "earned": 34,
 *      "checks": [{"check": "greeting", "says": "…", "outcome": "held", "points": 2, "earned": 2},
 *                 {"check": "stuffing", …, "outcome": "failed", "run": "dots",
 *                  "expected": "…", "got": "…", "capture": "…", "filter": "frame.number == 31",
 *                  "why": "…", "code": "…", "hint": "…", "notes": ["…"]}]}
 *
 * The questions come behind the checks, as checks called question.NAME. The keys of a check are
 * those of its record (verdict.h); `note` is the list `notes`; `right` is left out unless it is
 * asked for.
 */
#ifndef WIRE_VERDICT_JSON_H
#define WIRE_VERDICT_JSON_H

#include "fields.h"
#include "json.h"
#include "lab.h"
#include <stdbool.h>
#include <stddef.h>

/* Writes the lab's object, with these verdicts. `answers`: with the right ones to the questions. */
void verdict_json(struct json *json, const struct lab *lab, const struct fields *verdicts,
                  size_t count, bool answers);

#endif
