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
#include <stdatomic.h>
#include <stdint.h>

/* Who has spoken first: for late-banner, whose two stages must agree on it. */
enum {
    NOBODY_SPOKE,
    SERVER_SPOKE,
    CLIENT_SPOKE,
};

/* What the two directions of a connection have in common. */
struct stage_link {
    atomic_int first;
    int client_spoke; /* an eventfd(2): readable once `first` is CLIENT_SPOKE */
    /* peer_tls.c: which replies answer STARTTLS; bit N is that of reply N, of N + 64 … */
    atomic_uint_fast64_t starttls;
};

struct stage {
    const struct peer *peer;
    stage_act *act;
    struct stage *next; /* NULL: the receiver comes next */
    int to;             /* the receiver's connection */
    struct stage_link *link;
    struct buf held;  /* came, and was not passed on yet */
    struct buf out;   /* stage_put's */
    struct buf kept;  /* strip-starttls: a line that may have to become the last of its reply */
    bool silent;      /* nothing more passes */
    bool transparent; /* all that comes passes as it is */

    /* stage_lines counts. */
    unsigned long replies; /* that have begun: so the number of this one, from 1 */
    bool inside;           /* a reply, between two of its lines */
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
    bool first; /* of its reply */
    bool last;
};

/*
 * Calls `act` for each whole line; holds the beginning of one back until the rest has come. A line
 * that never seems to end passes as it is. What `act` puts is flushed at the end. 0, or -1: `act`
 * said so, or the receiver is gone.
 */
typedef int stage_line_act(struct stage *stage, const struct stage_line *line);
int stage_lines(struct stage *stage, const char *bytes, size_t count, stage_line_act *act);

/* How many bytes of the line are its CR LF, or LF. */
size_t stage_line_end(const struct stage_line *line);

#endif
