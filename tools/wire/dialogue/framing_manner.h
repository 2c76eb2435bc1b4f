/*
 * framing_manner: what framing and the protocols that it reads have in common. Part of framing.
 *
 * A protocol is a function that hears each piece of both sides, in the order in which the sides
 * could have read them, remembers of it what tells the next ones, and says what step it is.
 */
#ifndef WIRE_FRAMING_MANNER_H
#define WIRE_FRAMING_MANNER_H

#include "framing.h"
#include "pop3_command.h"

/* Where the reading of one side is. */
struct reader {
    const struct framing_side *side;
    enum dialogue_side who;
    size_t position;
    size_t next_gap;   /* of side->gaps */
    bool in_line;      /* a block of this line was given already: its rest is no line of its own */
    size_t block_left; /* bytes of a BDAT's block still to come */
};

/* What a protocol remembers. */
struct state_smtp {
    size_t unanswered; /* commands whose reply has not come */
    bool message;      /* the client's next bytes are message text */
    bool line_start;   /* and the text before them ended in CR LF, as the final dot demands */
};
struct state_pop3 {
    size_t asked;            /* so much of the client's bytes was answered */
    enum pop3_answer inside; /* the answer whose lines come: POP3_LINES, POP3_MESSAGE */
    bool bare;               /* its status line ended in LF alone: so may its dot */
    bool credentials;        /* the client's next line is no command: it goes on with AUTH */
};

/* The conversation of both. */
struct state {
    const struct framing *framing;
    struct reader reader[2];
    bool greeted;
    bool waiting; /* what the client's next bytes are, the reply to its last command tells */
    bool unsure;  /* bytes are missing: the count may be wrong */
    struct state_smtp smtp;
    struct state_pop3 pop3;
};

/* What comes next on one side: bytes position … position + length. */
struct piece {
    size_t length;
    size_t text; /* without the ending */
    enum dialogue_ending ending;
    bool block;         /* not a line: cut off, or a BDAT's */
    unsigned delivered; /* the frame with which it was complete; 0: there is nothing more */
    bool gap;           /* not bytes: the gap before them */
};

/* A piece as a protocol hears it. */
struct heard {
    const struct piece *piece;
    const char *line; /* its text; "" for the rest of a line too long for one step */
    size_t length;
};

struct framing_manner {
    /* `step` is a LINE, or BYTES where the piece is a block; it may become another. The reader is
       still before the piece. */
    void (*hear)(struct state *state, struct reader *reader, const struct heard *heard,
                 struct dialogue_step *step);
};

extern const struct framing_manner framing_smtp;
extern const struct framing_manner framing_pop3;

#endif
