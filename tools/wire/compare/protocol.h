/*
 * protocol: which protocol a conversation speaks, and what that means for comparing. Part of
 * compare. A protocol is a row of the table in protocol.c.
 */
#ifndef WIRE_PROTOCOL_H
#define WIRE_PROTOCOL_H

#include "dialogue.h"

struct protocol {
    const char *name;      /* "SMTP" */
    const char *greetings; /* what the server's first line begins with; words between blanks */
    const char
        *commands;     /* what a client's first line begins with, likewise; "": none is typical */
    unsigned ports[8]; /* its ports; where `./kit up` puts it too. 0 behind the last */
    const char *line_end; /* the clause that says how a line ends */
};

/* By what was said; where nothing could be read, by the server's port. NULL: not known. */
const struct protocol *protocol_of(const struct dialogue *dialogue);

/* Whether both ports are of this protocol and mean the same service: 25 and 2025. */
bool protocol_same_service(unsigned one, unsigned other);

/* The first LINE of a side, NULL when there is none. */
const struct dialogue_step *protocol_first_line(const struct dialogue *dialogue,
                                                enum dialogue_side side);

#endif
