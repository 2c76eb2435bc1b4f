#include "channel.h"
#include "certificate.h"
#include "drained.h"
#include "net.h"
#include "stream.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DRAINED_MS = 2000, /* for an other end that does not read, and perhaps need not */
    PIECE = 16384,
    HANDSHAKE = 22, /* how the first record of TLS begins: RFC 8446 §5.1 */
};

static enum channel_result from_stream(enum stream_result result) {
    return result == STREAM_OK        ? CHANNEL_FINE
           : result == STREAM_TIMEOUT ? CHANNEL_LATE
                                      : CHANNEL_ENDED;
}

/* As recv(2), when there is something. */
static enum channel_result take(struct channel *channel, char bytes[PIECE], size_t *count,
                                deadline until) {
    if (channel->stream != NULL) {
        stream_set_deadline(channel->stream, until);
        return from_stream(stream_read_some(channel->stream, bytes, PIECE, count));
    }
    while (net_wait(channel->socket, false, until) == 1) {
        ssize_t received = recv(channel->socket, bytes, PIECE, 0);
        *count = received > 0 ? (size_t)received : 0;
        if (received > 0)
            return CHANNEL_FINE;
        if (received == 0 || (errno != EAGAIN && errno != EINTR))
            return CHANNEL_ENDED;
    }
    return CHANNEL_LATE;
}

enum channel_result channel_receive(struct channel *channel, struct buf *received, deadline until) {
    char bytes[PIECE];
    size_t count = 0;
    enum channel_result result = take(channel, bytes, &count, until);
    if (result == CHANNEL_FINE && buf_append(received, bytes, count) < 0)
        return CHANNEL_FULL;
    return result;
}

static enum channel_result send_in_clear(const struct channel *channel, const char *bytes,
                                         size_t count, deadline until) {
    while (count > 0) {
        ssize_t sent = send(channel->socket, bytes, count, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (net_wait(channel->socket, true, until) != 1)
                return CHANNEL_LATE;
        } else if (sent < 0 && errno != EINTR) {
            return CHANNEL_ENDED;
        }
    }
    return CHANNEL_FINE;
}

enum channel_result channel_send(struct channel *channel, const char *bytes, size_t count,
                                 deadline until) {
    enum channel_result result = CHANNEL_FINE;
    if (channel->stream == NULL) {
        result = send_in_clear(channel, bytes, count, until);
    } else {
        stream_set_deadline(channel->stream, until);
        if (stream_write(channel->stream, bytes, count) < 0 || stream_flush(channel->stream) < 0)
            result = deadline_left(until) == 0 ? CHANNEL_LATE : CHANNEL_ENDED;
    }
    if (result == CHANNEL_FINE)
        drained_wait(channel->socket, deadline_earlier(until, deadline_in(DRAINED_MS)));
    return result;
}

/* Who says anything else than a ClientHello is no client of TLS: his bytes stay to be received. */
static enum channel_result look_for_handshake(const struct channel *channel, deadline until,
                                              struct failure *why) {
    unsigned char first = 0;
    ssize_t count;
    do {
        if (net_wait(channel->socket, false, until) != 1) {
            failure_set(why, "sent no ClientHello");
            return CHANNEL_LATE;
        }
        count = recv(channel->socket, &first, 1, MSG_PEEK);
    } while (count < 0 && (errno == EAGAIN || errno == EINTR));
    if (count == 1 && first == HANDSHAKE)
        return CHANNEL_FINE;
    failure_set(why, count == 1 ? "sent no ClientHello" : "closed");
    return count == 1 ? CHANNEL_FULL : CHANNEL_ENDED;
}

enum channel_result channel_start_tls(struct channel *channel, bool server,
                                      const struct session_tls *terms, deadline until,
                                      struct failure *why) {
    enum channel_result result = server ? look_for_handshake(channel, until, why) : CHANNEL_FINE;
    if (result != CHANNEL_FINE)
        return result;
    channel->context = server ? certificate_server(terms->certificate, terms->version, why)
                              : certificate_careless(why);
    if (channel->context != NULL)
        channel->stream = stream_open(channel->socket, why);
    if (channel->stream == NULL)
        return CHANNEL_LATE;
    stream_set_deadline(channel->stream, until);
    if (stream_start_tls(channel->stream, channel->context, server ? NULL : "mail.example.org",
                         why) == 0)
        return CHANNEL_FINE;
    return deadline_left(until) == 0 ? CHANNEL_LATE : CHANNEL_ENDED;
}

void channel_end(struct channel *channel, bool orderly) {
    if (channel->socket < 0)
        return;
    if (channel->stream != NULL && orderly)
        stream_end(channel->stream);
    else
        shutdown(channel->socket, SHUT_WR);
}

/* What is left of TLS. The socket was the stream's. */
static void forget(struct channel *channel) {
    tls_free(channel->context);
    *channel = (struct channel){.socket = -1};
}

void channel_reset(struct channel *channel) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (channel->stream != NULL) {
        stream_abort(channel->stream);
    } else {
        setsockopt(channel->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(channel->socket);
    }
    forget(channel);
}

void channel_close(struct channel *channel) {
    if (channel->stream != NULL)
        stream_close(channel->stream);
    else if (channel->socket >= 0)
        close(channel->socket);
    forget(channel);
}
