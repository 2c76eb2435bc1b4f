/*
 * secure: the contract of lab 05. Who is listening? The client's side of TLS: whom it believes, and
 * how SMTP gets under it.
 *
 * TLS encrypts, and that is the smaller half of it. The larger one is to know with whom: encrypted
 * mail to somebody who only says that he is mail.example.org is no secret. So a client demands a
 * certificate: for the name that it was told to connect to, signed by an authority that it trusts,
 * not expired. OpenSSL does the work, but only if it is asked: a fresh SSL_CTX believes everybody.
 *
 * There are two ways under TLS. Implicit TLS, port 465: the handshake comes first, and then the
 * server's 220 (RFC 8314 §3). STARTTLS, ports 25 and 587: the session begins in clear, and the
 * client asks for TLS (RFC 3207). Until then anybody on the way can change what is said, so that
 * nothing heard in clear counts any more once TLS stands.
 *
 * Written in labs/05-tls/secure.c (and, finished, in solutions/). shared/tls.h calls TODO 1 and 2;
 * clients/parts/smtp_session.c calls the others. The kit's servers need none of it.
 */
#ifndef SHARED_SECURE_H
#define SHARED_SECURE_H

#include "failure.h"
#include "smtp.h"
#include "tls.h"
#include <stdbool.h>

/*
 * TODO 1. What must hold for every session of a client. `context` comes as OpenSSL makes it: it
 * speaks all versions, trusts nobody, verifies nothing. Afterwards:
 *   - TLS 1.2 is the oldest version that is spoken (RFC 8996: 1.0 and 1.1 must not be used);
 *   - the certificates in the PEM file `authorities` are trusted and no others; NULL: those of the
 *     system (OpenSSL knows where they are; the variable SSL_CERT_FILE changes it);
 *   - the peer is verified, and a handshake with one that is not believed fails. No callback of
 *     one's own is needed for that: the words of the refusal are found elsewhere (tls.h).
 *
 * 0. -1, "cannot read the certificates in FILE" or "… of the system"; or "TLS 1.2 is not to be
 * had". A file that is not there is no reason to trust somebody else.
 */
int secure_rules(struct ssl_ctx_st *context, const char *authorities, struct failure *why);

/*
 * TODO 2. Whom this session is for. `name` is what the person typed as HOST: a host name, an IPv4
 * or an IPv6 address.
 *   - The certificate must be for it (RFC 9525 §6; "*.example.org" fits one label, "m*" none).
 *   - A host name is also sent in the ClientHello, as Server Name Indication (RFC 6066 §3): a
 *     server may have many names, and one certificate for each. An address must not be sent.
 *
 * 0, or -1, "NAME cannot be demanded of a certificate" (it is too long for a host name).
 */
int secure_name(struct ssl_st *session, const char *name, struct failure *why);

/*
 * TODO 3. From here on, TLS. `server` is the name for TODO 2.
 *
 * First the plain text must be over: when bytes are here that nobody has read, in smtp->reader or
 * in the stream, then somebody has sent them along in clear, to be taken for the server's once TLS
 * stands (RFC 3207 §6, CVE-2011-0411): -1, "the server went on in clear where TLS must begin".
 * Then the handshake, within smtp->timeout_ms. Then all that was heard in clear is forgotten
 * (RFC 3207 §4.2): smtp->ehlo and smtp->reply are empty, their codes 0.
 *
 * 0, or -1 with the words of stream_start_tls: a certificate that is not believed, a server that
 * speaks no TLS, a deadline that passed. The connection is of no more use then.
 */
int secure_begin(struct smtp *smtp, struct tls_context *context, const char *server);

/*
 * TODO 4. Whether the answer to EHLO names this extension: whether one of its lines, behind code
 * and "-" or blank, is `keyword`, alone or with a blank and parameters behind it (RFC 5321
 * §4.1.1.1). Case does not matter. The first line does not count: it holds the server's name. An
 * answer other than 250 names none.
 */
bool secure_offers(const struct smtp_reply *ehlo, const char *keyword);

/*
 * TODO 5. STARTTLS, in a session that has had its EHLO (smtp->ehlo).
 *
 * It must have been offered. If not: nothing is sent, -1, "the server does not offer STARTTLS:
 * perhaps somebody on the way has taken it out". After a 220, secure_begin.
 *
 * Returns 220 when TLS stands; the code of the refusal, such as 454 (TLS not available just now,
 * §4), and the session is still in clear; -1 for everything else. Any other answer of 2yz is no
 * refusal, and no TLS either: -1, "STARTTLS was answered with 250, not 220".
 */
int smtp_starttls(struct smtp *smtp, struct tls_context *context, const char *server);

/*
 * TODO 6. smtp_greet for a session that has to be secret: EHLO with our `name`, STARTTLS, and,
 * because all is forgotten on both sides, EHLO again (RFC 3207 §4.2). The first answer goes into
 * smtp->ehlo, for smtp_starttls to look at.
 *
 * It goes on only as long as the answer is yes: without TLS there is no second EHLO, and the caller
 * must not send anything but QUIT. Returns 250 and TLS stands; or the code of what was refused
 * (smtp->reply), or -1.
 */
int smtp_greet_secure(struct smtp *smtp, struct tls_context *context, const char *server,
                      const char *name);

#endif
