/*
 * letters: sends message files over one SMTP connection, with the functions of lab 03.
 */
#ifndef CLIENTS_LETTERS_H
#define CLIENTS_LETTERS_H

#include "attach.h"
#include "options.h"
#include "smtp.h"

struct letters {
    const char *sender;
    const char **recipients;
    size_t recipient_count;
    const char *const *files; /* "-" is standard input; none: only with something to attach */
    size_t file_count;
    struct attach attach; /* whether the files are letters, or the text of one */
};

extern const struct option_row letters_options[]; /* --from, --to, into a struct letters */

/*
 * In a session that has begun: sends each file as one message to all recipients, and quits. Prints
 * one line for each message that was taken, and complains about every recipient and message that
 * was not.
 *
 * 0 when every message was taken for every recipient. -1 otherwise; `why` is "" when all has been
 * said already.
 */
int letters_send(struct smtp *smtp, const struct letters *letters, struct failure *why);

#endif
