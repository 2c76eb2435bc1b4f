/*
 * exchange: the steps of a dialogue, each reply behind the command that it answers.
 *
 * Pipelined, a client's commands and the server's replies overlap as chance will have it. Here they
 * are put into the order in which a client that waits for each reply would have had them, so that
 * two recordings of the same dialogue have the same steps in the same order. In SMTP and
 * POP3 the replies are counted; what other protocols say stands as it came.
 *
 * An exchange is what belongs together: connecting; the greeting; a command and its reply; the
 * message and its reply; a TLS handshake; how the connection ends, with TLS's alerts. A server
 * sends TLS session tickets as many as it likes and when it likes (RFC 8446 §4.6.1): they are no
 * part of it.
 */
#ifndef WIRE_EXCHANGE_H
#define WIRE_EXCHANGE_H

#include "dialogue.h"

struct exchange_step {
    const struct dialogue_step *step; /* belongs to the dialogue */
    size_t exchange;                  /* counted from 0 */
};

struct exchanges {
    struct exchange_step *steps;
    size_t count;
};

/* 0, or -1 without memory. */
int exchanges_make(const struct dialogue *dialogue, struct exchanges *exchanges);

void exchanges_free(struct exchanges *exchanges);

#endif
