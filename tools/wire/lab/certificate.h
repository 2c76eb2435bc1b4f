/*
 * certificate: the lab's certificates as a server needs them. tools/certificates.sh says what there
 * is in build/lab/tls.
 */
#ifndef WIRE_CERTIFICATE_H
#define WIRE_CERTIFICATE_H

#include "failure.h"
#include "tls.h"

/*
 * A context with the certificate of this name ("mail", "expired" …) that speaks only this version
 * of TLS ("1.2"; NULL: as usual). NULL: it is not there, the build makes it.
 */
struct tls_context *certificate_server(const char *name, const char *version, struct failure *why);

/* One for a client that lets everybody be who he likes: for who sits in the middle, or drives a
   server. */
struct tls_context *certificate_careless(struct failure *why);

#endif
