/*
 * auth: AUTH (RFC 4954), and what only those may do who have said who they are.
 *
 * PLAIN and LOGIN show the password to whoever can read the connection. So there is AUTH under TLS;
 * in clear only where the configuration says so (smtpd.clear-auth), and then only for clients on
 * this machine, whose passwords leave it for nobody to read.
 */
#ifndef SMTPD_AUTH_H
#define SMTPD_AUTH_H

#include "session.h"

/* Whether AUTH can begin now. */
bool auth_is_offered(const struct session *session);

/*
 * The whole exchange. A wrong password is answered late, each time later, so that guessing takes
 * time; after smtpd.auth-failures of them the next AUTH ends the session.
 */
void auth_run(struct session *session, const char *argument);

/* AUTH came on a line of more than SASL_LINE_LIMIT octets. */
void auth_refuse_too_long(struct session *session);

/* Whether the command in hand must wait for AUTH, as all mail on a submission port does (RFC 6409
   §4.3); then it has been refused. */
bool auth_is_missing(struct session *session);

/* Whether who has said who he is may send as `sender`: his own address, or nobody's (<>). Who has
   not said so may send as anybody, where he may send at all. */
bool auth_may_send_as(const struct session *session, const struct address *sender);

#endif
