/*
 * certificate: a TLS session and the certificate of the other side, for a person to read.
 */
#ifndef CLIENTS_CERTIFICATE_H
#define CLIENTS_CERTIFICATE_H

#include "buf.h"
#include "stream.h"

/*
 * Adds lines that end in \n, without a line for what there is not:
 *
 *     TLSv1.3, TLS_AES_256_GCM_SHA384
 *     subject  CN=mail.example.org
 *     issuer   O=Mailwire, CN=Mailwire Lab Intermediate
 *     valid    from 2026-11-21 17:05 to 2027-12-23 18:05 UTC
 *     names    mail.example.org, 127.0.0.2
 *     chain    mail.example.org, Mailwire Lab Intermediate, Mailwire Lab CA
 *
 * Nothing for a connection in clear.
 */
void certificate_describe(const struct stream *stream, struct buf *lines);

#endif
