/*
 * report: the message that tells a sender what became of his (RFC 3464), where he asked for it with
 * NOTIFY=SUCCESS (RFC 3461 §5.2.3).
 *
 * What this server cannot deliver it refuses while the client listens, so a success is all that
 * there is to report. The report goes into the sender's own mailbox; to a sender who has none here
 * it cannot go, since nothing is relayed, and the log says so.
 */
#ifndef SMTPD_REPORT_H
#define SMTPD_REPORT_H

#include "session.h"

/* Reports on the session's envelope, whose message `id` is stored. Whatever fails is only logged:
   the message itself is safe. */
void report_success(struct session *session, const char *id);

#endif
