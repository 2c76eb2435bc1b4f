/*
 * protocol: which protocol a conversation speaks. A protocol is a row of the table in protocol.c.
 */
#ifndef WIRE_PROTOCOL_H
#define WIRE_PROTOCOL_H

#include "dialogue.h"

/* How its bytes are read: framing.h. */
enum protocol_manner {
    PROTOCOL_LINES, /* as lines, and nothing is known about them */
    PROTOCOL_SMTP,
    PROTOCOL_POP3,
};

struct protocol {
    const char *name;      /* "SMTP" */
    const char *greetings; /* what the server's first line begins with; words between blanks */
    const char
        *commands;     /* what a client's first line begins with, likewise; "": none is typical */
    unsigned ports[8]; /* its ports; where `./kit up` puts it too. 0 behind the last */
    const char *line_end; /* the clause that says how a line ends */
    enum protocol_manner manner;
};

/*
 * By what was said first, which `side` and its bytes hold; where nothing could be read, by the
 * server's port. Of a capture that began late it is the port that tells, if it can: what was
 * recorded first may be anything. NULL: not known.
 */
const struct protocol *protocol_find(const struct dialogue *dialogue);

/* How the conversation was read; PROTOCOL_LINES where its protocol is not known. */
enum protocol_manner protocol_manner_of(const struct dialogue *dialogue);

/* What a line says of how a command fared. */
enum protocol_verdict {
    PROTOCOL_FINE,    /* or nothing */
    PROTOCOL_NOT_NOW, /* SMTP's 4xx */
    PROTOCOL_REFUSED, /* SMTP's 5xx, POP3's -ERR */
};
enum protocol_verdict protocol_verdict_of(const struct dialogue *dialogue,
                                          const struct dialogue_step *step);

/* Whether both ports are of this protocol and mean the same service: 25 and 2025. */
bool protocol_same_service(unsigned one, unsigned other);

/* The first LINE of a side, NULL when there is none. */
const struct dialogue_step *protocol_first_line(const struct dialogue *dialogue,
                                                enum dialogue_side side);

#endif
