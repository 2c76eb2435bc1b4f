/*
 * record_file: the file of a recording. Part of record.
 */
#ifndef WIRE_RECORD_FILE_H
#define WIRE_RECORD_FILE_H

#include "failure.h"
#include "record.h"
#include <stddef.h>
#include <sys/types.h>

/* Writes all of it. 0, or -1 with errno. */
int record_file_write(int file, const char *bytes, size_t count);

/*
 * Makes `path` anew with the comment and the keys that `end` names: these belong in front of the
 * packets, and are only known when all packets are there. What stands in `file` behind its first
 * `skip` bytes follows. The old file stays until the new one is whole. 0 or -1.
 */
int record_file_new_front(const char *path, int file, off_t skip, const struct record_end *end,
                          struct failure *why);

#endif
