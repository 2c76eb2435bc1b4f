/*
 * Peers that are the other end of TLS themselves: the client shakes hands with them, and they with
 * the server. In between they see everything, as whoever's certificate a client accepts would.
 */
#include "peer_intercept.h"
#include "certificate.h"
#include "net.h"
#include "stream.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE = 16384,
    PATIENCE_MS = 10000, /* for a handshake, and for who does not read */
    HANDSHAKE = 22,      /* how the first record of TLS begins: RFC 8446 §5.1 */
};

struct intercept {
    struct peer peer;
    int client;
    int server;
    char tail[8]; /* how the client's last line in clear ended: "TLS\r\n" */
    bool spoke;   /* the client has said something */
};

/* --- in clear --- */

static int forward(int to, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(to, bytes, count, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (net_wait(to, true, deadline_in(PATIENCE_MS)) != 1)
                return -1;
        } else if (sent < 0 && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static void remember(struct intercept *way, const char *bytes, size_t count) {
    size_t size = sizeof way->tail;
    for (size_t i = count > size ? count - size : 0; i < count; i++) {
        memmove(way->tail, way->tail + 1, size - 1);
        way->tail[size - 1] = bytes[i];
    }
    way->spoke = true;
}

/* TLS can begin where nothing was said, and behind STARTTLS; elsewhere a byte 22 is only a byte. */
static bool may_encrypt(const struct intercept *way) {
    static const char command[] = "TLS\r\n";
    size_t length = sizeof command - 1;
    return !way->spoke || strncasecmp(way->tail + sizeof way->tail - length, command, length) == 0;
}

/* Passes on what one side has said. 1; 0: it has closed; -1: broken. */
static int pass(struct intercept *way, int from, int to) {
    char bytes[PIECE];
    ssize_t count = recv(from, bytes, sizeof bytes, 0);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? 1 : -1;
    if (count == 0)
        return shutdown(to, SHUT_WR) < 0 ? -1 : 0;
    if (from == way->client)
        remember(way, bytes, (size_t)count);
    return forward(to, bytes, (size_t)count) < 0 ? -1 : 1;
}

static bool says_hello(const struct intercept *way) {
    unsigned char first;
    return may_encrypt(way) && recv(way->client, &first, 1, MSG_PEEK) == 1 && first == HANDSHAKE;
}

/* Until the client's ClientHello is there: true. false: both have closed, or one broke off. */
static bool relay_clear(struct intercept *way) {
    struct pollfd ends[] = {{.fd = way->client, .events = POLLIN},
                            {.fd = way->server, .events = POLLIN}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (poll(ends, 2, -1) < 0)
            continue; /* EINTR */
        if (ends[0].revents != 0 && says_hello(way))
            return true;
        for (size_t i = 0; i < 2; i++) {
            if (ends[i].revents == 0)
                continue;
            int result =
                pass(way, i == 0 ? way->client : way->server, i == 0 ? way->server : way->client);
            if (result < 0)
                return false;
            if (result == 0)
                ends[i].fd = -1;
        }
    }
    return false;
}

/* --- encrypted --- */

/* What is there of one side goes to the other. 1; 0: it has ended, as the other now has; -1. */
static int pass_stream(struct stream *from, struct stream *to) {
    char bytes[PIECE];
    size_t count;
    stream_set_deadline(from, deadline_in(0));
    enum stream_result result = stream_read_some(from, bytes, sizeof bytes, &count);
    stream_set_deadline(to, deadline_in(PATIENCE_MS));
    if (result == STREAM_TIMEOUT)
        return 1; /* not a whole record yet */
    if (result == STREAM_END)
        return stream_end(to) < 0 ? -1 : 0;
    if (result != STREAM_OK)
        return -1;
    return stream_write(to, bytes, count) < 0 || stream_flush(to) < 0 ? -1 : 1;
}

static void relay_streams(struct stream *client, struct stream *server) {
    struct stream *streams[] = {client, server};
    struct pollfd ends[] = {{.fd = stream_socket(client), .events = POLLIN},
                            {.fd = stream_socket(server), .events = POLLIN}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        bool waiting = (ends[0].fd >= 0 && stream_buffered(client) > 0) ||
                       (ends[1].fd >= 0 && stream_buffered(server) > 0);
        if (poll(ends, 2, waiting ? 0 : -1) < 0)
            continue; /* EINTR */
        for (size_t i = 0; i < 2; i++) {
            if (ends[i].fd < 0 || (ends[i].revents == 0 && stream_buffered(streams[i]) == 0))
                continue;
            int result = pass_stream(streams[i], streams[1 - i]);
            if (result < 0)
                return;
            if (result == 0)
                ends[i].fd = -1;
        }
    }
}

/* The handshake with the client, as the peer's word demands. NULL: the client did not want it. */
static struct stream *accept_client(struct intercept *way, struct tls_context *context) {
    struct stream *client = context == NULL ? NULL : stream_open(way->client, NULL);
    if (client == NULL)
        return NULL;
    way->client = -1;
    stream_set_deadline(client, deadline_in(PATIENCE_MS));
    if (stream_start_tls(client, context, NULL, NULL) == 0)
        return client;
    stream_close(client);
    return NULL;
}

static struct stream *connect_server(struct intercept *way, struct tls_context *context) {
    struct stream *server = context == NULL ? NULL : stream_open(way->server, NULL);
    if (server == NULL)
        return NULL;
    way->server = -1;
    stream_set_deadline(server, deadline_in(PATIENCE_MS));
    if (stream_start_tls(server, context, "mail.example.org", NULL) == 0)
        return server;
    stream_close(server);
    return NULL;
}

static void relay_encrypted(struct intercept *way) {
    const char *word = way->peer.kind->words[way->peer.number];
    bool version = way->peer.kind->intercepts == PEER_VERSION;
    struct tls_context *to_client =
        certificate_server(version ? "mail" : word, version ? word : NULL, NULL);
    struct tls_context *to_server = certificate_careless(NULL);
    struct stream *client = accept_client(way, to_client);
    struct stream *server = client == NULL ? NULL : connect_server(way, to_server);
    if (server != NULL)
        relay_streams(client, server);
    stream_close(server);
    stream_close(client);
    tls_free(to_server);
    tls_free(to_client);
}

static void *run(void *context) {
    struct intercept *way = context;
    if (relay_clear(way))
        relay_encrypted(way);
    if (way->client >= 0)
        close(way->client);
    if (way->server >= 0)
        close(way->server);
    free(way);
    return NULL;
}

int peer_intercept(const struct peer *peer, int client, int server) {
    struct intercept *way = malloc(sizeof *way);
    pthread_t thread;
    if (way == NULL)
        return -1;
    *way = (struct intercept){.peer = *peer, .client = client, .server = server};
    if (pthread_create(&thread, NULL, run, way) != 0) {
        free(way);
        return -1;
    }
    pthread_detach(thread);
    return 0;
}
