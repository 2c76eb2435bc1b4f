#include "transport.h"
#include "tls_context.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

static bool is_would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

static enum transport_result broke(struct failure *why, int error) {
    if (error == EPIPE)
        failure_set(why, "the other side has closed the connection");
    else
        failure_system(why, error, "the connection broke");
    return TRANSPORT_FAILED;
}

static ssize_t receive(int socket, void *bytes, size_t size) {
    ssize_t count;
    do
        count = recv(socket, bytes, size, 0);
    while (count < 0 && errno == EINTR);
    return count;
}

static ssize_t transmit(int socket, const void *bytes, size_t size) {
    ssize_t count;
    do
        count = send(socket, bytes, size, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count;
}

/*
 * OpenSSL's own socket BIO writes with write(2), and so with SIGPIPE when the peer is gone. This
 * one does not, and it remembers the error and the end.
 */
static int io_read(BIO *io, char *bytes, size_t size, size_t *count) {
    struct transport *transport = BIO_get_data(io);
    BIO_clear_retry_flags(io);
    ssize_t received = receive(transport->socket, bytes, size);
    *count = received > 0 ? (size_t)received : 0;
    if (received == 0)
        transport->ended = true;
    if (received < 0 && is_would_block(errno))
        BIO_set_retry_read(io);
    else if (received < 0)
        transport->error = errno;
    return received > 0;
}

static int io_write(BIO *io, const char *bytes, size_t size, size_t *count) {
    struct transport *transport = BIO_get_data(io);
    BIO_clear_retry_flags(io);
    ssize_t sent = transmit(transport->socket, bytes, size);
    *count = sent > 0 ? (size_t)sent : 0;
    if (sent < 0 && is_would_block(errno))
        BIO_set_retry_write(io);
    else if (sent < 0)
        transport->error = errno;
    return sent > 0;
}

static long io_control(BIO *io, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    struct transport *transport = BIO_get_data(io);
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF: /* tells a cut connection from one that only has nothing to say */
        return transport->ended;
    default:
        return 0;
    }
}

BIO_METHOD *transport_socket_io(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "transport");
    if (method == NULL)
        return NULL;
    BIO_meth_set_read_ex(method, io_read);
    BIO_meth_set_write_ex(method, io_write);
    BIO_meth_set_ctrl(method, io_control);
    return method;
}

/* What OpenSSL's reason means to somebody who wanted to send mail. */
static const struct {
    int reason;
    const char *words;
} meanings[] = {
    {SSL_R_UNEXPECTED_EOF_WHILE_READING,
     "the connection was cut: it ended without TLS's close_notify"},
    {SSL_R_WRONG_VERSION_NUMBER, "the other side does not speak TLS here"},
    {SSL_R_HTTP_REQUEST, "the other side does not speak TLS here"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "the other side speaks neither TLS 1.2 nor TLS 1.3"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the other side speaks neither TLS 1.2 nor TLS 1.3"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA,
     "the other side refuses our certificate: it does not trust its issuer"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
     "the other side refuses our certificate: it has expired"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
     "the other side refuses our certificate: wrong name or damaged"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the other side refuses our certificate"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the other side finds no TLS parameters in common"},
    {SSL_R_NO_SHARED_CIPHER, "no cipher suite in common with the other side"},
};

static enum transport_result tls_broke(struct failure *why) {
    unsigned long error = ERR_peek_error();
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == meanings[i].reason) {
            failure_set(why, "%s", meanings[i].words);
            ERR_clear_error();
            return TRANSPORT_FAILED;
        }
    }
    tls_openssl_failure(why, "TLS");
    return TRANSPORT_FAILED;
}

/* What a call that returned `returned` (1: success) came to. */
static enum transport_result tls_result(struct transport *transport, int returned,
                                        struct failure *why) {
    if (returned == 1)
        return TRANSPORT_DONE;
    switch (SSL_get_error(transport->tls, returned)) {
    case SSL_ERROR_WANT_READ:
        return TRANSPORT_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return TRANSPORT_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        failure_set(why, "the other side closed the connection");
        return TRANSPORT_CLOSED;
    case SSL_ERROR_SYSCALL:
        if (transport->error != 0)
            return broke(why, transport->error);
        failure_set(why, "%s", meanings[0].words);
        return TRANSPORT_FAILED;
    default:
        return tls_broke(why);
    }
}

/* SSL_get_error looks at the thread's error queue: what somebody else left there must go first. */
static void tls_begin(struct transport *transport) {
    ERR_clear_error();
    transport->error = 0;
}

enum transport_result transport_read(struct transport *transport, void *bytes, size_t size,
                                     size_t *count, struct failure *why) {
    *count = 0;
    if (transport->tls != NULL) {
        tls_begin(transport);
        return tls_result(transport, SSL_read_ex(transport->tls, bytes, size, count), why);
    }
    ssize_t received = receive(transport->socket, bytes, size);
    if (received > 0) {
        *count = (size_t)received;
        return TRANSPORT_DONE;
    }
    if (received == 0) {
        failure_set(why, "the other side closed the connection");
        return TRANSPORT_CLOSED;
    }
    return is_would_block(errno) ? TRANSPORT_WANTS_READ : broke(why, errno);
}

enum transport_result transport_write(struct transport *transport, const void *bytes, size_t size,
                                      size_t *count, struct failure *why) {
    *count = 0;
    if (transport->tls != NULL) {
        tls_begin(transport);
        return tls_result(transport, SSL_write_ex(transport->tls, bytes, size, count), why);
    }
    ssize_t sent = transmit(transport->socket, bytes, size);
    if (sent >= 0) {
        *count = (size_t)sent;
        return TRANSPORT_DONE;
    }
    return is_would_block(errno) ? TRANSPORT_WANTS_WRITE : broke(why, errno);
}

size_t transport_pending(const struct transport *transport) {
    return transport->tls == NULL ? 0 : (size_t)SSL_pending(transport->tls);
}

/* Both or nothing. */
static int new_session(struct tls_context *context, SSL **tls, BIO **io, struct failure *why) {
    ERR_clear_error();
    *tls = SSL_new(context->ssl);
    *io = BIO_new(context->socket_io);
    if (*tls != NULL && *io != NULL)
        return 0;
    SSL_free(*tls);
    BIO_free(*io);
    return tls_openssl_failure(why, "TLS");
}

int transport_start_tls(struct transport *transport, struct tls_context *context, const char *name,
                        struct failure *why) {
    const struct tls_rules *rules = context->rules;
    if (rules != NULL && (name == NULL || name[0] == '\0'))
        return failure_set(why, "TLS: no name that the certificate must be for");
    SSL *tls;
    BIO *io;
    if (new_session(context, &tls, &io, why) < 0)
        return -1;
    BIO_set_data(io, transport);
    BIO_set_init(io, 1);
    SSL_set_bio(tls, io, io);
    if (rules != NULL && rules->session(tls, name, why) < 0) {
        SSL_free(tls);
        return -1;
    }
    if (rules != NULL)
        SSL_set_connect_state(tls);
    else
        SSL_set_accept_state(tls);
    transport->tls = tls;
    return 0;
}

enum transport_result transport_handshake(struct transport *transport, const char *name,
                                          struct failure *why) {
    struct failure reason = {""};
    struct tls_judgement judgement = {name, false, &reason};
    tls_begin(transport);
    SSL_set_app_data(transport->tls, &judgement);
    int returned = SSL_do_handshake(transport->tls);
    SSL_set_app_data(transport->tls, NULL);
    enum transport_result result = tls_result(transport, returned, why);
    if (judgement.refused && result == TRANSPORT_FAILED)
        failure_set(why, "%s", reason.text);
    return result;
}

enum transport_result transport_notify_close(struct transport *transport, struct failure *why) {
    if (transport->tls == NULL || !SSL_is_init_finished(transport->tls))
        return TRANSPORT_DONE;
    tls_begin(transport);
    int returned = SSL_shutdown(transport->tls);
    return tls_result(transport, returned >= 0 ? 1 : returned, why);
}

void transport_free_tls(struct transport *transport) {
    SSL_free(transport->tls);
    transport->tls = NULL;
}
