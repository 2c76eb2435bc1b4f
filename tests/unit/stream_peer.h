/*
 * stream_peer: what the tests of streams share: a stream with the other end in the test's hands.
 */
#ifndef TESTS_STREAM_PEER_H
#define TESTS_STREAM_PEER_H

#include "stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* "In time" for what must succeed: a bound for the test's sake, not for the machine's. */
#define LONG_ENOUGH 30000

/*
 * A stream and its peer. Over AF_UNIX the peer can see (SIOCOUTQ) when its bytes have been read, so
 * that pieces stay pieces; over TCP there are FIN and RST.
 */
static inline struct stream *open_stream(int socket) {
    struct stream *stream = stream_open(socket, NULL);
    assert_non_null(stream);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    return stream;
}

static inline struct stream *open_pair(int *peer) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    *peer = pair[1];
    return open_stream(pair[0]);
}

static inline struct stream *open_tcp(int *peer) {
    struct failure why = {""};
    struct net_address own;
    char port[8];
    int listener = net_listen("127.0.0.1:0", &why);
    assert_true(listener >= 0);
    assert_int_equal(net_local(listener, &own, &why), 0);
    snprintf(port, sizeof port, "%u", own.port);
    struct stream *stream = stream_connect(own.host, port, deadline_in(LONG_ENOUGH), &why);
    assert_non_null(stream);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    assert_int_equal(net_wait(listener, false, deadline_in(LONG_ENOUGH)), 1);
    *peer = accept(listener, NULL, NULL);
    assert_true(*peer >= 0);
    close(listener);
    return stream;
}

/* The peer in a thread. It makes no assertions (they would jump out of the wrong stack). */
struct peer {
    int socket;
    const char *bytes; /* sent in pieces of `piece` bytes, each when the one before has been read */
    size_t count, piece;
    bool endless; /* again and again, until nobody takes it */
    bool stay;    /* does not close its side at the end */
    pthread_t thread;
};

static inline bool was_read(int socket) {
    int left = 0;
    deadline end = deadline_in(LONG_ENOUGH);
    while (ioctl(socket, TIOCOUTQ, &left) == 0 && left > 0) {
        if (deadline_left(end) == 0)
            return false;
        sched_yield();
    }
    return true;
}

static inline void *send_pieces(void *context) {
    struct peer *peer = context;
    do {
        for (size_t at = 0; at < peer->count; at += peer->piece) {
            size_t count = peer->count - at < peer->piece ? peer->count - at : peer->piece;
            if (send(peer->socket, peer->bytes + at, count, MSG_NOSIGNAL) < 0 ||
                (peer->piece < peer->count && !was_read(peer->socket)))
                return NULL;
        }
    } while (peer->endless);
    if (!peer->stay)
        shutdown(peer->socket, SHUT_WR);
    return NULL;
}

static inline void start_peer(struct peer *peer) {
    assert_int_equal(pthread_create(&peer->thread, NULL, send_pieces, peer), 0);
}

/* Closes the stream first, so that a peer that still sends finds nobody. */
static inline void end_pair(struct stream *stream, struct peer *peer) {
    stream_abort(stream);
    pthread_join(peer->thread, NULL);
    close(peer->socket);
}

static inline void send_now(int socket, const char *bytes, size_t count) {
    assert_int_equal(send(socket, bytes, count, 0), count);
}

/* "nothing came for 40 milliseconds": the 40 may be less on a machine that was busy just then. */
static inline void assert_timed_out(const struct stream *stream, const char *words) {
    const char *said = stream_failure(stream);
    size_t length = strlen(words);
    if (strncmp(said, words, length) != 0)
        print_error("said: %s\n", said);
    assert_int_equal(strncmp(said, words, length), 0);
}

#define BYTES(text) text, sizeof(text) - 1

static inline size_t open_files(void) {
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;
    if (directory == NULL)
        return SIZE_MAX;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static size_t files_before;

static inline int count_files(void **state) {
    (void)state;
    files_before = open_files();
    return 0;
}

static inline int no_file_is_left_open(void **state) {
    (void)state;
    return open_files() == files_before ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, count_files, no_file_is_left_open)

#endif
