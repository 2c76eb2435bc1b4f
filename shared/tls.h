/*
 * tls: what OpenSSL must know before a stream can be encrypted.
 *
 * A context is made once and shared by all connections and threads of a program; it is not changed
 * afterwards. TLS 1.2 and 1.3, nothing older. When the environment variable SSLKEYLOGFILE names a
 * file, the keys of every session are added to it, so that Wireshark can decrypt a recording; when
 * it cannot be written, no context is made. A context must outlive its streams.
 */
#ifndef SHARED_TLS_H
#define SHARED_TLS_H

#include "buf.h"
#include "failure.h"

struct tls_context; /* opaque */
struct ssl_ctx_st;  /* OpenSSL's SSL_CTX */
struct ssl_st;      /* OpenSSL's SSL */
struct x509_st;     /* OpenSSL's X509 */

/*
 * Who must the other side be? A client's answer, as two functions. `context` is called once, with a
 * context that trusts nobody, verifies nothing and speaks every version that OpenSSL has: it says
 * which versions, which authorities (`authorities`: a PEM file with the certificates to trust, or
 * NULL for the system's own), and that the peer is verified. `session` is called before each
 * handshake: it says which name goes out as SNI, and for which name the certificate must be; `name`
 * is the one given to stream_start_tls. Each returns 0, or -1 with its reason in `why`: then there
 * is no context, and no handshake.
 */
struct tls_rules {
    int (*context)(struct ssl_ctx_st *context, const char *authorities, struct failure *why);
    int (*session)(struct ssl_st *session, const char *name, struct failure *why);
};

/*
 * For the side that connects. What the rules (lab 05 writes some: secure.h) leave open stays open:
 * this is no place for defaults. When they have a peer refused, stream_start_tls says in words why:
 * "the certificate expired on 2026-11-01"; unless they set a verify callback of their own. `rules`
 * must outlive the context. NULL: the rules say why.
 */
struct tls_context *tls_client(const struct tls_rules *rules, const char *authorities,
                               struct failure *why);

/* For the side that accepts. Two PEM files: chain and private key. NULL: unreadable, no match. */
struct tls_context *tls_server(const char *certificate, const char *key, struct failure *why);

/*
 * From the next session on this one version alone: "1.0", "1.1", "1.2" or "1.3". For who must show
 * what a peer does with it: the first two are broken, and nothing else brings them back. 0 or -1.
 */
int tls_only_version(struct tls_context *context, const char *version, struct failure *why);

void tls_free(struct tls_context *context);

/*
 * Adds the names that a certificate is for: "mail.example.org, 127.0.0.2". They are those of its
 * subjectAltName (RFC 6125 §6.4.4), without any the subject's CN, else "nobody".
 */
void tls_certificate_names(struct x509_st *certificate, struct buf *names);

#endif
