/*
 * view: what of a capture, or of two, is drawn: sections and their rows, in bounds. Part of
 * drawing; the page and the picture are made from the same view.
 *
 * A section is a conversation, or a pair of them. Long runs of lines of one side lose their middle,
 * and so do long sections, but never a row with a difference near it (of the first ones: see
 * VIEW_DIFFERENCES). A fold says how many rows it stands for.
 */
#ifndef WIRE_VIEW_H
#define WIRE_VIEW_H

#include "drawing.h"
#include <stdbool.h>

#define VIEW_SECTIONS 20 /* of more conversations, only these are drawn */

/* Of a section. */
#define VIEW_ROWS_FIRST 240
#define VIEW_ROWS_LAST  120

/* Of a run of lines of the same kind and side. */
#define VIEW_RUN_OVER  48
#define VIEW_RUN_FIRST 24
#define VIEW_RUN_LAST  8

/* So many differences of a section keep the rows around them; the first wrong one always does. */
#define VIEW_DIFFERENCES 60
#define VIEW_AROUND      3

struct view_row {
    size_t folded; /* 0: a row of steps; else it stands for so many, and nothing below holds */
    size_t number; /* the row of the pair, from 0 */
    const struct dialogue_step *step[2]; /* by enum comparison_side; NULL: nothing there */
    bool begins[2];                      /* it is the first of what one frame brought … */
    bool ends[2];                        /* … the last: its arrow is drawn here */
    enum comparison_class class;
    const struct comparison_difference *differences; /* that begin to show in this row */
    size_t difference_count;
};

struct view_section {
    size_t pair; /* the number of the conversation, or pair, from 0 */
    const struct dialogue *dialogue[2];
    struct view_row *rows;
    size_t row_count;
};

struct view {
    const struct drawing *drawing;
    bool two; /* two columns */
    struct view_section *sections;
    size_t section_count;
    size_t left_out;                           /* conversations that are not drawn */
    const struct comparison_difference *first; /* the first divergence; NULL: there is none */
};

/* The drawing must outlive it. 0, or -1 without memory; view_free in both cases. */
int view_make(const struct drawing *drawing, struct view *view, struct failure *why);

void view_free(struct view *view);

#endif
