/*
 * Lab 05: whom a client believes, and how SMTP gets under TLS. Your work.
 *
 * The contract of each function is in shared/secure.h. OpenSSL has a manual page for each of its
 * functions: man SSL_CTX_set_verify.
 */
#include "secure.h"
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

/*
 * What must hold for every session: TLS 1.2 or newer, the certificates in `authorities` (NULL: the
 * system's) are trusted and no others, and who cannot prove who he is, is refused.
 */
int secure_rules(SSL_CTX *context, const char *authorities, struct failure *why) {
    /*
     * TODO 1
     *   1. SSL_CTX_set_min_proto_version, TLS1_2_VERSION.
     *   2. SSL_CTX_load_verify_file, or SSL_CTX_set_default_verify_paths. When the file cannot be
     *      read: failure_set(why, …), and no other certificates instead.
     *   3. SSL_CTX_set_verify with SSL_VERIFY_PEER. Without it the handshake looks at the
     *      certificate, and takes no notice of what it finds.
     */
    (void)context, (void)authorities;
    return failure_not_written(why, 1, "secure_rules");
}

/* The name that the certificate must be for; a host name is also sent as SNI, an address is not. */
int secure_name(SSL *session, const char *name, struct failure *why) {
    /*
     * TODO 2
     *   1. Is it an address? inet_pton knows, with AF_INET and with AF_INET6.
     *   2. An address: X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name).
     *   3. A name: SSL_set_hostflags with X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, SSL_set1_host, and
     *      SSL_set_tlsext_host_name, which is SNI.
     */
    (void)session, (void)name;
    return failure_not_written(why, 2, "secure_name");
}

/* From here on, TLS: no byte in clear is left over, the handshake, and all is forgotten. */
int secure_begin(struct smtp *smtp, struct tls_context *context, const char *server) {
    /*
     * TODO 3
     *   1. Bytes that nobody has read: smtp->reader holds some from start to end, or
     *      stream_buffered says so. Then fail. Do not throw them away and go on: who could send
     *      them can send more.
     *   2. stream_set_deadline, smtp->timeout_ms from now; stream_start_tls.
     *   3. Empty smtp->ehlo and smtp->reply: code 0, no text.
     */
    (void)context, (void)server;
    return failure_not_written(&smtp->why, 3, "secure_begin");
}

/* Whether the answer to EHLO has a line for this extension. */
bool secure_offers(const struct smtp_reply *ehlo, const char *keyword) {
    /*
     * TODO 4
     *   1. Only a 250 offers something.
     *   2. The lines in ehlo->text end in \n. The first one holds the server's name: pass over it.
     *   3. The word begins behind "250-" or "250 ". strncasecmp, and then the word must be over:
     *      a blank or the end of the line.
     */
    (void)ehlo, (void)keyword;
    return false;
}

/* STARTTLS, if the server offers it; after its 220, TLS. */
int smtp_starttls(struct smtp *smtp, struct tls_context *context, const char *server) {
    /*
     * TODO 5
     *   1. Is STARTTLS in smtp->ehlo? If not, send nothing and fail.
     *   2. smtp_command. After a 220 secure_begin.
     *   3. A refusal is returned as it is. Any other 2yz is neither: -1.
     */
    (void)context, (void)server;
    return failure_not_written(&smtp->why, 5, "smtp_starttls");
}

/* EHLO with our `name`, STARTTLS, and EHLO again. Without TLS it goes no further. */
int smtp_greet_secure(struct smtp *smtp, struct tls_context *context, const char *server,
                      const char *name) {
    /*
     * TODO 6
     *   1. smtp_greet. After a 250 its answer, smtp->reply, goes into smtp->ehlo.
     *   2. smtp_starttls. Anything but 220: return it.
     *   3. The same as 1: under TLS the server may offer other things.
     */
    (void)context, (void)server, (void)name;
    return failure_not_written(&smtp->why, 6, "smtp_greet_secure");
}
