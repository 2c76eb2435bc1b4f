/*
 * compare_json: a comparison as JSON, for programs: `wire diff --json`.
 *
 *     {"mine": "mine.pcapng", "reference": "captures/03-smtp-send.pcapng",
 *      "outcome": "differs",                    "same", "differs", "cannot-judge"
 *      "counts": {"alike": 28, "environment": 2, "allowed": 1, "wrong": 1},
 *      "problems": [{"side": "mine", "rule": "foreign", "fatal": false, "sentence": "…",
 *                    "remedy": null}],
 *      "first": 2,                              index of the first wrong difference, or null
 *      "differences": [{"class": "wrong", "rule": "line-end", "sentence": "…", "clause": "…",
 *                       "pair": 0, "row": 2, "rows": 15, "frame": 6, "reference_frame": 6,
 *                       "at": 23}],             a frame of 0: none there; at: null, or a byte of
 *                                               mine's step; its length: the line's end
 *      "cost": null, or {"encrypted": "mine", "octets": […, …], "packets": …, "round_trips": …,
 *                        "hidden": 1234},       mine first, then the reference
 *      "pairs": [{"stream": 0, "reference_stream": 0, "rows":
 *                 [{"class": "same", "mine": "-> connects", "frame": 3,
 *                   "reference": "-> connects", "reference_frame": 3}]}]}
 *
 * The texts of rows are canonical (canon.h); null: a ghost. More differences than
 * COMPARISON_DIFFERENCE_LIMIT are only in the counts.
 */
#ifndef WIRE_COMPARE_JSON_H
#define WIRE_COMPARE_JSON_H

#include "compare.h"
#include "json.h"

/* Adds it as one value (`name`: NULL for the outermost). `names` by enum comparison_side. */
void comparison_json(struct json *json, const char *name, const struct comparison *comparison,
                     const char *const names[2]);

#endif
