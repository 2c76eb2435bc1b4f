/*
 * pattern: some steps of a dialogue, in the notation of session files (session.h), and whether a
 * conversation holds them.
 *
 *     C: MAIL FROM:* S: 250* C: RCPT TO:*      these, directly one behind the other
 *     C: EHLO * ... C: QUIT ... S close        others may stand where there is ...
 *
 * A * at the end of a line is any rest. "Directly" counts each side by itself: the next line of the
 * client is RCPT, the next of the server is 250, and all are in this order. The client's lines end
 * in CR LF, or they do not match; the server's end as they like. C2: and S2: are in the capture's
 * second conversation; without a number it may be any.
 *
 * Since several steps stand in one line of text, none can hold what looks like the next step.
 */
#ifndef WIRE_PATTERN_H
#define WIRE_PATTERN_H

#include "buf.h"
#include "dialogue.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

struct pattern_step {
    enum dialogue_kind kind; /* LINE (a line of message text will do, too), CLOSE or RESET */
    enum dialogue_side side;
    bool skip;        /* ... before it */
    bool any_rest;    /* the line was written with * at its end */
    const char *text; /* without that *; not terminated */
    size_t length;
};

struct pattern {
    char *text; /* as written */
    struct pattern_step *steps;
    size_t count;
    size_t conversation; /* 0: any; else counted from 1 */
};

/* Reads it. 0 or -1; to be freed with pattern_free in both cases. */
int pattern_parse(const char *text, struct pattern *pattern, struct failure *why);

void pattern_free(struct pattern *pattern);

/* How far the best try came. All zero before the first. */
struct pattern_attempt {
    const struct dialogue *dialogue; /* NULL: not even the first step was found */
    size_t matched;                  /* so many steps */
    size_t next; /* the step that stands where pattern step `matched` should; step_count: none */
};

/* Whether the conversation holds all steps; if not, `best` becomes the better one of what it was
   and what was tried here. */
bool pattern_find(const struct pattern *pattern, const struct dialogue *dialogue,
                  struct pattern_attempt *best);

/* Whether a step is the wanted one. */
bool pattern_matches(const struct pattern_step *wanted, const struct dialogue_step *step);

/* How many bytes from its beginning on a line has in common with the wanted one. */
size_t pattern_common(const struct pattern_step *wanted, const struct dialogue_step *step);

/* Adds the steps as they are written, one a line, the last without newline. */
void pattern_write(const struct pattern *pattern, struct buf *out);

/* Whether a step is a line: of the protocol, or of message text. */
bool pattern_is_line(const struct dialogue_step *step);

#endif
