/*
 * endpoint: one end of one connection, in a dialogue that is written down (session.h).
 *
 * Each step is somebody's: his own he sends, those of the other end he waits for. A script
 * (script.h) is a server's end for each connection that it accepts; a visitor (visitor.h) a
 * client's end for each that he makes.
 */
#ifndef WIRE_ENDPOINT_H
#define WIRE_ENDPOINT_H

#include "buf.h"
#include "channel.h"
#include "deadline.h"
#include "session.h"
#include <stdbool.h>
#include <stddef.h>

struct endpoint {
    struct channel channel;
    bool server;         /* which steps are its own: S, or C */
    bool ended;          /* the other end has closed, or broken off */
    deadline until;      /* the end of all waiting */
    struct buf received; /* what came and no step has taken yet */
};

/* The endpoint of a connected socket, which belongs to it from now on. */
void endpoint_init(struct endpoint *endpoint, int socket, bool server, deadline until);

/*
 * Plays a step of its connection. 0. ENDPOINT_GONE: the other end is not there any more, so a step
 * could not be sent; often that is what a script is about. ENDPOINT_FAILED, with one line in
 * `report`:
 *
 *     line 7: waited for "C: QUIT", the client sent "RSET"
 */
enum endpoint_outcome {
    ENDPOINT_FINE = 0,
    ENDPOINT_FAILED = -1,
    ENDPOINT_GONE = -2,
};
enum endpoint_outcome endpoint_play(struct endpoint *endpoint, const struct session_step *step,
                                    char *report, size_t size);

/* Closes its own direction (FIN). */
void endpoint_close(struct endpoint *endpoint);

/* Closes it, waits until the other end has closed too, and frees it. With several of them close all
   first: the other side may close none before it has seen the end of each. */
void endpoint_finish(struct endpoint *endpoint);

/* For who cannot do without the other end: writes into `report` that a step could not be sent.
   Returns ENDPOINT_FAILED. */
enum endpoint_outcome endpoint_lost(const struct session_step *step, char *report, size_t size);

/* Writes into `report` that a step was not played: `line 7: waited for "C: QUIT", WORDS`. Returns
   ENDPOINT_FAILED. */
enum endpoint_outcome endpoint_missed(const struct session_step *step, const char *words,
                                      char *report, size_t size);

#endif
