/*
 * verify: VRFY (RFC 5321 §3.5), with the parameter SMTPUTF8 (RFC 6531 §3.7.4.2).
 */
#ifndef SMTPD_VERIFY_H
#define SMTPD_VERIFY_H

#include "session.h"

/* Answers who has the mailbox, or 252 where the operator does not want that told (§7.3). */
void verify_user(struct session *session, const char *argument);

#endif
