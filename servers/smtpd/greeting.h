/*
 * greeting: EHLO and HELO (RFC 5321 §4.1.1.1), and what the server offers.
 *
 * An extension is named only where it can be used: no STARTTLS under TLS, no AUTH where a password
 * would have to travel in clear.
 */
#ifndef SMTPD_GREETING_H
#define SMTPD_GREETING_H

#include "session.h"

void greeting_ehlo(struct session *session, const char *argument);
void greeting_helo(struct session *session, const char *argument);

#endif
