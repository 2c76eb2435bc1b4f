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

#include "failure.h"

struct tls_context; /* opaque */

/*
 * For the side that connects. `authorities`: a PEM file with the certificates to trust, or NULL for
 * the system's own. The peer is always verified: chain, expiry, and the name given to
 * stream_start_tls. NULL when the file cannot be read.
 */
struct tls_context *tls_client(const char *authorities, struct failure *why);

/* For the side that accepts. Two PEM files: chain and private key. NULL: unreadable, no match. */
struct tls_context *tls_server(const char *certificate, const char *key, struct failure *why);

void tls_free(struct tls_context *context);

#endif
