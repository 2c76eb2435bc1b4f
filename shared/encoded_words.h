/*
 * encoded_words: header text with encoded words in it (RFC 2047), as UTF-8.
 *
 *     =?ISO-8859-9?Q?G=F6r=FC=FEme?= notes   is   Görüşme notes
 */
#ifndef SHARED_ENCODED_WORDS_H
#define SHARED_ENCODED_WORDS_H

#include "buf.h"
#include <stddef.h>

/*
 * Adds the body of a field, unfolded, its encoded words decoded. Blanks between two encoded words
 * do not count (§6.2). Each word is decoded by itself: half a character in it becomes U+FFFD, and
 * so does a control character, for a header is one line. What is no encoded word stays as it is;
 * bytes that are no UTF-8 become U+FFFD. 0 or -1 (buf_append).
 */
int encoded_words_append(struct buf *out, const char *text, size_t length);

/*
 * The next encoded word from text[*at] on: sets *at to where it begins and returns how long it is;
 * 0: there is none.
 */
size_t encoded_words_next(const char *text, size_t length, size_t *at);

#endif
