/*
 * receive: DATA (RFC 5321 §4.1.1.4), from the 354 to the reply behind the final dot.
 *
 * The message goes to the disk as it comes; a session holds a few KiB of it, whatever its size and
 * however long its lines are. So no limit is set on a line (§4.5.3.1 asks for as few as possible).
 * Once a message cannot be accepted any more, the rest is read and thrown away: the refusal waits
 * for the end, where the client looks for it.
 */
#ifndef SMTPD_RECEIVE_H
#define SMTPD_RECEIVE_H

#include "session.h"

void receive_data(struct session *session, const char *argument);

#endif
