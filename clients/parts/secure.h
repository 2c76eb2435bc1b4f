/*
 * secure: --tls and --starttls, and whom to trust. The protocol is lab 05's.
 *
 * Without either of them nothing is encrypted: a client that encrypts when it can, and else does
 * not, is talked out of it by anybody on the way.
 */
#ifndef CLIENTS_SECURE_H
#define CLIENTS_SECURE_H

#include "options.h"
#include "smtp.h"
#include <stdbool.h>

struct secure {
    bool starttls; /* --starttls: in clear until EHLO is answered, then TLS or nothing */
};

extern const struct option_row secure_options[]; /* into a struct secure */

/* What of the options makes no sense together. 0 or -1. */
int secure_check(const struct secure *secure, struct failure *why);

/* Behind the connection, before the greeting: implicit TLS, if that is asked for. 0 or -1. */
int secure_connect(const struct secure *secure, struct smtp *smtp, const char *host,
                   struct failure *why);

/* Behind the answer to EHLO, with `secure->starttls` only. The caller greets again afterwards.
   0 or -1. */
int secure_upgrade(const struct secure *secure, struct smtp *smtp, const char *host,
                   struct failure *why);

#endif
