/*
 * transport: the bytes of one connection as TCP or TLS gives and takes them now, without waiting.
 * stream puts waiting, buffers and lines on top; nobody else uses it.
 */
#ifndef SHARED_TRANSPORT_H
#define SHARED_TRANSPORT_H

#include "failure.h"
#include "tls.h"
#include <stdbool.h>
#include <stddef.h>

enum transport_result {
    TRANSPORT_DONE,        /* at least one byte went through; the handshake is complete */
    TRANSPORT_WANTS_READ,  /* nothing now: call again when the socket can be read */
    TRANSPORT_WANTS_WRITE, /* … when it can be written (TLS may want the other one of the two) */
    TRANSPORT_CLOSED,      /* the peer has closed in order: FIN, or close_notify under TLS */
    TRANSPORT_FAILED,      /* `why` says how; reading and writing are over */
};

struct transport {
    int socket;         /* non-blocking */
    struct ssl_st *tls; /* NULL: in clear */
    int error;          /* errno of the last call on the socket under TLS */
    bool ended;         /* FIN came, under TLS */
};

enum transport_result transport_read(struct transport *transport, void *bytes, size_t size,
                                     size_t *count, struct failure *why);
enum transport_result transport_write(struct transport *transport, const void *bytes, size_t size,
                                      size_t *count, struct failure *why);

/* How many decrypted bytes wait inside the TLS layer, where poll(2) does not see them. */
size_t transport_pending(const struct transport *transport);

/* Makes a TLS session on the socket. `name` as in stream_start_tls. 0 or -1. */
int transport_start_tls(struct transport *transport, struct tls_context *context, const char *name,
                        struct failure *why);

/* Goes on with the handshake. */
enum transport_result transport_handshake(struct transport *transport, const char *name,
                                          struct failure *why);

/* Sends close_notify, if encrypted. Not after a failure: the session is then gone. */
enum transport_result transport_notify_close(struct transport *transport, struct failure *why);

void transport_free_tls(struct transport *transport);

#endif
