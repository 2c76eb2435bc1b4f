/* A small conversation with real sockets, and its recording, for tests. */
#ifndef TESTS_WIRE_RECORDING_H
#define TESTS_WIRE_RECORDING_H

#include "record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ends the program as skipped where there is nothing to dissect with. */
static inline void skip_without_tshark(void) {
    if (system("command -v tshark >/dev/null") != 0) {
        puts("skipped: tshark is not installed: ./kit setup");
        exit(77);
    }
}

/* One thing that is said. */
struct utterance {
    int side; /* 0: the client */
    const char *text;
};

static inline struct sockaddr_in test_address(const char *host, unsigned port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
    return address;
}

static inline int test_socket(void) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return fd;
}

/* Both ends in one thread: what one says is read by the other at once. The server, on 127.0.0.2,
   closes first. `client_port` 0: any. */
static inline void converse(unsigned client_port, unsigned server_port,
                            const struct utterance *utterances) {
    struct sockaddr_in server = test_address("127.0.0.2", server_port);
    struct sockaddr_in client = test_address("127.0.0.1", client_port);
    int listener = test_socket(), ends[2] = {test_socket(), -1};
    char bytes[4096];

    assert_int_equal(bind(listener, (struct sockaddr *)&server, sizeof server), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(bind(ends[0], (struct sockaddr *)&client, sizeof client), 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&server, sizeof server), 0);
    ends[1] = accept(listener, NULL, NULL);
    assert_true(ends[1] >= 0);
    for (; utterances->text != NULL; utterances++) {
        size_t length = strlen(utterances->text);
        assert_int_equal(send(ends[utterances->side], utterances->text, length, MSG_NOSIGNAL),
                         (ssize_t)length);
        for (size_t got = 0; got < length;) {
            ssize_t count = recv(ends[1 - utterances->side], bytes, sizeof bytes, 0);
            assert_true(count > 0);
            got += (size_t)count;
        }
    }
    close(ends[1]);
    assert_int_equal(recv(ends[0], bytes, sizeof bytes, 0), 0);
    close(ends[0]);
    close(listener);
}

static const struct utterance small_talk[] = {
    {1, "220 hi\r\n"}, {0, "QUIT\r\n"}, {1, "221 bye\r\n"}, {0, NULL}};

/* Records a conversation into `path`. Returns how many frames it took. */
static inline unsigned long record_conversation(const char *path, unsigned client_port,
                                                unsigned server_port,
                                                const struct utterance *utterances) {
    struct record_end end = {.streams_until = deadline_in(10000)};
    struct record_result result;
    struct failure why;
    struct record *record = record_start(path, "lo", &why);

    if (record == NULL)
        print_error("%s\n", why.text);
    assert_non_null(record);
    converse(client_port, server_port, utterances);
    if (record_stop(record, &end, &result, &why) < 0)
        fail_msg("%s", why.text);
    assert_int_equal(result.open, 0);
    return result.frames;
}

#endif
