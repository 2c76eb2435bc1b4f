/*
 * show_text: bytes of any kind as text that a terminal can take, in rows of a given width.
 *
 * Nothing that was recorded can move the cursor or change colours: control characters are shown as
 * pictures (or \xHH), what is not valid UTF-8 as \xHH, invisible formatting characters as \u{HHHH}.
 */
#ifndef WIRE_SHOW_TEXT_H
#define WIRE_SHOW_TEXT_H

#include "buf.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * Adds to `out` what fits into `width` columns of bytes[*position] … bytes[length - 1], and moves
 * *position behind it: at a blank where possible, so that words stay whole. At least one character
 * is taken. Without `unicode` only ASCII comes out. Returns the columns that it takes.
 *
 * Needs a UTF-8 locale (LC_CTYPE) with `unicode`: see show_style_for.
 */
int show_text_row(const char *bytes, size_t length, size_t *position, int width, bool unicode,
                  struct buf *out);

/* 1234567 as "1,234,567". */
const char *show_number(unsigned long long number, char text[32]);

#endif
