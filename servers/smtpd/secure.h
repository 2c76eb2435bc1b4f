/*
 * secure: STARTTLS (RFC 3207), and who may speak in clear.
 */
#ifndef SMTPD_SECURE_H
#define SMTPD_SECURE_H

#include "session.h"

/* Whether STARTTLS can begin now: there is a certificate, and no TLS yet. */
bool secure_is_offered(const struct session *session);

/*
 * Answers 220 and does the handshake; then nothing of what was said in clear counts any more. A
 * client that goes on in clear behind STARTTLS, in the same breath, hears 421: what stands there
 * may be somebody else's (§6, CVE-2011-0411), and is neither carried out in clear nor under TLS.
 */
void secure_starttls(struct session *session, const char *argument);

#endif
