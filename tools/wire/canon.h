/*
 * canon: a dialogue as a text that two honest recordings of the same thing have in common.
 *
 * Ports, times, queue ids, dates and Message-IDs differ each time; they are replaced by names in
 * angle quotes. How bytes fell into segments, and which of two pipelined sides was a moment faster,
 * makes no difference: in SMTP a reply stands behind its command.
 *
 *     conversation 1: client to 127.0.0.2 port 25
 *     -> connects
 *     <- 220 mail.example.org ESMTP
 *     -> EHLO client.example.org
 *     …
 *     <- 250 2.0.0 accepted as ‹queue-id›
 *     -> closes
 *
 * This is also the form of captures/NN-name.txt. Bytes that are not printable UTF-8 are written as
 * \xHH, a backslash as \\, and a line that did not end in CR LF says so: "\n" for a bare LF,
 * "\" for none, at its end.
 */
#ifndef WIRE_CANON_H
#define WIRE_CANON_H

#include "buf.h"
#include "dialogue.h"

/* Adds the text of all conversations to `out`. 0, or -1: over out's limit, or no memory. */
int canon_dialogues(const struct dialogues *dialogues, struct buf *out);

/* Adds one line of a protocol, without its ending, with names for what varies. 0 or -1. */
int canon_line(const char *bytes, size_t length, struct buf *out);

#endif
