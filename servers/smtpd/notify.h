/*
 * notify: which reports on its fate a message's sender wants: the DSN parameters of MAIL and RCPT
 * (RFC 3461 §4).
 *
 *     MAIL FROM:<alice@example.org> RET=HDRS ENVID=letter-7
 *     RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@old.example.org
 */
#ifndef SMTPD_NOTIFY_H
#define SMTPD_NOTIFY_H

#include <stdbool.h>

#define NOTIFY_ENVID_LIMIT    100 /* octets as written, RFC 3461 §4.4 */
#define NOTIFY_ORIGINAL_LIMIT 500 /* §4.2 */

/* When to report; bits. NEVER excludes the others. */
enum notify_when {
    NOTIFY_UNSAID = 0, /* then it is FAILURE, perhaps DELAY (§4.1) */
    NOTIFY_NEVER = 1,
    NOTIFY_SUCCESS = 2,
    NOTIFY_FAILURE = 4,
    NOTIFY_DELAY = 8,
};

/* How much of the message a report on its failure holds. */
enum notify_return {
    NOTIFY_RETURN_UNSAID,
    NOTIFY_RETURN_FULL,
    NOTIFY_RETURN_HEADERS
};

/* Each reads one value; NULL is none at all. False: it is not of this form. */

/* RET: FULL or HDRS (§4.3). */
bool notify_parse_return(const char *value, enum notify_return *content);

/* ENVID: xtext, which is printable (§4.4). `id` gets it decoded. */
bool notify_parse_envid(const char *value, char id[NOTIFY_ENVID_LIMIT + 1]);

/* NOTIFY: NEVER, or some of the others with commas between (§4.1). */
bool notify_parse_when(const char *value, unsigned *when);

/*
 * ORCPT: address-type;xtext (§4.2). `original` gets it decoded: "rfc822;bob@old.example.org". With
 * `utf8` the type utf-8 may have letters beyond ASCII (RFC 6533 §3).
 */
bool notify_parse_original(const char *value, bool utf8, char original[NOTIFY_ORIGINAL_LIMIT + 1]);

/* "SUCCESS,DELAY" for the log, or "-". */
const char *notify_words(unsigned when, char text[32]);

#endif
