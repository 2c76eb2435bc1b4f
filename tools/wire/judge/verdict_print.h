/*
 * verdict_print: how a student reads a verdict.
 */
#ifndef WIRE_VERDICT_PRINT_H
#define WIRE_VERDICT_PRINT_H

#include "buf.h"
#include "fields.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct verdict_style {
    bool colour;
    bool unicode; /* else ASCII: x and + instead of the crosses and ticks */
    int width;    /* of the terminal, in columns; 0: nothing is wrapped or aligned to it */
    bool answers; /* also shows the right answer to a question */
};

/* What suits `out`: a terminal with a UTF-8 locale, and NO_COLOR not set; else plain. */
void verdict_style_for(FILE *out, struct verdict_style *style);

/*
 * Prints it:
 *
 *     x 03 end-of-data     the message ends with a dot on a line of its own           0/2
 *         expected   …
 *         got        …
 *
 * One line when it held, two when it was skipped. `names`: how many columns the check's name gets.
 */
void verdict_print(const struct fields *verdict, const struct verdict_style *style, int names,
                   FILE *out);

/* Only its first line. */
void verdict_print_line(const struct fields *verdict, const struct verdict_style *style, int names,
                        FILE *out);

/* The cross, tick or dash of an outcome. */
void verdict_print_mark(const char *outcome, const struct verdict_style *style, FILE *out);

/*
 * Prints words, wrapped at blanks: every line but the first begins with `indent` blanks, and ends
 * before column `width` (0: one line). The first stands behind `indent` columns that are there
 * already. Ends with a line feed.
 */
void verdict_print_wrapped(const char *words, int indent, int width,
                           const struct verdict_style *style, FILE *out);

/* Colours, or "" without them. */
const char *verdict_bold(const struct verdict_style *style);
const char *verdict_quiet(const struct verdict_style *style);
const char *verdict_green(const struct verdict_style *style);
const char *verdict_plain(const struct verdict_style *style);

/* A bar, `columns` wide, of which earned/points are full. Full only when all is earned, and empty
   only when nothing is. */
void verdict_print_bar(long earned, long points, int columns, const struct verdict_style *style,
                       FILE *out);

#endif
