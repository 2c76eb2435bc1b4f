#include "serve.h"
#include "log.h"
#include "serve_goodbye.h"
#include "serve_sessions.h"
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTENERS   16
#define ARENAS      2    /* of malloc(3): each takes memory, and sessions hardly meet in it */
#define ACCEPTS     64   /* from one listener, before the others have their turn */
#define PAUSE_MS    1000 /* how long accepting rests when the system has run out of something */
#define SHORTAGE_MS 60000
#define CUT_WAIT_MS 5000 /* for sessions whose connection was cut; a stream_close takes two */
#define FIXED_POLLS 3    /* stop, signals, ended sessions */

struct listening {
    struct serve_listener listener;
    int socket;
    char *busy;
};

struct serve {
    struct serve_limits limits;
    struct listening listening[LISTENERS];
    size_t listeners;
    struct pollfd polls[FIXED_POLLS + LISTENERS + SERVE_GOODBYES];
    int stop;    /* eventfd; never read, so that every session sees it */
    int signals; /* signalfd, while serve_run runs */
    struct serve_sessions sessions;
    struct serve_goodbyes goodbyes;
    deadline paused_until;   /* accepting rests; 0: it does not */
    deadline shortage_until; /* the log does not speak of a shortage again before */
};

struct serve *serve_new(const struct serve_limits *limits, struct failure *why) {
    struct serve *serve = calloc(1, sizeof *serve);
    if (serve == NULL) {
        failure_system(why, ENOMEM, "server");
        return NULL;
    }
    serve->limits = *limits;
    serve->signals = -1;
    serve->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (serve->stop < 0) {
        failure_system(why, errno, "eventfd");
        free(serve);
        return NULL;
    }
    if (serve_sessions_init(&serve->sessions, why) < 0) {
        close(serve->stop);
        free(serve);
        return NULL;
    }
    return serve;
}

int serve_listen(struct serve *serve, const struct serve_listener *listener, struct failure *why) {
    if (serve->listeners == LISTENERS)
        return failure_set(why, "%s: more than %d listeners", listener->address, LISTENERS);
    int socket = net_listen(listener->address, why);
    if (socket < 0)
        return -1;
    struct net_address local;
    char *busy = strdup(listener->busy);
    if (busy == NULL || net_local(socket, &local, why) < 0) {
        if (busy == NULL)
            failure_system(why, ENOMEM, "%s", listener->address);
        free(busy);
        close(socket);
        return -1;
    }
    struct listening *listening = &serve->listening[serve->listeners++];
    *listening = (struct listening){*listener, socket, busy};
    listening->listener.busy = busy;
    listening->listener.address = NULL; /* not copied: nobody needs it any more */
    bool ipv6 = strchr(local.host, ':') != NULL;
    log_event(LOG_INFO, "listening on %s%s%s:%u", ipv6 ? "[" : "", local.host, ipv6 ? "]" : "",
              local.port);
    return 0;
}

/* Says why nobody is accepted for a while, but not every second. */
static void pause_accepting(struct serve *serve, const char *reason) {
    serve->paused_until = deadline_in(PAUSE_MS);
    if (deadline_left(serve->shortage_until) > 0)
        return;
    serve->shortage_until = deadline_in(SHORTAGE_MS);
    log_event(LOG_ERROR, "%s, with %d sessions: new connections wait until one ends", reason,
              serve->sessions.count);
}

/* Which limit a further connection from this peer would pass; NULL: none. */
static const char *over_limit(const struct serve *serve, const struct net_address *peer) {
    if (serve->sessions.count >= serve->limits.connections)
        return "too many connections";
    if (serve_sessions_from(&serve->sessions, peer->host) >= serve->limits.per_address)
        return "too many connections from this address";
    return NULL;
}

/* Gives a connection just accepted to a thread, or says goodbye to it. */
static void admit(struct serve *serve, const struct serve_listener *listener, int socket) {
    struct failure why;
    struct net_address peer;
    if (net_peer(socket, &peer, NULL) < 0) { /* it has gone already */
        close(socket);
        return;
    }
    /* In clear, words make no sense to a peer that waits for TLS. */
    const char *busy = listener->tls == NULL ? listener->busy : NULL;
    const char *limit = over_limit(serve, &peer);
    if (limit != NULL) {
        log_event(LOG_WARN, "client=%s refused: %s", peer.host, limit);
        serve_goodbye_say(&serve->goodbyes, socket, busy);
    } else if (serve_sessions_start(&serve->sessions, socket, &peer, listener, serve->stop, &why) <
               0) {
        serve_goodbye_say(&serve->goodbyes, socket, busy);
        pause_accepting(serve, why.text);
    }
}

static void accept_some(struct serve *serve, const struct listening *listening) {
    for (int i = 0; i < ACCEPTS && serve->paused_until == 0; i++) {
        int socket = accept4(listening->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            admit(serve, &listening->listener, socket);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            struct failure why;
            failure_system(&why, errno, "cannot accept");
            pause_accepting(serve, why.text);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return; /* EAGAIN, or a connection that broke before it began: poll says what is next */
        }
    }
}

/* Waits until something happens, or `until`. */
static void wait_for_events(struct serve *serve, bool accepting, deadline until) {
    struct pollfd *polls = serve->polls;
    nfds_t count = FIXED_POLLS;
    polls[0] = (struct pollfd){.fd = accepting ? serve->stop : -1, .events = POLLIN};
    polls[1] = (struct pollfd){.fd = serve->signals, .events = POLLIN};
    polls[2] = (struct pollfd){.fd = serve->sessions.ended, .events = POLLIN};
    for (size_t i = 0; i < serve->listeners; i++) {
        bool listening = accepting && serve->paused_until == 0;
        polls[count++] =
            (struct pollfd){.fd = listening ? serve->listening[i].socket : -1, .events = POLLIN};
    }
    count += serve_goodbye_polls(&serve->goodbyes, polls + count);
    until = deadline_earlier(until, serve_goodbye_next(&serve->goodbyes));
    if (poll(polls, count, deadline_left(until)) <= 0)
        for (nfds_t i = 0; i < count; i++)
            polls[i].revents = 0;
    if (polls[2].revents != 0)
        serve_sessions_join(&serve->sessions);
    serve_goodbye_look(&serve->goodbyes, polls + FIXED_POLLS + serve->listeners);
}

static bool signal_came(struct serve *serve) {
    struct signalfd_siginfo info;
    if (read(serve->signals, &info, sizeof info) < 0)
        return false;
    log_event(LOG_INFO, "%s", info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
    return true;
}

static void accept_until_stop(struct serve *serve) {
    for (;;) {
        deadline until = serve->paused_until == 0 ? DEADLINE_NEVER : serve->paused_until;
        wait_for_events(serve, true, until);
        if (serve->polls[0].revents != 0 || signal_came(serve))
            return;
        if (serve->polls[2].revents != 0 || deadline_left(until) == 0)
            serve->paused_until = 0;
        for (size_t i = 0; i < serve->listeners; i++)
            if (serve->polls[FIXED_POLLS + i].revents != 0)
                accept_some(serve, &serve->listening[i]);
    }
}

/* Waits until no session runs any more. A further signal shortens it. False: some still run. */
static bool wait_for_sessions(struct serve *serve, deadline until) {
    while (serve->sessions.count > 0 && deadline_left(until) != 0) {
        wait_for_events(serve, false, until);
        if (signal_came(serve))
            break;
    }
    return serve->sessions.count == 0;
}

static int stop_all(struct serve *serve, struct failure *why) {
    for (size_t i = 0; i < serve->listeners; i++) {
        close(serve->listening[i].socket);
        serve->listening[i].socket = -1;
    }
    if (serve->sessions.count > 0)
        log_event(LOG_INFO, "stopping, sessions that may finish their command: %d",
                  serve->sessions.count);
    int cut = 0;
    if (!wait_for_sessions(serve, deadline_in(serve->limits.stop_seconds * 1000))) {
        cut = serve_sessions_cut(&serve->sessions);
        wait_for_sessions(serve, deadline_in(CUT_WAIT_MS));
    }
    serve_goodbye_end(&serve->goodbyes);
    if (serve->sessions.count > 0)
        return failure_set(why, "sessions that do not end: %d", serve->sessions.count);
    return cut > 0 ? failure_set(why, "sessions that had to be cut: %d", cut) : 0;
}

/* A thousand connections are a thousand descriptors, and each may have a file open too. */
static void raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int serve_run(struct serve *serve, int ready_fd, struct failure *why) {
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    /* Blocked, they wait in the signalfd; the sessions' threads inherit that. */
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    mallopt(M_ARENA_MAX, ARENAS); /* NOLINT(concurrency-mt-unsafe): no session runs yet */
    serve->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    int status = serve->signals < 0 ? failure_system(why, errno, "signalfd") : 0;
    if (ready_fd >= 0) {
        if (status == 0 && write(ready_fd, "\n", 1) != 1)
            log_event(LOG_WARN, "nobody waits at the ready descriptor %d", ready_fd);
        close(ready_fd);
    }
    if (status == 0) {
        accept_until_stop(serve);
        serve_stop(serve);
        status = stop_all(serve, why);
        while (signal_came(serve))
            continue; /* what came late must not kill a server that has stopped */
        close(serve->signals);
        serve->signals = -1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

void serve_stop(struct serve *serve) {
    int error = errno; /* a signal handler leaves it as it was, and calls write(2) at most */
    if (write(serve->stop, &(uint64_t){1}, sizeof(uint64_t)) < 0)
        errno = error; /* it is readable already */
}

void serve_free(struct serve *serve) {
    if (serve == NULL || !serve_sessions_free(&serve->sessions))
        return;
    for (size_t i = 0; i < serve->listeners; i++) {
        if (serve->listening[i].socket >= 0)
            close(serve->listening[i].socket);
        free(serve->listening[i].busy);
    }
    serve_goodbye_end(&serve->goodbyes);
    close(serve->stop);
    free(serve);
}
