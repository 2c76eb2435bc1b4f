/*
 * Lab 05, finished: whom a client believes, and how SMTP gets under TLS. The contracts are in
 * shared/secure.h.
 */
#include "secure.h"
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

int secure_rules(SSL_CTX *context, const char *authorities, struct failure *why) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return failure_set(why, "TLS 1.2 is not to be had");
    int read = authorities != NULL ? SSL_CTX_load_verify_file(context, authorities)
                                   : SSL_CTX_set_default_verify_paths(context);
    if (read != 1)
        return failure_set(why, "cannot read the certificates %s%s",
                           authorities != NULL ? "in " : "of the system",
                           authorities != NULL ? authorities : "");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return 0;
}

static bool is_address(const char *name) {
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

int secure_name(SSL *session, const char *name, struct failure *why) {
    bool demanded;
    if (is_address(name)) {
        demanded = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1;
    } else {
        SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        demanded =
            SSL_set1_host(session, name) == 1 && SSL_set_tlsext_host_name(session, name) == 1;
    }
    return demanded ? 0 : failure_set(why, "%s cannot be demanded of a certificate", name);
}

static void forget(struct smtp_reply *reply) {
    reply->code = 0;
    reply->text[0] = '\0';
    reply->length = 0;
}

int secure_begin(struct smtp *smtp, struct tls_context *context, const char *server) {
    if (smtp->reader.start != smtp->reader.end || stream_buffered(smtp->stream) > 0)
        return failure_set(&smtp->why, "the server went on in clear where TLS must begin");
    stream_set_deadline(smtp->stream, deadline_in(smtp->timeout_ms));
    if (stream_start_tls(smtp->stream, context, server, &smtp->why) < 0)
        return -1;
    forget(&smtp->ehlo);
    forget(&smtp->reply);
    return 0;
}

bool secure_offers(const struct smtp_reply *ehlo, const char *keyword) {
    size_t length = strlen(keyword);
    if (ehlo->code != 250)
        return false;
    const char *line = ehlo->text;
    while ((line = strchr(line, '\n')) != NULL && strlen(++line) > 4) {
        const char *word = line + 4; /* behind "250-" or "250 " */
        if (strncasecmp(word, keyword, length) == 0 && strchr(" \n", word[length]) != NULL)
            return true;
    }
    return false;
}

int smtp_starttls(struct smtp *smtp, struct tls_context *context, const char *server) {
    if (!secure_offers(&smtp->ehlo, "STARTTLS"))
        return failure_set(&smtp->why, "the server does not offer STARTTLS: "
                                       "perhaps somebody on the way has taken it out");
    int code = smtp_command(smtp, "STARTTLS");
    if (code == 220)
        return secure_begin(smtp, context, server) == 0 ? 220 : -1;
    if (code / 100 == 2)
        return failure_set(&smtp->why, "STARTTLS was answered with %d, not 220", code);
    return code;
}

/* smtp_greet, and its answer kept. */
static int greet(struct smtp *smtp, const char *name) {
    int code = smtp_greet(smtp, name);
    if (code == 250)
        smtp->ehlo = smtp->reply;
    return code;
}

int smtp_greet_secure(struct smtp *smtp, struct tls_context *context, const char *server,
                      const char *name) {
    int code = greet(smtp, name);
    if (code != 250)
        return code;
    code = smtp_starttls(smtp, context, server);
    return code == 220 ? greet(smtp, name) : code;
}
