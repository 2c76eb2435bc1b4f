/*
 * serve: listeners, one thread for each connection, and an orderly end.
 *
 * A server is a session function and a few listeners:
 *
 *     struct serve *serve = serve_new(&limits, &why);
 *     serve_listen(serve, &listener, &why);           for each address
 *     serve_run(serve, ready_fd, &why);               returns after SIGTERM or SIGINT
 *     serve_free(serve);
 *
 * The session function gets an open stream and talks until it is done; serve closes the stream.
 * One session never waits for another. A stop is graceful: listeners close at once, sessions finish
 * the command in hand (their stream_read_line then answers STREAM_INTERRUPTED, so they can say 421,
 * BYE or -ERR), and what still runs after `stop_seconds` is cut.
 */
#ifndef SHARED_SERVE_H
#define SHARED_SERVE_H

#include "failure.h"
#include "stream.h"
#include "tls.h"

struct serve; /* opaque */

struct serve_limits {
    int connections;  /* at once, over all listeners; a further one hears `busy` and is closed */
    int per_address;  /* at once from one address */
    int stop_seconds; /* how long a stop waits for sessions */
};

/* Talks with one peer. Must not close `stream`. `number` counts sessions from 1, for the log. */
typedef void serve_session(struct stream *stream, unsigned long number, void *context);

struct serve_listener {
    const char *address;     /* as for net_listen: "127.0.0.2:25" */
    struct tls_context *tls; /* NULL: starts in clear; else TLS from the first byte */
    serve_session *session;
    void *context;    /* handed to every session; must be safe to share between threads */
    const char *busy; /* said to a connection over the limit: "421 4.3.2 …\r\n"; with `tls` such a
                         connection is just closed, since words in clear would mean nothing to it */
    int handshake_seconds; /* with `tls`: so long a handshake may take; 0: 30 */
};

struct serve *serve_new(const struct serve_limits *limits, struct failure *why);

/*
 * Binds at once, so that a port in use is known before anything runs. Copies `listener` and its
 * strings. Logs "listening on 127.0.0.1:2525" (LOG_INFO): for port 0 with the port that the kernel
 * chose. 0 or -1.
 */
int serve_listen(struct serve *serve, const struct serve_listener *listener, struct failure *why);

/*
 * Takes SIGTERM and SIGINT for itself, ignores SIGPIPE, accepts connections until one of those two
 * arrives (or serve_stop is called), then stops as above; a second signal cuts the sessions at
 * once. To be called once, by a program's only thread: threads that it started before would still
 * die of those signals. When every listener accepts, writes one newline to `ready_fd` and closes it
 * (-1: nobody waits).
 *
 * Raises the limit of open files as far as it goes. Running out of file descriptors, threads or
 * memory pauses accepting, until a session ends or for a second, and is logged; it never ends the
 * server.
 *
 * 0 after an orderly stop. -1 when sessions had to be cut; `why` says how many, and whether some
 * run on even so: these still use `context`, so the program should do nothing more but end.
 */
int serve_run(struct serve *serve, int ready_fd, struct failure *why);

/* Starts the stop from any thread or signal handler. */
void serve_stop(struct serve *serve);

/* Closes the listeners that serve_run did not. NULL is fine. */
void serve_free(struct serve *serve);

#endif
