/*
 * measure_data: the figures of conversations for programs.
 *
 * CSV (RFC 4180, but for line ends, which are LF): a line of names, then one line a conversation.
 * What one side sent has its name in front: client_packets, server_packets. A figure that is not
 * known is empty.
 *
 * JSON: an object with the file's name and an array, "conversations". What one side sent is in the
 * objects "client" and "server". A figure that is not known is null.
 *
 * Names that end in _ms are milliseconds, to the nanosecond; in _bps, bits a second; all others are
 * counts.
 */
#ifndef WIRE_MEASURE_DATA_H
#define WIRE_MEASURE_DATA_H

#include "buf.h"
#include "measure.h"

/* Each adds to `out`. 0, or -1: over its limit, or no memory. */
int measure_csv(const struct measure *list, size_t count, struct buf *out);
int measure_json(const struct measure *list, size_t count, const char *file, struct buf *out);

#endif
