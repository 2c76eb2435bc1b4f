/*
 * peer_stage: what a peer's functions are made of. Part of peer.
 *
 * The bytes of one direction go through a row of stages to their receiver. A stage gets them
 * (stage_act), and passes on what it likes, in the pieces it likes; it can hold bytes back until
 * more have come, fall silent, or close. Each direction of a connection has a thread of its own, so
 * a stage may take its time.
 */
#ifndef WIRE_PEER_STAGE_H
#define WIRE_PEER_STAGE_H

#include "buf.h"
#include "peer_table.h"
#include "pop3_command.h"
#include <stdatomic.h>
#include <stdint.h>

/* Who has spoken first: for late-banner, whose two stages must agree on it. */
enum {
    NOBODY_SPOKE,
    SERVER_SPOKE,
    CLIENT_SPOKE,
};

enum {
    STAGE_REPLIES = 1024
};

enum stage_asked {
    STAGE_ASKED_LINE,  /* one reply; in POP3 of one line */
    STAGE_ASKED_LINES, /* POP3: an answer of several lines */
    STAGE_ASKED_TLS,   /* STARTTLS, STLS */
};

/* What the two directions of a connection have in common. */
struct stage_link {
    atomic_int first;
    int client_spoke; /* an eventfd(2): readable once `first` is CLIENT_SPOKE */
    atomic_bool pop3; /* the server has greeted as POP3 does */
    /* What the client's commands ask for, as those who listen to him have written it down: of reply
       N, of N + STAGE_REPLIES … That is exact as long as no client sends more commands at once. */
    atomic_uchar asked[STAGE_REPLIES]; /* enum stage_asked */
};

struct stage {
    const struct peer *peer;
    stage_act *act;
    struct stage *next; /* NULL: the receiver comes next */
    int to;             /* the receiver's connection */
    struct stage_link *link;
    struct buf held;  /* came, and was not passed on yet */
    struct buf out;   /* stage_put's */
    struct buf kept;  /* strip-starttls: a line that may have to become the last of its reply;
                         peer_listens: the client's line so far */
    bool from_server; /* whose bytes come */
    bool silent;      /* nothing more passes */
    bool transparent; /* all that comes passes as it is */

    /* stage_lines counts. */
    unsigned long replies; /* that have begun: so the number of this one, from 1 */
    unsigned long inside;  /* a reply: so many of its lines have come, and more will; 0: none */
};

/* Gives bytes to a stage, or, when it is NULL, to the receiver `to`. 0 or -1: he is gone. */
int stage_take(struct stage *stage, int to, const char *bytes, size_t count);

/* What a stage passes on: at once … */
int stage_pass(struct stage *stage, const char *bytes, size_t count);

/* … or together with what it puts here before and after, when stage_flush is called. */
int stage_put(struct stage *stage, const char *bytes, size_t count);
int stage_flush(struct stage *stage);

/* Passes on what the stage holds back. */
int stage_let_go(struct stage *stage);

/* Waits until the receiver has read all that was sent to him; half a second at most. */
void stage_drain(const struct stage *stage);

void stage_pause(unsigned long milliseconds);

/* Flushes, closes the direction to the receiver (FIN), and is silent from then on. */
int stage_close(struct stage *stage);

/* One line with its line end. */
struct stage_line {
    const char *bytes;
    size_t length;
    unsigned long number; /* in its reply, from 1 */
    bool first;           /* of its reply */
    bool last;
};

/*
 * Calls `act` for each whole line; holds the beginning of one back until the rest has come. A line
 * that never seems to end passes as it is. What `act` puts is flushed at the end. 0, or -1: `act`
 * said so, or the receiver is gone.
 */
typedef int stage_line_act(struct stage *stage, const struct stage_line *line);
int stage_lines(struct stage *stage, const char *bytes, size_t count, stage_line_act *act);

/*
 * The line of the client that the stage has just counted, without its ending: what does it ask for?
 * Reply 1 is the greeting, so it is the reply of the next number. In POP3 each of his lines gets
 * one answer; in SMTP that is so until a message is on its way.
 */
void stage_note(struct stage *stage, const char *line, size_t length);

/* What was asked for by the command to which the reply that comes now is due. */
enum stage_asked stage_asked(const struct stage *stage);

bool stage_is_pop3(const struct stage *stage);

/* How many bytes of the line are its CR LF, or LF. */
size_t stage_line_end(const struct stage_line *line);

#endif
