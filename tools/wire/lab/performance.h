/*
 * performance: a session file (session.h) played over TCP, from either end: by a script, who waits
 * for clients, or by a visitor, who connects to a server.
 *
 * The steps are played in the order of the file, whichever connection they are of. A connection is
 * made when the first step of its own is due, and it is number N because N - 1 were made before.
 */
#ifndef WIRE_PERFORMANCE_H
#define WIRE_PERFORMANCE_H

#include "deadline.h"
#include "session.h"
#include <stdbool.h>
#include <stddef.h>

struct performance {
    const struct session *session;
    bool server;     /* whose steps are its own: S, or C */
    deadline until;  /* the end of all waiting */
    int patience_ms; /* so long it waits for one step at most; 0: until the end */

    /* Makes the next connection, for this step. The socket, or -1 with one line in `report`. */
    int (*meet)(void *context, const struct session_step *step, char *report, size_t size);
    /* Does a step that is of no connection: kill, restart. 0, or -1 with one line in `report`.
       NULL: there is none. */
    int (*act)(void *context, const struct session_step *step, char *report, size_t size);
    /* All has been said: before the connections are closed. NULL: nothing to do. */
    void (*over)(void *context);
    void *context;
};

/*
 * Plays it. Ends when the last step is done and the other ends have closed, or at the first line
 * that is not the expected one. Writes into `report` what happened: "" when all was played, else
 * one line, for example
 *
 *     line 7: waited for "C: QUIT", the client sent "RSET"
 *
 * A script whose client is gone when it has something to say is over, and played to its end: often
 * that is what it is about. A visitor's server has to be there.
 */
void performance_play(const struct performance *performance, char *report, size_t size);

#endif
