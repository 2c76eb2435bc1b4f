/*
 * smtp_session: from the command line to an SMTP server that has been greeted: connection, EHLO,
 * and what --tls, --starttls and --auth ask for, in the order in which it must be done.
 */
#ifndef CLIENTS_SMTP_SESSION_H
#define CLIENTS_SMTP_SESSION_H

#include "options.h"
#include "repl.h"
#include "session.h"
#include "smtp.h"
#include "smtp_login.h"

#define SMTP_SESSION_NAME_SIZE 256

struct smtp_session {
    struct session session;
    struct smtp_login login;
    char name[SMTP_SESSION_NAME_SIZE]; /* ours, for EHLO; "" until it is known */
};

extern const struct option_row smtp_session_options[]; /* --name, into a struct smtp_session */

/*
 * Connects, and speaks TLS at once if that is asked for. `smtp` is begun anew. 0 or -1; after a 0
 * the caller closes smtp->stream.
 */
int smtp_session_connect(struct smtp_session *session, struct smtp *smtp, struct failure *why);

/*
 * Reads the server's greeting, greets (its answer is smtp->ehlo), with --starttls under TLS, and
 * logs in if that is asked for. `repl`: who can be asked for a password, or NULL.
 * 0; or -1 with `why`: no service, refused, no TLS, or the session broke.
 */
int smtp_session_begin(struct smtp_session *session, struct smtp *smtp, struct repl *repl,
                       struct failure *why);

/* Whether there is something to do in smtp_session_begin that a person at the keyboard has not
   asked for by typing it. */
bool smtp_session_has_orders(const struct smtp_session *session);

/* TLS now, whatever the options say: for a person who has typed STARTTLS himself. 0 or -1; after a
   -1 the connection is over. */
int smtp_session_tls(struct smtp_session *session, struct smtp *smtp, struct failure *why);

#endif
