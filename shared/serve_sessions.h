/*
 * serve_sessions: the threads of a server, for serve.c alone.
 *
 * One thread, the one in serve_run, calls all of this. A session's own thread only says that it has
 * ended: it puts itself on the list of the finished and makes `ended` readable.
 */
#ifndef SHARED_SERVE_SESSIONS_H
#define SHARED_SERVE_SESSIONS_H

#include "serve.h"
#include <pthread.h>

struct serve_one; /* one session; opaque */

struct serve_sessions {
    struct serve_one *running; /* every one that is not joined yet */
    int count;                 /* how many these are */
    unsigned long started;     /* ever; the last one's number */
    int ended;                 /* eventfd: readable once a session has ended */
    pthread_mutex_t mutex;     /* for `finished`, and whether a session's socket is open */
    struct serve_one *finished;
};

int serve_sessions_init(struct serve_sessions *sessions, struct failure *why);

/* How many sessions run with this host. */
int serve_sessions_from(const struct serve_sessions *sessions, const char *host);

/*
 * Starts a thread for a connection just accepted. When `interrupt` becomes readable the session is
 * told to end. 0, or -1: no memory or no thread; the socket is then still the caller's.
 */
int serve_sessions_start(struct serve_sessions *sessions, int socket,
                         const struct net_address *peer, const struct serve_listener *listener,
                         int interrupt, struct failure *why);

/* Joins and forgets the sessions that have ended. */
void serve_sessions_join(struct serve_sessions *sessions);

/* Shuts the connections down under the sessions that still talk. Returns how many those were. */
int serve_sessions_cut(struct serve_sessions *sessions);

/* Gives up what is left. False: sessions still run, so everything they use must stay. */
bool serve_sessions_free(struct serve_sessions *sessions);

#endif
