/*
 * language: UTF8 and LANG (RFC 6856).
 *
 * A maildrop holds messages as they came, and since SMTPUTF8 (RFC 6531) that may be with a header
 * in UTF-8. All replies are in English.
 */
#ifndef POP3D_LANGUAGE_H
#define POP3D_LANGUAGE_H

#include "session.h"

/* The client understands headers in UTF-8. */
void language_utf8(struct session *session, const char *argument);

/* Lists the languages, or chooses one: "*", which leaves it to the server, "en", "i-default". */
void language_lang(struct session *session, const char *argument);

/* Whether a message that begins with these bytes may not be sent to this client (§5): a header in
   UTF-8, a client that has not said UTF8, and pop3d.utf8-required. */
bool language_forbids(const struct session *session, const char *bytes, size_t count);

#endif
