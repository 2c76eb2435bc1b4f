#include "certificate.h"
#include "tls.h"
#include <openssl/ssl.h>
#include <time.h>

static void add_name(struct buf *lines, const char *what, const X509_NAME *name) {
    BIO *text = BIO_new(BIO_s_mem());
    char *bytes;
    if (text != NULL && X509_NAME_print_ex(text, name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ) >= 0) {
        long length = BIO_get_mem_data(text, &bytes);
        buf_printf(lines, "%s%.*s\n", what, (int)length, bytes);
    }
    BIO_free(text);
}

static void date(const ASN1_TIME *when, char text[20]) {
    struct tm time;
    if (ASN1_TIME_to_tm(when, &time) != 1 || strftime(text, 20, "%Y-%m-%d %H:%M", &time) == 0)
        snprintf(text, 20, "?");
}

static void add_names(struct buf *lines, X509 *certificate) {
    struct buf names;
    buf_init(&names, 4096);
    tls_certificate_names(certificate, &names);
    buf_printf(lines, "names    %s\n", names.bytes != NULL ? names.bytes : "?");
    buf_free(&names);
}

static void add_common_name(struct buf *lines, const X509 *certificate) {
    char name[100];
    if (X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                  sizeof name) > 0)
        buf_printf(lines, "%s", name);
    else
        buf_printf(lines, "?");
}

static void add_chain(struct buf *lines, const SSL *session) {
    STACK_OF(X509) *chain = SSL_get0_verified_chain(session);
    buf_printf(lines, "chain    ");
    for (int i = 0; i < sk_X509_num(chain); i++) {
        buf_printf(lines, i > 0 ? ", " : "");
        add_common_name(lines, sk_X509_value(chain, i));
    }
    buf_printf(lines, "\n");
}

void certificate_describe(const struct stream *stream, struct buf *lines) {
    const SSL *session = stream_tls_session(stream);
    if (session == NULL)
        return;
    buf_printf(lines, "%s, %s\n", SSL_get_version(session), SSL_get_cipher_name(session));
    X509 *certificate = SSL_get0_peer_certificate(session);
    if (certificate == NULL)
        return;
    char from[20], until[20];
    date(X509_get0_notBefore(certificate), from);
    date(X509_get0_notAfter(certificate), until);
    add_name(lines, "subject  ", X509_get_subject_name(certificate));
    add_name(lines, "issuer   ", X509_get_issuer_name(certificate));
    buf_printf(lines, "valid    from %s to %s UTC\n", from, until);
    add_names(lines, certificate);
    if (SSL_get_verify_result(session) == X509_V_OK && SSL_get0_verified_chain(session) != NULL)
        add_chain(lines, session);
}
