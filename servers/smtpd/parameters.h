/*
 * parameters: what stands behind the address of MAIL and RCPT: SIZE (RFC 1870), BODY (RFC 6152),
 * SMTPUTF8 (RFC 6531), AUTH (RFC 4954 §5), and RET, ENVID, NOTIFY, ORCPT (RFC 3461; notify.h).
 */
#ifndef SMTPD_PARAMETERS_H
#define SMTPD_PARAMETERS_H

#include "session.h"

/* What one MAIL or RCPT asks for. */
struct demand {
    struct envelope *envelope; /* the new one of MAIL, the session's of RCPT */
    unsigned notify;
    char original[NOTIFY_ORIGINAL_LIMIT + 1];
};

/* Reads them all into `demand`. False: one is wrong, unknown or there twice, and has been refused.
 */
typedef bool parameters_function(struct session *session, const char *text, struct demand *demand);
parameters_function parameters_of_mail, parameters_of_rcpt;

#endif
