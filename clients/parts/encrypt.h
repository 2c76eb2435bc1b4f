/*
 * encrypt: --tls, and --starttls or --stls, and whom to trust. The protocols are labs 05 and 07's.
 *
 * Without either of them nothing is encrypted. With --starttls (POP3: --stls) it is encrypted or
 * there is no mail: a client that encrypts when it can, and else does not, is talked out of it by
 * anybody on the way.
 */
#ifndef CLIENTS_ENCRYPT_H
#define CLIENTS_ENCRYPT_H

#include "options.h"
#include "stream.h"
#include "tls.h"
#include <stdbool.h>

struct encrypt {
    bool implicit;               /* --tls: TLS first, then the protocol (RFC 8314) */
    bool upgrade;                /* --starttls, --stls: in clear until that is answered, then TLS */
    const char *authorities;     /* --ca; NULL: those of the system */
    struct tls_context *context; /* made when it is needed first; encrypt_free */
};

/* Into a struct encrypt. */
extern const struct option_row encrypt_smtp_options[];
extern const struct option_row encrypt_pop3_options[];

/* What of the options makes no sense together; `upgrade` is the second one's name, "--starttls". 0
   or -1. */
int encrypt_check(const struct encrypt *encrypt, const char *upgrade, struct failure *why);

/* Before connecting: whether TLS can be spoken at all, if it will have to be. 0 or -1. */
int encrypt_prepare(struct encrypt *encrypt, struct failure *why);

/* The context for TLS, now: whatever the options say, for a person may ask for it by typing. NULL
   with `why`. */
struct tls_context *encrypt_context(struct encrypt *encrypt, struct failure *why);

/* Whether somebody on the way could read what is sent: it goes out in clear, and not only to this
   machine itself (loopback). */
bool encrypt_is_heard(const struct stream *stream);

/* Says so in one line on stderr, if it is so; `upgrade` as above. */
void encrypt_warn(const char *program, const struct stream *stream, const char *host,
                  const char *upgrade);

void encrypt_free(struct encrypt *encrypt);

#endif
