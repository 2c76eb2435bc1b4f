/*
 * show: a dialogue as a ladder for the eye. Each end has a column; what it sent stands in it, and
 * the arrow points to the other. Time and frame stand at the left, once for all that one frame
 * brought.
 */
#ifndef WIRE_SHOW_H
#define WIRE_SHOW_H

#include "dialogue.h"
#include "failure.h"
#include <stdbool.h>
#include <stdio.h>

#define SHOW_WIDTH_LEAST    60
#define SHOW_WIDTH_MOST     400
#define SHOW_WIDTH_STANDARD 100 /* where there is no terminal */

struct show_style {
    int width;        /* in columns */
    bool colour;      /* ANSI colours */
    bool unicode;     /* arrows, rules and letters; without: ASCII, and \xHH for all other bytes */
    bool all;         /* every line; without: the middle of a long message or line is left out */
    bool brief;       /* … and already of one that is not so long */
    bool frame_range; /* first and last frame of what came in several: "12-14" */
};

/*
 * What suits `out`. A terminal gets its own width, colour (unless NO_COLOR is set, or TERM is
 * "dumb") and, if the locale is UTF-8, Unicode; a file or a pipe 100 columns of plain ASCII. Sets
 * the program's LC_CTYPE.
 */
void show_style_for(FILE *out, struct show_style *style);

/* What the person asked for: --plain, --unicode, --width N (0: nothing). */
struct show_wishes {
    bool plain;
    bool unicode;
    long width;
};

/* Changes a style as was asked. Unicode becomes possible whatever the locale says: 0, or -1 when
   the system has no UTF-8 locale. */
int show_style_change(struct show_style *style, const struct show_wishes *wishes,
                      struct failure *why);

/* Draws one conversation. */
void show_dialogue(const struct dialogue *dialogue, const struct show_style *style, FILE *out);

/* Writes what somebody on the way could read of it: each side's bytes in clear, and of what was
   encrypted only how much it was. */
void show_eavesdrop(const struct dialogue *dialogue, const struct show_style *style, FILE *out);

#endif
