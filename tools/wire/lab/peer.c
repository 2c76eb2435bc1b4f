#include "peer.h"
#include "deadline.h"
#include "drained.h"
#include "net.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PIECE_LIMIT = 65536,
    READ_MS = 500, /* how long a piece may wait to be read before the next one goes all the same */
    CONNECT_MS = 5000,
};

/* One connection; its two ways share it. */
struct link {
    const struct peer *peer;
    int client;
    int server;
    atomic_int ways; /* that still run: the last one closes */
};

/* From one end to the other. */
struct way {
    struct link *link;
    int from;
    int to;
};

/* A peer's own manner: passes on `count` bytes. Returns -1 when the receiver is gone. */
typedef int pass_on(const struct way *way, char *bytes, size_t count);

static int send_all(int to, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(to, bytes, count, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (net_wait(to, true, DEADLINE_NEVER) != 1)
                return -1;
        } else if (sent < 0 && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static int pass_one_byte(const struct way *way, char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (send_all(way->to, bytes + i, 1) < 0)
            return -1;
        drained_wait(way->to, deadline_in(READ_MS));
    }
    return 0;
}

static int pass_slowly(const struct way *way, char *bytes, size_t count) {
    static const size_t piece = 7;
    static const struct timespec pause = {.tv_nsec = 2000000};
    for (size_t i = 0; i < count; i += piece) {
        if (send_all(way->to, bytes + i, count - i < piece ? count - i : piece) < 0)
            return -1;
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* Has room for PIECE_LIMIT bytes behind `bytes`: adds what comes before the gap. */
static int pass_together(const struct way *way, char *bytes, size_t count) {
    enum {
        GAP_MS = 20
    };
    while (count < PIECE_LIMIT && net_wait(way->from, false, deadline_in(GAP_MS)) == 1) {
        ssize_t more = recv(way->from, bytes + count, PIECE_LIMIT - count, 0);
        if (more <= 0)
            break; /* the end is read again by the caller */
        count += (size_t)more;
    }
    return send_all(way->to, bytes, count);
}

struct peer {
    const char *name;
    pass_on *pass;
};

static const struct peer peers[] = {
    {"one-byte", pass_one_byte},
    {"slow", pass_slowly},
    {"coalesced", pass_together},
};

static const char names[] = "one-byte, slow, coalesced";

const struct peer *peer_find(const char *name) {
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++)
        if (strcmp(peers[i].name, name) == 0)
            return &peers[i];
    return NULL;
}

const char *peer_names(void) {
    return names;
}

/* Reads up to PIECE_LIMIT bytes. 0: the end; -1: the connection broke. */
static ssize_t receive(int from, char *bytes) {
    for (;;) {
        ssize_t count = recv(from, bytes, PIECE_LIMIT, 0);
        if (count >= 0 || (errno != EAGAIN && errno != EINTR))
            return count;
        if (net_wait(from, false, DEADLINE_NEVER) != 1)
            return -1;
    }
}

/* A reset on one side becomes a reset on the other. */
static void break_off(int connection) {
    static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    (void)!connect(connection, &nowhere, sizeof nowhere); /* disconnects, with RST */
}

static void *run_way(void *context) {
    struct way *way = context;
    struct link *link = way->link;
    char *bytes = malloc(PIECE_LIMIT);
    ssize_t count = bytes == NULL ? -1 : 1;
    while (count > 0 && (count = receive(way->from, bytes)) > 0)
        if (link->peer->pass(way, bytes, (size_t)count) < 0)
            count = -1;
    if (count == 0) {
        shutdown(way->to, SHUT_WR);
    } else {
        break_off(way->to);
        break_off(way->from);
    }
    free(bytes);
    free(way);
    if (atomic_fetch_sub(&link->ways, 1) == 1) {
        close(link->client);
        close(link->server);
        free(link);
    }
    return NULL;
}

static int start_way(struct link *link, int from, int to) {
    struct way *way = malloc(sizeof *way);
    if (way == NULL)
        return -1;
    *way = (struct way){.link = link, .from = from, .to = to};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_way, way) != 0) {
        free(way);
        return -1;
    }
    pthread_detach(thread);
    return 0;
}

static void serve_client(const struct peer *peer, int client, const char *host, const char *port) {
    int server = net_connect(host, port, deadline_in(CONNECT_MS), NULL);
    struct link *link = server < 0 ? NULL : malloc(sizeof *link);
    if (link == NULL) {
        break_off(client); /* the nearest to a refusal that is still possible */
        close(client);
        if (server >= 0)
            close(server);
        return;
    }
    *link = (struct link){.peer = peer, .client = client, .server = server, .ways = 2};
    if (start_way(link, client, server) < 0 || start_way(link, server, client) < 0)
        _exit(1); /* no memory for a thread: the end of this process closes everything */
}

_Noreturn void peer_serve(const struct peer *peer, int listener, const char *host,
                          const char *port) {
    for (;;) {
        if (net_wait(listener, false, DEADLINE_NEVER) != 1)
            continue;
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
            continue;
        int on = 1; /* no waiting for more to send along: each piece leaves at once */
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        serve_client(peer, client, host, port);
    }
}
