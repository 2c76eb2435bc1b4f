/*
 * lab_ini: an ini file as a list of what it says, in order, with line numbers.
 *
 * A value may go on in the next line if that is indented; both are joined by a blank. A line has at
 * most 198 bytes (libinih's limit). A ; behind a blank begins a comment, even in quotes.
 */
#ifndef WIRE_LAB_INI_H
#define WIRE_LAB_INI_H

#include "failure.h"
#include <stddef.h>

struct ini_entry {
    char *section; /* "check ehlo"; "" before the first one */
    char *key;     /* "" for the section's own line: each section begins with such an entry */
    char *value;
    unsigned line;
};

struct ini_file {
    struct ini_entry *entries;
    size_t count;
};

/* Reads it. 0, or -1: `why` begins with FILE or FILE:LINE. */
int ini_file_read(const char *path, struct ini_file *file, struct failure *why);

void ini_file_free(struct ini_file *file);

#endif
