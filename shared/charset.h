/*
 * charset: text in any character set that mail uses, as UTF-8.
 */
#ifndef SHARED_CHARSET_H
#define SHARED_CHARSET_H

#include "buf.h"
#include <stddef.h>

/*
 * Adds `length` bytes of `charset` ("UTF-8", "ISO-8859-9", in any case) as UTF-8. What is no
 * character there becomes U+FFFD. A set that is not known, or "", is read as UTF-8; of those that
 * iconv(3) knows only the ones used in mail are: a sender shall not choose what code runs here.
 * 0 or -1 (buf_append).
 */
int charset_append(struct buf *out, const char *charset, const char *bytes, size_t length);

#endif
