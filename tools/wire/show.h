/*
 * show: a dialogue as a ladder for the eye: one column for each end, time and frame at the left, an
 * arrow on every step.
 */
#ifndef WIRE_SHOW_H
#define WIRE_SHOW_H

#include "dialogue.h"
#include <stdbool.h>
#include <stdio.h>

struct show_style {
    int width;        /* columns, 60 at least */
    bool colour;      /* ANSI colours */
    bool unicode;     /* arrows and lines; without: ASCII only, other bytes as \xHH */
    bool all;         /* every line of a message; without: the middle of a long one is left out */
    bool frame_range; /* "12-14" where a line came in several frames */
};

/* What suits `out`: on a terminal its width, colour and Unicode (NO_COLOR and the locale have their
   say), elsewhere 100 columns of plain ASCII. */
void show_style_for(FILE *out, struct show_style *style);

/* Draws one conversation. */
void show_dialogue(const struct dialogue *dialogue, const struct show_style *style, FILE *out);

/* What somebody on the way can read of it: each side's bytes in clear; of TLS only how much. */
void show_eavesdrop(const struct dialogue *dialogue, const struct show_style *style, FILE *out);

#endif
