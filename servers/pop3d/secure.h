/*
 * secure: STLS (RFC 2595 §4).
 */
#ifndef POP3D_SECURE_H
#define POP3D_SECURE_H

#include "session.h"

/* Whether there is a certificate, and no TLS yet. */
bool secure_is_offered(const struct session *session);

/*
 * Answers +OK and does the handshake; then nothing of what was said in clear counts any more. A
 * client that goes on in clear behind STLS, in the same breath, is refused and dropped: what stands
 * there may be somebody else's (CVE-2011-0411), and is neither carried out in clear nor under TLS.
 */
void secure_stls(struct session *session, const char *argument);

#endif
