/*
 * envelope: MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3). Their parameters are in parameters.h.
 */
#ifndef SMTPD_ENVELOPE_H
#define SMTPD_ENVELOPE_H

#include "session.h"

/* Begins a message: FROM:<address> and parameters. */
void envelope_mail(struct session *session, const char *argument);

/* Adds a recipient: TO:<address>. Only accounts of the local domains are taken; nothing is ever
   relayed. */
void envelope_rcpt(struct session *session, const char *argument);

/* Gives up what is in it, not the struct itself. */
void envelope_free(struct envelope *envelope);

#endif
