/*
 * canon: a dialogue as a text that two honest recordings of the same thing have in common.
 *
 * Ports, times, queue ids, dates and Message-IDs differ each time; they are left out, or replaced
 * by names in angle quotes: ‹date›. A table of named canonicalisers says what varies; what else a
 * protocol makes up (tags, boundaries) is another row of it. How bytes fell into segments, and
 * which of two pipelined sides was a moment faster, makes no difference: in SMTP and POP3 a
 * reply stands behind its command.
 *
 *     stream 0: 127.0.0.1 to 127.0.0.2 port 25
 *     -> connects
 *     <- 220 mail.example.org ESMTP Mailwire
 *     -> EHLO client.example.org
 *     …
 *     <- 250 2.0.0 Stored as ‹queue-id›
 *     -> QUIT
 *     <- 221 2.0.0 mail.example.org closing connection
 *     <- closes
 *     -> closes
 *
 * This is also the form of captures/NN-name.txt. Between arrow and text stands ": " for message
 * text and blocks of bytes. What is not printable UTF-8 is written as \xHH, a backslash as \\; a
 * line that did not end in CR LF ends in \n (a bare LF) or in a single \ (nothing).
 */
#ifndef WIRE_CANON_H
#define WIRE_CANON_H

#include "buf.h"
#include "dialogue.h"

/* Adds the text of all conversations to `out`. 0, or -1: over out's limit, or no memory. */
int canon_dialogues(const struct dialogues *dialogues, struct buf *out);

/* Adds one line of a protocol, without its ending, with names for what varies. 0 or -1. */
int canon_line(const char *line, size_t length, struct buf *out);

/* A word that one conversation made up itself, and the name for it: "client-name". */
struct canon_word {
    const char *text;
    size_t length;
    const char *name;
};

/* The same; and where `word` (NULL: none) stands as a word of its own, its name. 0 or -1. */
int canon_line_with(const char *line, size_t length, const struct canon_word *word,
                    struct buf *out);

/* The line of a step that has bytes: here what varies in its protocol has a name, too. 0 or -1. */
int canon_step_line(const struct dialogue_step *step, const struct canon_word *word,
                    struct buf *out);

/* Adds one step, as one line without a line feed: "-> EHLO client.example.org". `word` as above. 0
   or -1. */
int canon_step(const struct dialogue_step *step, const struct canon_word *word, struct buf *out);

/* One row of the table. */
struct canonicaliser {
    const char *name;    /* "date" */
    const char *meaning; /* for help */
};

/* Row `index`, counted from 0; NULL behind the last. */
const struct canonicaliser *canonicaliser_at(size_t index);

#endif
