/*
 * canon_match: what varies in a line, and is looked for at its every place. Part of canon.
 *
 * Each function looks at the front of the rest of a line. It returns how many bytes are taken, 0
 * when this is none of it; *before says how many of them stand before what is given a name.
 */
#ifndef WIRE_CANON_MATCH_H
#define WIRE_CANON_MATCH_H

#include "canon.h"

/* What is left of a line. */
struct rest {
    const char *at;
    size_t left;
    bool first;                       /* it is the whole line */
    const struct dialogue_step *step; /* the line's; NULL: not known */
};

/* Whether it begins with these words, in small or capital letters. */
bool canon_starts_with(struct rest rest, const char *words);

/* canon_pop3.c: these need to know whose line it is. */
size_t canon_match_password(struct rest rest, size_t *before);
size_t canon_match_continuation(struct rest rest, size_t *before);
size_t canon_match_timestamp(struct rest rest, size_t *before);
size_t canon_match_digest(struct rest rest, size_t *before);
size_t canon_match_uidl(struct rest rest, size_t *before);
size_t canon_match_implementation(struct rest rest, size_t *before);

#endif
