/*
 * show_ladder: the grid that a dialogue is drawn on. Part of show.
 *
 *     stream 0  client.example.org                 |   mail.example.org
 *        ms  #  127.0.0.1 port 37558               |   127.0.0.2 port 25
 *     ---------------------------------------------+----------------------------------
 *     0.226  6  EHLO client.example.org ---------->|
 *     0.257  8                                     |<- 250-mail.example.org
 *                                                  |   250 SIZE
 */
#ifndef WIRE_SHOW_LADDER_H
#define WIRE_SHOW_LADDER_H

#include "dialogue.h"
#include "show.h"
#include "show_style.h"
#include <limits.h>

#define LADDER_ALL_ROWS INT_MAX

struct ladder {
    const struct dialogue *dialogue;
    const struct show_style *style;
    const struct signs *signs;
    FILE *out;
    int time_width;
    int frame_width;
    int lock_width;      /* 0 when nothing is encrypted */
    int column_width[2]; /* of each end's column, by enum dialogue_side */
    unsigned frame;      /* of the last step drawn; 0: the next one tells its frame anew */
    int side;
};

/* Chooses the widths for this dialogue. */
void ladder_begin(struct ladder *ladder, const struct dialogue *dialogue,
                  const struct show_style *style, FILE *out);

/* The names of both ends, and a rule. */
void ladder_heading(const struct ladder *ladder);

/* What stands in a column. */
struct ladder_text {
    const char *bytes; /* of any kind: they are made visible */
    size_t length;
    enum role role;
    const char *mark; /* our own remark behind them, ASCII; NULL: none */
    int rows;         /* it is given no more than these; what is left is counted */
};

/* A step, in as many rows as its text takes. Time and frame are told once for all that one frame
   brought. */
void ladder_step(struct ladder *ladder, const struct dialogue_step *step,
                 const struct ladder_text *text);

/* Our own words in the column of a side, without time and frame. */
void ladder_words(struct ladder *ladder, enum dialogue_side side, const char *words);

/* A line over the whole width. */
void ladder_remark(const struct ladder *ladder, const char *words);

/* A rule, and how much each end sent. */
void ladder_sums(const struct ladder *ladder);

#endif
