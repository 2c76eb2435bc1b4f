/*
 * auth: who is it? USER and PASS (RFC 1939 §7), AUTH (RFC 5034); and his maildrop is opened.
 *
 * Both show the password to whoever can read the connection. So they are there under TLS; in clear
 * only where the configuration says so (pop3d.clear-auth), and then only for clients on this
 * machine, whose passwords leave it for nobody to read.
 */
#ifndef POP3D_AUTH_H
#define POP3D_AUTH_H

#include "session.h"

/* Whether a password may travel on this connection: USER and AUTH are offered. */
bool auth_is_offered(const struct session *session);

/*
 * USER is answered with +OK whoever it names: nobody learns here who has a mailbox. PASS takes the
 * rest of the line, blanks and all. A wrong password is answered late, each time later, so that
 * guessing takes time; after pop3d.auth-failures of them the next one ends the session.
 */
void auth_user(struct session *session, const char *argument);
void auth_pass(struct session *session, const char *argument);

/* AUTH and its whole exchange. Without an argument it lists the mechanisms, which clients of the
   time before CAPA ask for so. */
void auth_sasl(struct session *session, const char *argument);

#endif
