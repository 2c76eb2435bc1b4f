/*
 * report: what a lab came to, for a person: first a summary, then what is wrong, in the order of
 * the lab.
 *
 * A student works on one failure at a time, from the top. So a report that has many of them shows
 * the first ones in full, each for a reason of its own, and of the others one line: fifteen checks
 * that all wait for one unwritten function are one thing to do, not fifteen.
 */
#ifndef WIRE_REPORT_H
#define WIRE_REPORT_H

#include "fields.h"
#include "lab.h"
#include "verdict_print.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Prints the verdicts of a lab, in its order. A single one is shown in full, and nothing more.
 * `all`: each in full, also those that hold. The last line is "34 of 36 points".
 */
void report_print(const struct lab *lab, const struct fields *verdicts, size_t count, bool all,
                  const struct verdict_style *style, FILE *out);

#endif
