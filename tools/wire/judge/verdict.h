/*
 * verdict: what a check came to, and how a student reads it.
 *
 * A verdict is a record (fields.h), kept in build/run/NN-name/results/CHECK, so that it can be
 * shown again without running anything. Its keys:
 *
 *     number check says points earned       always
 *     outcome                               held, failed, or skipped: it does not hold, but neither
 *                                           does a check that it needs, and that one comes first
 *     needs                                 when skipped: the first of those
 *     run expected got capture filter note  when it does not hold; note may come several times
 *     why code hint                         what lab.ini says to it
 */
#ifndef WIRE_VERDICT_H
#define WIRE_VERDICT_H

#include "evidence.h"
#include "fields.h"
#include "lab.h"
#include <stdbool.h>
#include <stdio.h>

struct verdict_style {
    bool colour;
    bool unicode; /* else ASCII: x and + instead of the crosses and ticks */
};

/* What suits `out`: a terminal with a UTF-8 locale, and NO_COLOR not set; else plain. */
void verdict_style_for(FILE *out, struct verdict_style *style);

/*
 * Judges a check: it holds if its judges hold in each of its runs. evidence[number] is that of
 * lab->runs[number]; held[number] says whether lab->checks[number] held, for those above this one.
 * Adds the fields to `verdict`. 0, or -1 without memory.
 */
int verdict_make(const struct lab *lab, const struct lab_check *check,
                 const struct evidence *const *evidence, const bool *held, const char *directory,
                 struct fields *verdict);

/* Whether the check held. */
bool verdict_held(const struct fields *verdict);

/*
 * Prints it:
 *
 *     x 03 end-of-data     the message ends with a dot on a line of its own           0/2
 *         expected   …
 *         got        …
 *
 * One line when it held, two when it was skipped. `width`: how many columns the check's name gets.
 */
void verdict_print(const struct fields *verdict, const struct verdict_style *style, int width,
                   FILE *out);

#endif
