/*
 * servers: the kit's own servers, as a run of a lab needs them.
 */
#ifndef WIRE_SERVERS_H
#define WIRE_SERVERS_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether lab.ini can name it. */
bool servers_known(const char *name);

/* All names, for a message. */
const char *servers_names(void);

/*
 * Whether each of `addresses` is at a port of one of these servers; both up to NULL. Without
 * servers every address is right. 0, or -1: `why` says which is not, and whose it would be.
 */
int servers_check(char *const *servers, char *const *addresses, struct failure *why);

struct servers_setup {
    char *const *names;   /* which, up to NULL; may be NULL */
    char *const *options; /* each goes behind a -o; up to NULL; may be NULL */
    /* "127.0.0.2:25" …, up to NULL; servers_check has nothing against them. The port says whose it
       is, and which service (RFC 8314 §7.3): of smtpd, 587 is submission with STARTTLS, 465
       submission under TLS, and 25 and every port that is nobody's receive mail; of pop3d, 110 is
       POP3 with STLS, 995 POP3 under TLS. */
    char *const *listen;
    const char *directory; /* the store goes into DIRECTORY/store, logs into DIRECTORY/NAME.log */
    const char *keys;      /* where they add the keys of their TLS sessions: SSLKEYLOGFILE */
};

#define SERVERS_LIMIT 4

struct servers {
    pid_t pids[SERVERS_LIMIT];
    size_t count;
};

/*
 * Starts them, one after the other, and waits until each accepts connections. 0, or -1: a server is
 * not built, or did not start (`why` quotes the end of its log); then none is left running.
 */
int servers_start(const struct servers_setup *setup, struct servers *servers, struct failure *why);

/* Stops them in order, waits. 0, or -1 when one did not end well by itself: crashed, or had to be
   killed. */
int servers_stop(struct servers *servers, struct failure *why);

#endif
