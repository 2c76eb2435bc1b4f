/*
 * session: the command line's HOST and PORT, and what of a session does not depend on the protocol.
 */
#ifndef CLIENTS_SESSION_H
#define CLIENTS_SESSION_H

#include "encrypt.h"
#include "options.h"
#include "stream.h"

struct session {
    const char *host;
    const char *port;
    int timeout_ms;
    struct encrypt encrypt;
};

#define SESSION_TIMEOUT_MS (300 * 1000) /* without --timeout */

extern const struct option_row session_options[]; /* --timeout, into a struct session */

/* Connects, once it is known that TLS can be spoken if it will have to be. NULL with `why`. */
struct stream *session_connect(struct session *session, struct failure *why);

#endif
