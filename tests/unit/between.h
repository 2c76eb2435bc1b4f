/*
 * between: what the tests of peers share: a client on one side of a peer, a server on the other.
 */
#ifndef TESTS_BETWEEN_H
#define TESTS_BETWEEN_H

#include "net.h"
#include "peer.h"
#include "process.h"

#include "files_for_tests.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 30000
};

struct between {
    int server_listener;
    pid_t peer;
    int client;
    int server;
};

static inline int listen_somewhere(char address[32], char port[8]) {
    struct net_address own;
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_true(listener >= 0);
    assert_int_equal(net_local(listener, &own, NULL), 0);
    snprintf(port, 8, "%u", own.port);
    snprintf(address, 32, "%.31s", own.host);
    return listener;
}

static inline void between_begin(struct between *between, const char *row) {
    char address[32], port[8], back_address[32], back_port[8];
    struct peers peers;
    struct failure why;
    if (peer_parse(row, &peers, &why) < 0)
        fail_msg("%s", why.text);
    between->server_listener = listen_somewhere(back_address, back_port);
    int listener = listen_somewhere(address, port);
    between->peer = process_fork(NULL);
    if (between->peer == 0)
        peer_serve(&peers, listener, back_address, back_port);
    assert_true(between->peer > 0);
    close(listener);
    between->client = net_connect(address, port, deadline_in(PATIENCE_MS), NULL);
    assert_true(between->client >= 0);
    assert_int_equal(net_wait(between->server_listener, false, deadline_in(PATIENCE_MS)), 1);
    between->server = accept4(between->server_listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(between->server >= 0);
}

static inline void between_end(struct between *between) {
    close(between->client);
    close(between->server);
    close(between->server_listener);
    process_end(between->peer, 0);
}

static inline void say(int connection, const char *text) {
    assert_int_equal(send(connection, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* The next piece, as one recv brings it; "" is the end. */
static inline void piece(int connection, const char *expected) {
    char bytes[4000];
    assert_int_equal(net_wait(connection, false, deadline_in(PATIENCE_MS)), 1);
    ssize_t count = recv(connection, bytes, sizeof bytes - 1, 0);
    assert_true(count >= 0);
    bytes[count] = '\0';
    assert_string_equal(bytes, expected);
}

/* Exactly these bytes come, in whatever pieces. */
static inline void hear(int connection, const char *expected) {
    char bytes[4000];
    size_t length = 0;
    while (length < strlen(expected)) {
        assert_int_equal(net_wait(connection, false, deadline_in(PATIENCE_MS)), 1);
        ssize_t count = recv(connection, bytes + length, strlen(expected) - length, 0);
        assert_true(count > 0);
        length += (size_t)count;
    }
    bytes[length] = '\0';
    assert_string_equal(bytes, expected);
}

static inline void hear_the_end(int connection) {
    piece(connection, "");
}

static inline void hear_a_reset(int connection) {
    char byte;
    assert_int_equal(net_wait(connection, false, deadline_in(PATIENCE_MS)), 1);
    assert_int_equal(recv(connection, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
}

/* The server says `said`, in pieces that end where it has a ~; the client hears `heard`. */
static inline void through(const char *row, const char *said, const char *heard) {
    struct between between;
    between_begin(&between, row);
    while (*said != '\0') {
        size_t length = strcspn(said, "~");
        assert_int_equal(send(between.server, said, length, MSG_NOSIGNAL), length);
        said += length + (said[length] == '~');
    }
    shutdown(between.server, SHUT_WR);
    hear(between.client, heard);
    hear_the_end(between.client);
    between_end(&between);
}

#endif
