/*
 * receive: DATA (RFC 5321 §4.1.1.4), from the 354 to the reply behind the final dot.
 */
#ifndef SMTPD_RECEIVE_H
#define SMTPD_RECEIVE_H

#include "session.h"

void receive_data(struct session *session, const char *argument);

#endif
