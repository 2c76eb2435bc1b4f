/*
 * show_cell: what stands in one column of one row, where two dialogues stand beside each other.
 * Part of show_beside.
 */
#ifndef WIRE_SHOW_CELL_H
#define WIRE_SHOW_CELL_H

#include "dialogue.h"
#include "show_style.h"

struct line {
    char *text; /* visible */
    int columns;
    enum role role;
};

/* All zero in the beginning. */
struct cell {
    struct line *lines;
    size_t count;
    unsigned frame;
    const char *arrow; /* "" for a ghost */
    bool lock;
    enum dialogue_side side;
};

/* Adds a line of our own words, in ASCII. Without memory the drawing has a line less. */
void cell_words(struct cell *cell, const char *words, enum role role);

/* Adds a step, in lines of `width` columns, and a caret under its byte `at`; SIZE_MAX: none. */
void cell_step(struct cell *cell, const struct dialogue_step *step, const struct show_style *style,
               int width, size_t at);

void cell_free(struct cell *cell);

#endif
