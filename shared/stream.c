#include "stream_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS  2000
#define LINGER_MAX 1048576u

struct stream *stream_open(int socket, struct failure *why) {
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        failure_system(why, ENOMEM, "connection");
        return NULL;
    }
    stream->transport.socket = socket;
    stream->interrupt = -1;
    stream_set_deadline(stream, DEADLINE_NEVER);
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    /* A peer may be gone by now: then it has no address, and the first read says what happened. */
    static const struct net_address unknown = {"?", 0};
    if (net_peer(socket, &stream->peer, NULL) < 0)
        stream->peer = unknown;
    if (net_local(socket, &stream->local, NULL) < 0)
        stream->local = unknown;
    return stream;
}

struct stream *stream_connect(const char *host, const char *port, deadline until,
                              struct failure *why) {
    int socket = net_connect(host, port, until, why);
    if (socket < 0)
        return NULL;
    struct stream *stream = stream_open(socket, why);
    if (stream == NULL)
        close(socket);
    return stream;
}

void stream_set_deadline(struct stream *stream, deadline until) {
    stream->until = until;
    stream->since = deadline_in(0);
    stream->heard = false;
}

void stream_set_interrupt(struct stream *stream, int fd) {
    stream->interrupt = fd;
}

enum stream_result stream_timed_out(struct stream *stream, bool writing) {
    const char *what = writing         ? "the other side did not take everything"
                       : stream->heard ? "not everything came"
                                       : "nothing came";
    /* A little time passes between the caller's deadline_in and stream_set_deadline: rounded, a
       second is a second again. */
    int64_t ms = stream->until - stream->since, seconds = (ms + 500) / 1000;
    int64_t amount = seconds > 0 ? seconds : ms;
    if (ms <= 0)
        failure_set(&stream->failure, "%s", what);
    else
        failure_set(&stream->failure, "%s %s %lld %s%s", what,
                    writing || stream->heard ? "within" : "for", (long long)amount,
                    seconds > 0 ? "second" : "millisecond", amount == 1 ? "" : "s");
    return STREAM_TIMEOUT;
}

enum stream_result stream_wait(struct stream *stream, bool writing) {
    int ready = net_wait(stream->transport.socket, writing, stream->until);
    if (ready > 0)
        return STREAM_OK;
    if (ready == 0)
        return stream_timed_out(stream, writing);
    failure_system(&stream->failure, errno, "cannot wait for the connection");
    return STREAM_FAILED;
}

enum stream_result stream_pause(struct stream *stream, deadline until) {
    stream_flush(stream); /* if it fails, the next read or write says so */
    struct pollfd interrupt = {.fd = stream->interrupt, .events = POLLIN};
    int ready;
    do
        ready = poll(&interrupt, 1, deadline_left(until));
    while (ready < 0 && errno == EINTR);
    return ready > 0 ? STREAM_INTERRUPTED : STREAM_OK;
}

enum stream_result stream_wait_interruptible(struct stream *stream, bool writing) {
    struct pollfd fds[] = {
        {.fd = stream->transport.socket, .events = writing ? POLLOUT : POLLIN},
        {.fd = stream->interrupt, .events = POLLIN}, /* poll(2) passes over -1 */
    };
    int ready;
    do
        ready = poll(fds, 2, deadline_left(stream->until));
    while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        failure_system(&stream->failure, errno, "cannot wait for the connection");
        return STREAM_FAILED;
    }
    if (ready == 0)
        return stream_timed_out(stream, writing);
    return fds[1].revents == 0 ? STREAM_OK : STREAM_INTERRUPTED;
}

static int tls_failed(struct stream *stream, struct failure *why) {
    stream->read_failed = stream->write_failed = true;
    return failure_set(why, "%s", stream->failure.text);
}

static int shake_hands(struct stream *stream, const char *name) {
    for (;;) {
        enum transport_result state =
            transport_handshake(&stream->transport, name, &stream->failure);
        if (state == TRANSPORT_DONE)
            return 0;
        if (state == TRANSPORT_CLOSED || state == TRANSPORT_FAILED)
            return -1;
        if (deadline_left(stream->until) == 0 && stream->until > stream->since) {
            stream_timed_out(stream, state == TRANSPORT_WANTS_WRITE);
            return -1; /* a peer that never stops sending pieces must not hold us */
        }
        enum stream_result waited =
            stream_wait_interruptible(stream, state == TRANSPORT_WANTS_WRITE);
        if (waited == STREAM_INTERRUPTED)
            return failure_set(&stream->failure, "interrupted during the handshake");
        if (waited != STREAM_OK)
            return -1;
    }
}

int stream_start_tls(struct stream *stream, struct tls_context *context, const char *name,
                     struct failure *why) {
    struct transport *transport = &stream->transport;
    if (transport->tls != NULL) {
        failure_set(&stream->failure, "the connection is encrypted already");
        return tls_failed(stream, why);
    }
    if (stream_unread(stream) > 0) {
        failure_set(&stream->failure, "the other side went on in clear where TLS must begin");
        return tls_failed(stream, why);
    }
    if (stream_flush(stream) < 0 ||
        transport_start_tls(transport, context, name, &stream->failure) < 0)
        return tls_failed(stream, why);
    if (shake_hands(stream, name) < 0)
        return tls_failed(stream, why);
    snprintf(stream->description, sizeof stream->description, "%s %s",
             SSL_get_version(transport->tls), SSL_get_cipher_name(transport->tls));
    return 0;
}

bool stream_is_tls(const struct stream *stream) {
    return stream->description[0] != '\0';
}

const char *stream_tls_description(const struct stream *stream) {
    return stream->description;
}

const struct ssl_st *stream_tls_session(const struct stream *stream) {
    return stream_is_tls(stream) ? stream->transport.tls : NULL;
}

int stream_socket(const struct stream *stream) {
    return stream->transport.socket;
}

const struct net_address *stream_peer(const struct stream *stream) {
    return &stream->peer;
}

const struct net_address *stream_local(const struct stream *stream) {
    return &stream->local;
}

const char *stream_failure(const struct stream *stream) {
    return stream->failure.text;
}

static void release(struct stream *stream) {
    transport_free_tls(&stream->transport);
    close(stream->transport.socket);
    /* A password may have come or gone through them. */
    if (stream->in != NULL)
        explicit_bzero(stream->in, STREAM_IN_SIZE);
    if (stream->out != NULL)
        explicit_bzero(stream->out, STREAM_OUT_SIZE);
    free(stream->in);
    free(stream->out);
    free(stream);
}

/* The FIN behind close_notify goes into its segment: what is read in one piece is one end, and
   nobody answers its first half before the second is there. */
static void notify_close(struct stream *stream) {
    enum transport_result state;
    if (stream->transport.tls != NULL)
        setsockopt(stream->transport.socket, IPPROTO_TCP, TCP_CORK, &(int){1}, sizeof(int));
    do
        state = transport_notify_close(&stream->transport, &stream->failure);
    while ((state == TRANSPORT_WANTS_READ || state == TRANSPORT_WANTS_WRITE) &&
           stream_wait(stream, state == TRANSPORT_WANTS_WRITE) == STREAM_OK);
}

/* Reads and forgets until the peer's FIN. What came encrypted is not even decrypted. */
static void linger(struct stream *stream) {
    char bytes[4096];
    size_t total = 0;
    while (total < LINGER_MAX) {
        ssize_t count = recv(stream->transport.socket, bytes, sizeof bytes, 0);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
            return;
        if (count > 0)
            total += (size_t)count;
        else if (stream_wait(stream, false) != STREAM_OK)
            return;
    }
}

int stream_end(struct stream *stream) {
    int result = stream_flush(stream);
    if (!stream->read_failed && !stream->write_failed)
        notify_close(stream);
    shutdown(stream->transport.socket, SHUT_WR);
    stream->ended = true;
    return result;
}

int stream_close(struct stream *stream) {
    if (stream == NULL)
        return 0;
    stream_set_deadline(stream, deadline_in(LINGER_MS));
    int result = stream->ended ? 0 : stream_end(stream);
    linger(stream);
    release(stream);
    return result;
}

void stream_abort(struct stream *stream) {
    if (stream == NULL)
        return;
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(stream->transport.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    release(stream);
}
