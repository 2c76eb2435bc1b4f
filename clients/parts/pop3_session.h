/*
 * pop3_session: from the command line to a maildrop that is open: connection, greeting, and what
 * --tls, --stls and --user ask for, in the order in which it must be done. The protocol is lab 07's
 * (shared/pop3.h).
 */
#ifndef CLIENTS_POP3_SESSION_H
#define CLIENTS_POP3_SESSION_H

#include "login.h"
#include "pop3.h"
#include "session.h"
#include <stdbool.h>

struct pop3_session {
    struct session session;
    struct login login;
};

/* What of the options makes no sense together. 0 or -1. */
int pop3_session_check(const struct pop3_session *session, struct failure *why);

/*
 * Connects, and speaks TLS at once if that is asked for. `pop3` is begun anew. 0 or -1; after a 0
 * the caller closes pop3->stream.
 */
int pop3_session_connect(struct pop3_session *session, struct pop3 *pop3, struct failure *why);

/*
 * Reads the server's greeting, and does STLS and the login if they are asked for. `repl`: who can
 * be asked for a password, or NULL. After a refused login it says QUIT.
 * 0; or -1 with `why`: no service, no TLS, no login, or the session broke.
 */
int pop3_session_begin(struct pop3_session *session, struct pop3 *pop3, struct repl *repl,
                       struct failure *why);

/* Whether there is something to do in pop3_session_begin that a person at the keyboard has not
   asked for by typing it. */
bool pop3_session_has_orders(const struct pop3_session *session);

/* For a person who types. pop3_session_tls: TLS now, behind his STLS; pop3_session_stls: pop3_stls.
   0 or -1; after a -1 the connection is over. */
int pop3_session_tls(struct pop3_session *session, struct pop3 *pop3, struct failure *why);
int pop3_session_stls(struct pop3_session *session, struct pop3 *pop3, struct failure *why);

#endif
