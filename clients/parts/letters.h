/*
 * letters: sends message files over one SMTP connection, with the functions of lab 03.
 */
#ifndef CLIENTS_LETTERS_H
#define CLIENTS_LETTERS_H

#include "smtp.h"

struct letters {
    const char *name; /* ours, for EHLO */
    const char *sender;
    const char *const *recipients;
    size_t recipient_count;
    const char *const *files; /* "-" is standard input */
    size_t file_count;
};

/*
 * Reads the greeting, greets, sends each file as one message to all recipients, and quits. Prints
 * one line for each message that was taken, and complains about every recipient and message that
 * was not.
 *
 * 0 when every message was taken for every recipient. -1 otherwise; `why` is "" when all has been
 * said already.
 */
int letters_send(struct smtp *smtp, const struct letters *letters, struct failure *why);

#endif
