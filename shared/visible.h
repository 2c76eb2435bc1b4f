/*
 * visible: bytes from a peer, made fit for a person's terminal.
 *
 * A terminal obeys control characters: bytes from the network could move its cursor, clear it, or
 * make it answer. So printable UTF-8, newlines and tabs stay as they are, CR LF becomes a newline,
 * and every other byte is shown by its value: \x1B, \x00, \r for a CR alone.
 */
#ifndef SHARED_VISIBLE_H
#define SHARED_VISIBLE_H

#include "buf.h"
#include <stddef.h>

/* Adds `count` bytes in visible form: at most four for each. 0, or -1 (buf_append). */
int visible_append(struct buf *out, const char *bytes, size_t count);

#endif
