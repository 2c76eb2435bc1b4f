/*
 * finding: what a judge saw instead of what it expected.
 */
#ifndef WIRE_FINDING_H
#define WIRE_FINDING_H

#include "buf.h"
#include <stddef.h>

struct finding {
    struct buf expected; /* may have several lines, the last without newline */
    struct buf got;
    unsigned frame; /* the culprit; 0: none. Then `look` may be a filter worth a look */
    struct buf look;
};

void finding_init(struct finding *finding);
void finding_free(struct finding *finding);

/* Sets both texts; printf's rules. */
void finding_expected(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_got(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Adds to `out` one line with the bytes around bytes[at], and under it a caret at that byte with
 * `words` behind it:
 *
 *     "See you there.\n.\n"
 *                    ^ bare LF
 *
 * `lead` stands before the quote. at == length: the end, behind the last byte.
 */
void finding_show(struct buf *out, const char *lead, const void *bytes, size_t length, size_t at,
                  const char *words);

#endif
