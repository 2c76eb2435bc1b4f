/*
 * show_beside: two conversations beside each other, row by row, as compare laid them.
 *
 *        mine.pcapng                          |     03-smtp-send.pcapng
 *        stream 0, port 25                    |     stream 0, port 25
 *     ----------------------------------------+-------------------------------------
 *        6  -> EHLO client.example.org        |  6  -> EHLO client.example.org
 *                         ... 8 rows alike ...
 *     ! 12  -> MAIL FROM:<alice@example.org>  | 12  -> MAIL FROM:<bob@example.org>
 *                         ^                   |
 *     ! (missing)                             | 16  -> QUIT
 *
 * The sign at the left says the class of a row, so that nothing depends on colours: ! wrong,
 * ~ allowed, . only environment. The caret stands under the byte that differs.
 */
#ifndef WIRE_SHOW_BESIDE_H
#define WIRE_SHOW_BESIDE_H

#include "compare.h"
#include "show.h"

/*
 * Draws pair number `pair`. `names` are those of the two files, by enum comparison_side. Without
 * style->all long stretches that are alike are folded, and no more than 120 rows are drawn.
 */
void show_beside(const struct comparison *comparison, size_t pair, const char *const names[2],
                 const struct show_style *style, FILE *out);

/* The sign of a class, one column wide. */
const char *show_class_sign(enum comparison_class class, const struct show_style *style);

#endif
