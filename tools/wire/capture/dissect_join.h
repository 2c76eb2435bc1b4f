/*
 * dissect_join: opens captures, and joins several into one. Part of dissect.
 *
 * A pcapng file is a row of sections, each complete in itself, so pcapng files are joined by
 * putting one behind the other.
 */
#ifndef WIRE_DISSECT_JOIN_H
#define WIRE_DISSECT_JOIN_H

#include "failure.h"
#include "pcapng.h"
#include <stdbool.h>
#include <stddef.h>

struct capture_file {
    const char *path;
    int file;                        /* open, or -1 */
    bool whole;                      /* a pcapng file without damage: it can be joined to others */
    struct pcapng_contents contents; /* if whole */
};

/* Opens a capture and looks at it. 0, or -1: it cannot be read, is empty, or over the limits. */
int capture_open(struct capture_file *capture, const char *path, struct failure *why);

/* A file in memory with all of them in a row; whole ones only. Its descriptor, or -1. */
int captures_join(const struct capture_file *captures, size_t count, struct failure *why);

/* A file in memory with a capture that holds nothing. Its descriptor, or -1. */
int capture_of_nothing(struct failure *why);

#endif
