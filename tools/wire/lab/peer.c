#include "peer.h"
#include "deadline.h"
#include "net.h"
#include "peer_intercept.h"
#include "peer_stage.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE_LIMIT = 65536,
    HELD_LIMIT = 2 * PIECE_LIMIT, /* in a stage: what it holds, and a piece that comes */
    CONNECT_MS = 5000,
};

/* One connection; its two ways share it. */
struct link {
    int client;
    int server;
    struct peers peers; /* that are between the two */
    struct stage_link shared;
    atomic_int ways; /* that still run: the last one closes */
};

/* From one end to the other, through the stages of the peers between them. */
struct way {
    struct link *link;
    int from;
    int to;
    struct stage stages[PEER_LIMIT]; /* [0] is the first to get the bytes */
    size_t count;
};

static void add_stage(struct way *way, const struct peer *peer, stage_act *act) {
    if (act == NULL)
        return;
    struct stage *stage = &way->stages[way->count++];
    *stage = (struct stage){.peer = peer,
                            .act = act,
                            .to = way->to,
                            .link = &way->link->shared,
                            .from_server = way->to == way->link->client};
    buf_init(&stage->held, HELD_LIMIT);
    buf_init(&stage->out, HELD_LIMIT);
    buf_init(&stage->kept, HELD_LIMIT);
    if (way->count > 1)
        way->stages[way->count - 2].next = stage;
}

/* The server's bytes meet the first peer first, the program's bytes the last one. */
static void add_stages(struct way *way) {
    const struct peers *peers = &way->link->peers;
    bool to_server = way->to == way->link->server;
    for (size_t i = 0; i < peers->count; i++) {
        const struct peer *peer = &peers->list[i];
        const struct peer *behind = &peers->list[peers->count - 1 - i];
        if (peers->own_server && to_server)
            add_stage(way, peer, peer->kind->to_own_server);
        else if (!peers->own_server)
            add_stage(way, to_server ? behind : peer,
                      to_server ? behind->kind->to_server : peer->kind->to_program);
    }
}

/* Until when what stages hold may wait for more. */
static deadline patience(const struct way *way) {
    deadline until = DEADLINE_NEVER;
    for (size_t i = 0; i < way->count; i++) {
        int quiet_ms = way->stages[i].peer->kind->quiet_ms;
        if (quiet_ms > 0 && way->stages[i].held.length > 0)
            until = deadline_earlier(until, deadline_in(quiet_ms));
    }
    return until;
}

/* Stages let go what they hold: all of them, or only those whom a quiet moment is enough. */
static int let_go(struct way *way, bool all) {
    int result = 0;
    for (size_t i = 0; i < way->count && result == 0; i++)
        if (all || way->stages[i].peer->kind->quiet_ms > 0)
            result = stage_let_go(&way->stages[i]);
    return result;
}

static bool is_silent(const struct way *way) {
    for (size_t i = 0; i < way->count; i++)
        if (way->stages[i].silent)
            return true;
    return false;
}

/* Until the sender closes: 0. -1: the connection broke, or is to be broken. */
static int relay(struct way *way, char *bytes) {
    struct stage *first = way->count > 0 ? &way->stages[0] : NULL;
    for (;;) {
        int ready = net_wait(way->from, false, patience(way));
        if (ready == 0 && let_go(way, false) < 0)
            return -1;
        if (ready < 0)
            return -1;
        ssize_t count = recv(way->from, bytes, PIECE_LIMIT, 0);
        if (count == 0)
            return let_go(way, true);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (count > 0 && stage_take(first, way->to, bytes, (size_t)count) < 0)
            return -1;
    }
}

/* A reset on one side becomes a reset on the other. */
static void break_off(int connection) {
    static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    (void)!connect(connection, &nowhere, sizeof nowhere); /* disconnects, with RST */
}

static void close_link(struct link *link) {
    close(link->client);
    close(link->server);
    close(link->shared.client_spoke);
    free(link);
}

static void *run_way(void *context) {
    struct way *way = context;
    struct link *link = way->link;
    char *bytes = malloc(PIECE_LIMIT);
    if (bytes == NULL || relay(way, bytes) < 0) {
        break_off(way->to);
        break_off(way->from);
    } else if (!is_silent(way) || way->to == link->server) {
        shutdown(way->to, SHUT_WR); /* who is silent does not close either, or has closed */
    }
    free(bytes);
    for (size_t i = 0; i < way->count; i++) {
        buf_free(&way->stages[i].held);
        buf_free(&way->stages[i].out);
        buf_free(&way->stages[i].kept);
    }
    free(way);
    if (atomic_fetch_sub(&link->ways, 1) == 1)
        close_link(link);
    return NULL;
}

static int start_way(struct link *link, int from, int to) {
    struct way *way = malloc(sizeof *way);
    if (way == NULL)
        return -1;
    *way = (struct way){.link = link, .from = from, .to = to};
    add_stages(way);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_way, way) != 0) {
        free(way);
        return -1;
    }
    pthread_detach(thread);
    return 0;
}

static int start_link(const struct peers *peers, int client, int server) {
    int client_spoke = eventfd(0, EFD_CLOEXEC);
    struct link *link = client_spoke < 0 ? NULL : malloc(sizeof *link);
    if (link == NULL)
        return -1;
    *link = (struct link){.client = client,
                          .server = server,
                          .peers = *peers,
                          .shared = {.first = NOBODY_SPOKE, .client_spoke = client_spoke},
                          .ways = 2};
    return start_way(link, client, server) < 0 || start_way(link, server, client) < 0 ? -1 : 0;
}

static struct peers part(const struct peers *peers, size_t from, size_t count) {
    struct peers some = {.count = count, .own_server = peers->own_server};
    for (size_t i = 0; i < count; i++)
        some.list[i] = peers->list[from + i];
    return some;
}

/* Who intercepts is the end of two connections, so those on his sides have links of their own. */
static int start_row(const struct peers *peers, int client, int server) {
    size_t i = 0;
    while (i < peers->count && peers->list[i].kind->intercepts == PEER_PASSES)
        i++;
    if (i == peers->count)
        return start_link(peers, client, server);
    int ends[2];
    struct peers before = part(peers, 0, i), behind = part(peers, i + 1, peers->count - i - 1);
    if (before.count > 0) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0 ||
            start_link(&before, ends[0], server) < 0)
            return -1;
        server = ends[1];
    }
    if (behind.count > 0) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0 ||
            start_row(&behind, client, ends[0]) < 0)
            return -1;
        client = ends[1];
    }
    return peer_intercept(&peers->list[i], client, server);
}

static void serve_client(const struct peers *peers, int client, const char *host,
                         const char *port) {
    int server = net_connect(host, port, deadline_in(CONNECT_MS), NULL);
    if (server < 0) {
        break_off(client); /* the nearest to a refusal that is still possible */
        close(client);
        return;
    }
    if (start_row(peers, client, server) < 0)
        _exit(1); /* no memory for a thread: the end of this process closes everything */
}

_Noreturn void peer_serve(const struct peers *peers, int listener, const char *host,
                          const char *port) {
    for (;;) {
        if (net_wait(listener, false, DEADLINE_NEVER) != 1)
            continue;
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
            continue;
        int on = 1; /* no waiting for more to send along: each piece leaves at once */
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        serve_client(peers, client, host, port);
    }
}
