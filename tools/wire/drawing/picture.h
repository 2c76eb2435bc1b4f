/*
 * picture: the parts of the SVG that drawing_picture puts together. Part of drawing.
 *
 * SVG does not break lines, so this does, by the width that characters have in the fonts of
 * picture.css: a little less than exact, on the safe side.
 */
#ifndef WIRE_PICTURE_H
#define WIRE_PICTURE_H

#include "view.h"

#define PICTURE_MARGIN 28
#define PICTURE_ROW    19  /* from one line of text to the next, in units of the picture */
#define PICTURE_MONO   7.9 /* width of a character */
#define PICTURE_SERIF  7.4 /* … on average */

/* A ladder's place. */
struct picture_column {
    int number; /* where the frame's number ends */
    int time;   /* where the time begins; 0: there is no room for it */
    int left;   /* the client's line */
    int right;  /* the server's */
    int indent; /* from the client's line to what the server says */
};

struct picture {
    const struct view *view;
    FILE *out;
    int width;
    int y;                           /* how far it is drawn */
    bool failed;                     /* memory lacked */
    struct picture_column column[2]; /* by enum comparison_side */
    int sign;                        /* where the class of a row stands, with two columns */
};

/* Writes a text of our own, or of compare's, at `x` from the current row on, in lines no longer
   than `width`, and moves `y` behind them. `class` is for the style sheet. */
void picture_words(struct picture *picture, int x, int width, const char *class, const char *text);

/* A sign ("lock", "wrong" …), its left upper corner there. */
void picture_sign(const struct picture *picture, const char *name, int x, int y);

/* A conversation, or a pair. */
void picture_section(struct picture *picture, const struct view_section *section);

/* A row of it. */
void picture_row(struct picture *picture, const struct view_row *row);

#endif
