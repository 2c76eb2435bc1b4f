/*
 * session: from the command line's HOST and PORT to a server that has been greeted: connection,
 * EHLO, and what --tls, --starttls and --auth ask for, in the order in which it must be done.
 */
#ifndef CLIENTS_SESSION_H
#define CLIENTS_SESSION_H

#include "encrypt.h"
#include "login.h"
#include "options.h"
#include "repl.h"
#include "smtp.h"

#define SESSION_NAME_SIZE 256

struct session {
    const char *host;
    const char *port;
    int timeout_ms;
    char name[SESSION_NAME_SIZE]; /* ours, for EHLO; "" until it is known */
    struct encrypt encrypt;
    struct login login;
};

extern const struct option_row session_options[]; /* --name, --timeout, into a struct session */

/*
 * Connects, and speaks TLS at once if that is asked for. `smtp` is begun anew. 0 or -1; after a 0
 * the caller closes smtp->stream.
 */
int session_connect(struct session *session, struct smtp *smtp, struct failure *why);

/*
 * Reads the server's greeting, greets (smtp_greet; its answer is smtp->ehlo), and does STARTTLS and
 * the login if they are asked for. `repl`: who can be asked for a password, or NULL.
 * 0; or -1 with `why`: no service, refused, or the session broke.
 */
int session_begin(struct session *session, struct smtp *smtp, struct repl *repl,
                  struct failure *why);

/* Whether there is something to do in session_begin that a person at the keyboard has not asked for
   by typing it. */
bool session_has_orders(const struct session *session);

#endif
