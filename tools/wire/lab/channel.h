/*
 * channel: what the bytes of an endpoint (endpoint.h) go through: a TCP connection, in clear at
 * first, under TLS from channel_start_tls on.
 */
#ifndef WIRE_CHANNEL_H
#define WIRE_CHANNEL_H

#include "buf.h"
#include "deadline.h"
#include "failure.h"
#include "session.h"
#include <stdbool.h>
#include <stddef.h>

struct channel {
    int socket;            /* connected, non-blocking; -1: closed, or not there yet */
    struct stream *stream; /* NULL: in clear; else it has taken over the socket */
    struct tls_context *context;
};

enum channel_result {
    CHANNEL_FINE,
    CHANNEL_LATE,  /* nothing moved in time */
    CHANNEL_ENDED, /* the other end has closed, or broken off */
    CHANNEL_FULL,  /* more than the buffer takes */
};

/* Adds what has come to `received`, as soon as there is something. */
enum channel_result channel_receive(struct channel *channel, struct buf *received, deadline until);

/* Sends all of it, and waits a while until the other end has read it. */
enum channel_result channel_send(struct channel *channel, const char *bytes, size_t count,
                                 deadline until);

/*
 * TLS from here on, as `terms` say: as the server with one of the lab's certificates
 * (build/lab/tls) and perhaps one version alone, or as a client who trusts the lab's authority.
 * SSLKEYLOGFILE is honoured (tls.h). FINE; ENDED: the other end closed, or refused; LATE; FULL:
 * what came is no handshake, and can still be received. The words are in `why`.
 */
enum channel_result channel_start_tls(struct channel *channel, bool server,
                                      const struct session_tls *terms, deadline until,
                                      struct failure *why);

/* Ends its own direction with FIN; `orderly`: under TLS with a close_notify before it. */
void channel_end(struct channel *channel, bool orderly);

/* Breaks the connection (RST). */
void channel_reset(struct channel *channel);

/* Closes. Both directions should have ended. */
void channel_close(struct channel *channel);

#endif
