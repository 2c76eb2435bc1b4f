/*
 * parameter: what stands in a field such as Content-Type behind its first word, read back
 * (RFC 2045 §5.1, RFC 2231).
 *
 *     text/plain; charset=utf-8; name="a b.txt" (a comment); filename*=UTF-8''%C5%9Eubat.txt
 */
#ifndef SHARED_PARAMETER_H
#define SHARED_PARAMETER_H

#include "buf.h"
#include <stddef.h>

/* At most so many pieces of one value (filename*0, filename*1 …) count. */
#define PARAMETER_PIECES 100

/* Adds what stands in front of the first ";", in lower case, without blanks and comments. 0 or -1
   (buf_append). */
int parameter_first(const char *field, size_t length, struct buf *out);

/*
 * Adds the value of parameter `name` (in any case) as UTF-8: without its quotes; decoded, and put
 * together from its pieces, where it is written as RFC 2231 has it; with encoded words decoded,
 * though they do not belong there, for many programs write them. Of several the first counts, but
 * one of RFC 2231 before a plain one. 1; 0: there is none; -1 (buf_append).
 */
int parameter_find(const char *field, size_t length, const char *name, struct buf *out);

#endif
