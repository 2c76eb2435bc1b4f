#include "tls.h"
#include "buf.h"
#include "tls_context.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tls_openssl_failure(struct failure *why, const char *what) {
    unsigned long error = ERR_get_error();
    const char *reason = ERR_reason_error_string(error);
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(error))
        return failure_system(why, ERR_GET_REASON(error), "%s", what);
    if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE)
        return failure_set(why, "%s: nothing of the kind in this file, which must be PEM", what);
    return failure_set(why, "%s: %s", what, reason != NULL ? reason : "unknown error");
}

/* One line of the key log: client random and secret. Sessions of many threads share the file, so
   each line is one write(2) at its end. */
static void log_key(const SSL *session, const char *line) {
    const struct tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(session));
    struct buf text;
    buf_init(&text, 4096);
    if (buf_printf(&text, "%s\n", line) == 0) {
        ssize_t written = write(context->key_log, text.bytes, text.length);
        (void)written; /* a disk that is full must not end the session */
    }
    buf_wipe(&text);
}

static int open_key_log(struct tls_context *context, struct failure *why) {
    const char *path = secure_getenv("SSLKEYLOGFILE");
    if (path == NULL || path[0] == '\0')
        return 0;
    context->key_log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (context->key_log < 0)
        return failure_system(why, errno, "%s (SSLKEYLOGFILE)", path);
    SSL_CTX_set_app_data(context->ssl, context);
    SSL_CTX_set_keylog_callback(context->ssl, log_key);
    return 0;
}

/* OpenSSL would ask on the terminal for the password of an encrypted key. */
static int no_password(char *password, int size, int writing, void *context) {
    (void)password;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

/* What both sides have in common; versions and what is trusted come later. */
static struct tls_context *new_context(const struct tls_rules *rules, struct failure *why) {
    ERR_clear_error();
    struct tls_context *context = calloc(1, sizeof *context);
    if (context == NULL) {
        failure_system(why, ENOMEM, "TLS");
        return NULL;
    }
    context->rules = rules;
    context->key_log = -1;
    context->socket_io = transport_socket_io();
    context->ssl = SSL_CTX_new(rules != NULL ? TLS_client_method() : TLS_server_method());
    if (context->ssl == NULL || context->socket_io == NULL) {
        tls_openssl_failure(why, "TLS");
        tls_free(context);
        return NULL;
    }
    SSL_CTX_set_options(context->ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                          SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
    /* Tickets carry a session's state; a cache of ours would only grow. */
    SSL_CTX_set_session_cache_mode(context->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(context->ssl, no_password);
    if (open_key_log(context, why) < 0) {
        tls_free(context);
        return NULL;
    }
    return context;
}

/* OpenSSL's own configuration may forbid old versions, and so does its security level from 1 on.
   Here only the rules forbid. */
static void allow_all_versions(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_max_proto_version(context, 0);
}

static void allow_what_rules_allow(SSL_CTX *context) {
    if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION)
        SSL_CTX_set_security_level(context, 0);
}

struct tls_context *tls_client(const struct tls_rules *rules, const char *authorities,
                               struct failure *why) {
    struct tls_context *context = new_context(rules, why);
    if (context == NULL)
        return NULL;
    allow_all_versions(context->ssl);
    if (rules->context(context->ssl, authorities, why) < 0) {
        tls_free(context);
        return NULL;
    }
    allow_what_rules_allow(context->ssl);
    if (SSL_CTX_get_verify_callback(context->ssl) == NULL)
        SSL_CTX_set_verify(context->ssl, SSL_CTX_get_verify_mode(context->ssl),
                           tls_judge_certificate);
    return context;
}

/*
 * What a server of today offers (RFC 9325 §4.2): of TLS 1.2 only what encrypts and authenticates in
 * one, with keys that are thrown away. Finite fields are left out: a client can ask for the largest
 * and have the server do the work (CVE-2002-20001).
 */
static bool offer_only_strong(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:X448:P-384:P-521") == 1;
}

struct tls_context *tls_server(const char *certificate, const char *key, struct failure *why) {
    struct tls_context *context = new_context(NULL, why);
    if (context == NULL)
        return NULL;
    const char *what = "TLS";
    int read = offer_only_strong(context->ssl);
    if (read == 1) {
        what = certificate;
        read = SSL_CTX_use_certificate_chain_file(context->ssl, certificate);
    }
    if (read == 1) {
        what = key;
        read = SSL_CTX_use_PrivateKey_file(context->ssl, key, SSL_FILETYPE_PEM);
    }
    if (read == 1)
        read = SSL_CTX_check_private_key(context->ssl);
    if (read != 1) {
        tls_openssl_failure(why, what);
        tls_free(context);
        return NULL;
    }
    return context;
}

int tls_only_version(struct tls_context *context, const char *version, struct failure *why) {
    static const struct {
        const char *name;
        int number;
    } versions[] = {
        {"1.0", TLS1_VERSION},
        {"1.1", TLS1_1_VERSION},
        {"1.2", TLS1_2_VERSION},
        {"1.3", TLS1_3_VERSION},
    };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        int number = versions[i].number;
        if (strcmp(versions[i].name, version) != 0)
            continue;
        if (number < TLS1_2_VERSION) {
            SSL_CTX_set_security_level(context->ssl, 0);
            SSL_CTX_set_cipher_list(context->ssl, "DEFAULT");
        }
        SSL_CTX_set_min_proto_version(context->ssl, 0); /* least and most never cross */
        SSL_CTX_set_max_proto_version(context->ssl, number);
        SSL_CTX_set_min_proto_version(context->ssl, number);
        return 0;
    }
    return failure_set(why, "there is no TLS %s", version);
}

void tls_free(struct tls_context *context) {
    if (context == NULL)
        return;
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->socket_io);
    if (context->key_log >= 0)
        close(context->key_log);
    free(context);
}
