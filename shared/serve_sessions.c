#include "serve_sessions.h"
#include "log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define STACK             ((size_t)256 * 1024) /* address space; memory is only what a session touches */
#define HANDSHAKE_SECONDS 30

struct serve_one {
    struct serve_one *next, *previous; /* in `running` */
    struct serve_one *next_finished;
    struct serve_sessions *sessions;
    const struct serve_listener *listener;
    struct net_address peer;
    unsigned long number;
    pthread_t thread;
    int socket;
    int interrupt;
    bool open; /* `socket` is still this session's, and may be shut down from outside */
};

int serve_sessions_init(struct serve_sessions *sessions, struct failure *why) {
    memset(sessions, 0, sizeof *sessions);
    sessions->ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sessions->ended < 0)
        return failure_system(why, errno, "eventfd");
    pthread_mutex_init(&sessions->mutex, NULL);
    return 0;
}

int serve_sessions_from(const struct serve_sessions *sessions, const char *host) {
    int count = 0;
    for (const struct serve_one *one = sessions->running; one != NULL; one = one->next)
        count += strcmp(one->peer.host, host) == 0;
    return count;
}

/* TLS from the first byte, where the listener wants it; then the session. */
static void talk(const struct serve_one *one, struct stream *stream) {
    const struct serve_listener *listener = one->listener;
    struct failure why;
    stream_set_interrupt(stream, one->interrupt);
    if (listener->tls != NULL) {
        int seconds = listener->handshake_seconds;
        stream_set_deadline(stream,
                            deadline_in(1000 * (seconds > 0 ? seconds : HANDSHAKE_SECONDS)));
        if (stream_start_tls(stream, listener->tls, NULL, &why) < 0) {
            log_event(LOG_WARN, "session=%lu client=%s no TLS: %s", one->number, one->peer.host,
                      why.text);
            return;
        }
        stream_set_deadline(stream, DEADLINE_NEVER);
    }
    listener->session(stream, one->number, listener->context);
}

static void *run(void *context) {
    struct serve_one *one = context;
    struct serve_sessions *sessions = one->sessions;
    struct failure why;
    struct stream *stream = stream_open(one->socket, &why);
    if (stream != NULL)
        talk(one, stream);
    else
        log_event(LOG_ERROR, "session=%lu %s", one->number, why.text);

    pthread_mutex_lock(&sessions->mutex);
    one->open = false; /* once closed, its number may be another's */
    pthread_mutex_unlock(&sessions->mutex);
    if (stream != NULL)
        stream_close(stream);
    else
        close(one->socket);

    pthread_mutex_lock(&sessions->mutex);
    one->next_finished = sessions->finished;
    sessions->finished = one;
    pthread_mutex_unlock(&sessions->mutex);
    eventfd_write(sessions->ended, 1);
    return NULL;
}

static int start_thread(struct serve_one *one) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    pthread_attr_setstacksize(&attributes, STACK);
    error = pthread_create(&one->thread, &attributes, run, one);
    pthread_attr_destroy(&attributes);
    return error;
}

int serve_sessions_start(struct serve_sessions *sessions, int socket,
                         const struct net_address *peer, const struct serve_listener *listener,
                         int interrupt, struct failure *why) {
    struct serve_one *one = calloc(1, sizeof *one);
    if (one == NULL)
        return failure_system(why, ENOMEM, "a session");
    one->sessions = sessions;
    one->listener = listener;
    one->peer = *peer;
    one->number = sessions->started + 1;
    one->socket = socket;
    one->interrupt = interrupt;
    one->open = true;
    int error = start_thread(one);
    if (error != 0) {
        free(one);
        return failure_system(why, error, "a thread for a session");
    }
    one->next = sessions->running;
    if (one->next != NULL)
        one->next->previous = one;
    sessions->running = one;
    sessions->started++;
    sessions->count++;
    return 0;
}

static void forget(struct serve_sessions *sessions, struct serve_one *one) {
    if (one->previous != NULL)
        one->previous->next = one->next;
    else
        sessions->running = one->next;
    if (one->next != NULL)
        one->next->previous = one->previous;
    sessions->count--;
    free(one);
}

void serve_sessions_join(struct serve_sessions *sessions) {
    eventfd_t ignored;
    eventfd_read(sessions->ended, &ignored); /* before looking: who ends later makes it readable */
    pthread_mutex_lock(&sessions->mutex);
    struct serve_one *one = sessions->finished;
    sessions->finished = NULL;
    pthread_mutex_unlock(&sessions->mutex);
    while (one != NULL) {
        struct serve_one *next = one->next_finished;
        pthread_join(one->thread, NULL);
        forget(sessions, one);
        one = next;
    }
}

int serve_sessions_cut(struct serve_sessions *sessions) {
    int cut = 0;
    pthread_mutex_lock(&sessions->mutex);
    for (struct serve_one *one = sessions->running; one != NULL; one = one->next) {
        if (!one->open)
            continue;
        shutdown(one->socket, SHUT_RDWR);
        cut++;
    }
    pthread_mutex_unlock(&sessions->mutex);
    return cut;
}

bool serve_sessions_free(struct serve_sessions *sessions) {
    if (sessions->count > 0)
        return false;
    close(sessions->ended);
    pthread_mutex_destroy(&sessions->mutex);
    return true;
}
