/*
 * conversation: an SMTP client and a scripted server in one test, without threads.
 *
 * The connection is a pair of SOCK_SEQPACKET sockets: what the server says in one piece arrives in
 * one read, never together with the next piece. So a test decides where TCP would have cut.
 */
#ifndef TESTS_CONVERSATION_H
#define TESTS_CONVERSATION_H

#include "smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A string with its length: it may hold NUL. */
#define BYTES(text) text, sizeof(text) - 1

struct conversation {
    struct smtp smtp;
    int server;
};

static inline void conversation_begin(struct conversation *conversation) {
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    *conversation = (struct conversation){.server = ends[1]};
    conversation->smtp.timeout_ms = 20 * 1000; /* never reached, unless a test wants it */
    conversation->smtp.stream = stream_open(ends[0], NULL);
    conversation->smtp.reader.stream = conversation->smtp.stream;
    assert_non_null(conversation->smtp.stream);
}

/* The server says this, now or before it is asked, in one piece. */
static inline void server_says(struct conversation *conversation, const char *bytes, size_t count) {
    assert_int_equal(send(conversation->server, bytes, count, MSG_NOSIGNAL), count);
}

/* The same, in pieces of `piece` bytes. */
static inline void server_says_slowly(struct conversation *conversation, const char *bytes,
                                      size_t count, size_t piece) {
    for (size_t i = 0; i < count; i += piece)
        server_says(conversation, bytes + i, count - i < piece ? count - i : piece);
}

/* As much of this as the client's kernel takes before the client reads, in pieces. */
static inline void server_says_what_fits(struct conversation *conversation, const char *bytes,
                                         size_t count, size_t piece) {
    for (size_t i = 0; i < count; i += piece) {
        size_t length = count - i < piece ? count - i : piece;
        if (send(conversation->server, bytes + i, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            return;
    }
}

/* The server says no more, but still listens. */
static inline void server_closes(struct conversation *conversation) {
    assert_int_equal(shutdown(conversation->server, SHUT_WR), 0);
}

/* All that the client has sent so far. */
static inline size_t server_heard(struct conversation *conversation, char *bytes, size_t size) {
    size_t length = 0;
    for (ssize_t count;
         (count = recv(conversation->server, bytes + length, size - length, MSG_DONTWAIT)) > 0;)
        length += (size_t)count;
    assert_true(length < size);
    bytes[length] = '\0';
    return length;
}

static inline void assert_heard(struct conversation *conversation, const char *bytes,
                                size_t count) {
    static char heard[65536];
    assert_int_equal(server_heard(conversation, heard, sizeof heard), count);
    assert_memory_equal(heard, bytes, count);
}

static inline void conversation_end(struct conversation *conversation) {
    close(conversation->server);
    stream_close(conversation->smtp.stream);
}

#endif
