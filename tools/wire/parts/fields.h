/*
 * fields: a record in a file, one line a field: its key, a tab, its value. A key may come several
 * times. Line ends, tabs and backslashes in a value are written \n, \t, \\.
 */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include "failure.h"
#include <stddef.h>

struct field {
    char *key;
    char *value;
};

struct fields {
    struct field *list;
    size_t count;
};

/* Adds one; the value by printf's rules. 0, or -1 without memory. */
int fields_add(struct fields *fields, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first value of a key, or NULL. */
const char *fields_get(const struct fields *fields, const char *key);

/* The first value as a number; 0 when there is none. */
long fields_number(const struct fields *fields, const char *key);

/* Writes the file, all or nothing: a reader finds the old one or the new one. 0 or -1. */
int fields_write(const struct fields *fields, const char *path, struct failure *why);

/* Reads one. 0, or -1: it cannot be read, or was not written by fields_write. */
int fields_read(struct fields *fields, const char *path, struct failure *why);

void fields_free(struct fields *fields);

#endif
