/*
 * encrypt: --tls and --starttls, and whom to trust. The protocol is lab 05's (shared/secure.h).
 *
 * Without either of them nothing is encrypted. With --starttls it is encrypted or there is no mail:
 * a client that encrypts when it can, and else does not, is talked out of it by anybody on the way.
 */
#ifndef CLIENTS_ENCRYPT_H
#define CLIENTS_ENCRYPT_H

#include "options.h"
#include "smtp.h"
#include "tls.h"
#include <stdbool.h>

struct encrypt {
    bool implicit;               /* --tls: TLS first, then SMTP (RFC 8314) */
    bool starttls;               /* --starttls: in clear until EHLO is answered, then TLS */
    const char *authorities;     /* --ca; NULL: those of the system */
    struct tls_context *context; /* made when it is needed first; encrypt_free */
};

extern const struct option_row encrypt_options[]; /* into a struct encrypt */

/* What of the options makes no sense together. 0 or -1. */
int encrypt_check(const struct encrypt *encrypt, struct failure *why);

/* Before connecting: whether TLS can be spoken at all, if it will have to be. 0 or -1. */
int encrypt_prepare(struct encrypt *encrypt, struct failure *why);

/* Behind the connection, before the server's greeting: implicit TLS, if that is asked for. 0 or -1.
 */
int encrypt_connect(struct encrypt *encrypt, struct smtp *smtp, const char *host,
                    struct failure *why);

/*
 * smtp_greet, or with --starttls smtp_greet_secure, and smtp->ehlo is the answer. 250, or -1 with
 * `why`: greeting or STARTTLS refused, not offered, no TLS. Then nothing more may be sent.
 */
int encrypt_greet(struct encrypt *encrypt, struct smtp *smtp, const char *host, const char *name,
                  struct failure *why);

/* TLS now, whatever the options say: for a person who has typed STARTTLS himself. 0 or -1; after a
   -1 the connection is over. */
int encrypt_now(struct encrypt *encrypt, struct smtp *smtp, const char *host, struct failure *why);

/* Says in one line on stderr that all goes out in clear, if it does, and not only to this machine
   itself (loopback). */
void encrypt_warn(const struct smtp *smtp, const char *host);

void encrypt_free(struct encrypt *encrypt);

#endif
