/*
 * credentials: who logged in, and with which password, as anybody on the way could read it.
 *
 * In SMTP AUTH PLAIN and AUTH LOGIN (RFC 4954, RFC 4616), in POP3 those and USER and PASS
 * (RFC 1939 §7, RFC 5034). Base64 is taken for what it stands for; what is encrypted is not read.
 * Whether the server was content is not asked.
 */
#ifndef WIRE_CREDENTIALS_H
#define WIRE_CREDENTIALS_H

#include "buf.h"
#include "dialogue.h"

struct credentials {
    const char *how; /* "AUTH PLAIN", "AUTH LOGIN", "USER and PASS" */
    bool base64;     /* so it is how they were told */
    struct buf user; /* these two may hold anything, NUL too */
    struct buf password;
};

/*
 * Finds the next login from step *position on, and moves *position behind it; begin with 0. The
 * credentials belong to the caller: credentials_free. 1; 0: there is none any more; -1: no memory.
 */
int credentials_next(const struct dialogue *dialogue, size_t *position,
                     struct credentials *credentials);

/* Wipes and frees. */
void credentials_free(struct credentials *credentials);

#endif
