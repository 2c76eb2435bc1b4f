/*
 * line: the contract of lab 02, first half. Lines out of a stream that has none.
 *
 * TCP delivers bytes in order and nothing else. One read may bring half a line, or three lines and
 * the start of a fourth. A line reader keeps what it read too much for the next call.
 *
 * Written in labs/02-line-protocol/line_protocol.c (and, finished, in solutions/).
 */
#ifndef SHARED_LINE_H
#define SHARED_LINE_H

#include "deadline.h"
#include "failure.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>

/* The longest line that is taken, in bytes without CR LF. RFC 5321 §4.5.3.1.5 says 510; real
   servers say more now and then, so a client is generous, but never without a bound. */
#define LINE_LIMIT 4096

/* Bytes read from the stream and not yet given out are bytes[start] … bytes[end - 1]. */
struct line_reader {
    struct stream *stream;
    char bytes[LINE_LIMIT + 2]; /* a whole line with its CR LF fits */
    size_t start;
    size_t end;
};

struct line {
    char text[LINE_LIMIT + 1]; /* ends in NUL; may hold NUL before */
    size_t length;
};

/*
 * TODO 1. Reads one line into `line`, without its CR LF. A lone LF ends a line too (be liberal in
 * what you accept), and a CR that no LF follows is a byte like any other.
 *
 * Takes more bytes with stream_read_some, only when no whole line is in `reader` any more. The
 * caller has set the stream's deadline; it is one for the whole line, however the bytes trickle in.
 *
 * Returns 0, or -1 with `why`:
 *   - "the server closed the connection" when it did so between two lines,
 *     "… in the middle of a line" otherwise;
 *   - "line longer than 4096 bytes" when no line end comes in time: no more is read then;
 *   - stream_failure's words for a deadline that passed or a connection that broke.
 */
int line_read(struct line_reader *reader, struct line *line, struct failure *why);

/* TODO 2. Whether line_read can return a line now without reading from the stream. */
bool line_is_ready(const struct line_reader *reader);

#endif
