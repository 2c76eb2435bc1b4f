/*
 * drawing: a capture, or two beside each other, as a page for the browser or as a picture.
 *
 * The page is one file of HTML and CSS: no script, and nothing in it leads out of it, which its own
 * Content-Security-Policy says as well. Each step of the dialogue is a row that opens (click,
 * Enter) and then shows its octets. The picture is one file of SVG, which other documents can hold.
 *
 * Both know light and dark, print, and tell nothing by colour alone. The same captures give the
 * same bytes, always: no date, no random names.
 *
 * All that comes from a capture is hostile: it is escaped (escape.h), and bounded (view.h). So the
 * output has an end, however long the capture is, and says what it left out.
 */
#ifndef WIRE_DRAWING_H
#define WIRE_DRAWING_H

#include "compare.h"
#include "dialogue.h"
#include "failure.h"
#include <stddef.h>
#include <stdio.h>

struct drawing_capture {
    const char *name; /* the file, as a person knows it */
    const struct dialogues *dialogues;
    const char *damage; /* dissect_capture.damage: NULL when it was read to its end */
};

struct drawing {
    struct drawing_capture capture[2]; /* by enum comparison_side; the second only when compared */
    const struct comparison *comparison; /* of the two; NULL: one capture alone */
};

/* Writes the page, or the picture. 0, or -1: no memory, or the style sheet beside this cannot be
   read. Whether `out` took it all is for the caller to see (fclose). */
int drawing_page(const struct drawing *drawing, FILE *out, struct failure *why);
int drawing_picture(const struct drawing *drawing, FILE *out, struct failure *why);

#endif
