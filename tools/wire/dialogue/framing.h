/*
 * framing: two streams of bytes cut into lines, message text and blocks. Part of dialogue.
 *
 * A line ends with its LF. In SMTP (RFC 5321) the client's bytes between a 354 and the line that is
 * a single dot are message text, and a BDAT (RFC 3030) announces how many bytes follow. In POP3
 * (RFC 1939 §3) it is the server's that are, behind the +OK that RETR or TOP gets, and the answers
 * to LIST, UIDL, CAPA and some more have lines up to a single dot. Which reply belongs to which
 * command is found by counting, so it does not matter whether a client waits for each reply or
 * sends several commands at once; unasked replies (421, -ERR) are passed over. Where the count may
 * be wrong, because bytes are missing, it begins anew with the next status line.
 */
#ifndef WIRE_FRAMING_H
#define WIRE_FRAMING_H

#include "assembly.h"
#include "dialogue.h"
#include "protocol.h"

/* One side's stream. */
struct framing_side {
    const char *bytes;
    size_t length;
    size_t clear; /* from here on it was encrypted on the wire */
    const struct dialogue_span *spans;
    size_t span_count;
    const struct gap *gaps; /* a line does not go on over a gap, nor over the start of TLS */
    size_t gap_count;
};

/* Called for each step, in the order in which the sides could have read them. 0, or -1 to stop. */
typedef int framing_take(void *context, const struct dialogue_step *step);

struct framing {
    struct framing_side side[2]; /* by enum dialogue_side */
    enum protocol_manner manner; /* how the protocol is read */
    bool greeted;   /* the server's first reply answers no command: false until it was seen */
    size_t *budget; /* how many lines may still be told apart; what is behind is given in blocks */
    framing_take *take;
    void *context;
};

/* Fills what a step says about bytes: kind, side, ending, frames, bytes, offset, encrypted,
   goes_on, data. 0, or what `take` answered. */
int framing_run(const struct framing *framing);

#endif
