/*
 * text: what lab.ini and session files are made of. Words, strings in quotes, numbers, and bytes
 * that must be written so that a person can read them.
 */
#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include "arguments.h"
#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * Adds `length` bytes of text to `bytes`, with its escapes resolved:
 *
 *     \r \n \t \0 \\ \"     CR, LF, tab, NUL, backslash, quote
 *     \xHH                  any byte, two hexadecimal digits
 *
 * 0, or -1: another letter behind a backslash, or over the buf's limit.
 */
int text_unescape(const char *text, size_t length, struct buf *bytes, struct failure *why);

/*
 * Reads one string in quotes at *rest, or several in a row, which count as one (as in C), adds
 * their bytes to `bytes`, and sets *rest behind them and the blanks that follow. 0 or -1.
 */
int text_quoted(const char **rest, struct buf *bytes, struct failure *why);

/*
 * Adds the words of `value` to `words`: separated by blanks, "in quotes" (with escapes) when they
 * hold blanks or nothing at all. 0 or -1; a word cannot hold NUL.
 */
int text_words(const char *value, struct arguments *words, struct failure *why);

/* If `text` begins with the word `word` (a blank or the end behind it): what comes after it and the
   blanks; else NULL. */
const char *text_after(const char *text, const char *word);

/* Adds bytes with `with` in place of each `mark` in them. 0, or -1: over the buf's limit. */
int text_fill(const void *bytes, size_t length, const char *mark, const char *with,
              struct buf *out);

/* A whole number, at most `limit`, and nothing behind it. 0 or -1. */
int text_number(const char *text, unsigned long limit, unsigned long *number, struct failure *why);

/* A time, "10s", "500ms" or "2m", in milliseconds; at most an hour. 0 or -1. */
int text_duration(const char *text, int *milliseconds, struct failure *why);

/*
 * Adds bytes so that they can be printed on one line: UTF-8 as it is, other bytes and control
 * characters as the escapes above. 0 or -1 (limit). Returns in *columns (may be NULL) how wide the
 * added text is, counting each character as one column.
 */
int text_printable(const void *bytes, size_t length, struct buf *out, size_t *columns);

#endif
