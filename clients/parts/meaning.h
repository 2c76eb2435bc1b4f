/*
 * meaning: what a word of a server means, from a table, and how that is shown:
 *
 *     250 ← requested mail action okay, completed · RFC 5321 §4.2.3
 */
#ifndef CLIENTS_MEANING_H
#define CLIENTS_MEANING_H

#include "buf.h"
#include <stddef.h>

struct meaning {
    const char *name; /* "250", "STLS", "[IN-USE]"; NULL ends the table */
    const char *words;
    const char *source; /* "RFC 1939 §5" */
};

/* The entry whose name is the first `length` bytes of `name`, in any case, or NULL. */
const struct meaning *meaning_find(const struct meaning *table, const char *name, size_t length);

/* Adds a line "name ← words · source", the name in a column so wide, if there is something to say
   (`meaning` is not NULL). */
void meaning_add(struct buf *lines, const char *name, size_t length, size_t column,
                 const struct meaning *meaning);

#endif
