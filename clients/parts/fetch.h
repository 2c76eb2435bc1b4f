/*
 * fetch: --fetch and --keep: all new messages of a maildrop into a Maildir or an mbox. What is
 * fetched, and in which order, is lab 07's (pop3_fetch); how it gets on the disk is store.h's.
 */
#ifndef CLIENTS_FETCH_H
#define CLIENTS_FETCH_H

#include "options.h"
#include "pop3.h"
#include "pop3_session.h"
#include <stdbool.h>

struct fetch {
    const char *place; /* --fetch, or NULL */
    bool keep;         /* --keep */
};

extern const struct option_row fetch_options[]; /* into a struct fetch */

/* What of the options makes no sense together. 0 or -1. */
int fetch_check(const struct fetch *fetch, const struct login *login, struct failure *why);

/*
 * The whole session: opens the place, connects, logs in, fetches, quits. On a terminal it shows how
 * far it is; at the end it says in one line what it did, and before that complains about each
 * message that could not be fetched or deleted.
 *
 * 0 when all messages are here and, without --keep, the server has deleted them. -1 otherwise;
 * `why` is "" when all has been said already.
 */
int fetch_run(const struct fetch *fetch, struct pop3_session *session, struct failure *why);

#endif
