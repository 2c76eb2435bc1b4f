/*
 * tls_context: what tls.c keeps and transport.c uses. Private to these two and tls_judge.c.
 */
#ifndef SHARED_TLS_CONTEXT_H
#define SHARED_TLS_CONTEXT_H

#include "failure.h"
#include "tls.h"
#include <openssl/ssl.h>
#include <stdbool.h>

struct tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *socket_io;         /* how a session reads and writes its socket: transport.c */
    const struct tls_rules *rules; /* of a client; NULL: a server */
    int key_log;                   /* SSLKEYLOGFILE, open for appending; -1: none */
};

/*
 * SSL_get_app_data of a session during its handshake: where tls_judge.c says, in words, why it does
 * not accept the peer's certificate.
 */
struct tls_judgement {
    const char *name; /* what the certificate must be for */
    bool refused;
    struct failure *why;
};

/*
 * A verify callback, tls_judge.c. OpenSSL asks it for every certificate of the chain; `fine` is
 * OpenSSL's own opinion. It is never overruled, only put into words: the session's judgement.
 */
int tls_judge_certificate(int fine, X509_STORE_CTX *chain);

/* The first error that OpenSSL has queued for this thread, behind "WHAT: ". Empties the queue. -1.
 */
int tls_openssl_failure(struct failure *why, const char *what);

/* transport.c: the BIO_METHOD for tls_context.socket_io. NULL without memory. */
BIO_METHOD *transport_socket_io(void);

#endif
