/*
 * envelope: MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3), with the parameters of SIZE (RFC 1870),
 * 8BITMIME (RFC 6152) and SMTPUTF8 (RFC 6531).
 */
#ifndef SMTPD_ENVELOPE_H
#define SMTPD_ENVELOPE_H

#include "session.h"

/* Begins a message: FROM:<address> and parameters. */
void envelope_mail(struct session *session, const char *argument);

/* Adds a recipient: TO:<address>. Only accounts of the local domains are taken; nothing is ever
   relayed. */
void envelope_rcpt(struct session *session, const char *argument);

#endif
