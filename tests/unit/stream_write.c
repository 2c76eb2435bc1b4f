#include "stream_peer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int waiting_bytes(int socket) {
    int count = -1;
    assert_int_equal(ioctl(socket, FIONREAD, &count), 0);
    return count;
}

static void collects_what_it_sends(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    struct buf line;
    buf_init(&line, 100);
    send_now(peer, BYTES("A\r\nB\r\nC\r\n"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(stream_read_line(stream, &line, 10), STREAM_OK);
        assert_int_equal(stream_printf(stream, "250 %s\r\n", line.bytes), 0);
        assert_int_equal(waiting_bytes(peer), 0);
    }
    stream_set_deadline(stream, deadline_in(0));
    assert_int_equal(stream_read_line(stream, &line, 10), STREAM_TIMEOUT);
    char bytes[100];
    assert_int_equal(recv(peer, bytes, sizeof bytes, 0), 21);
    assert_memory_equal(bytes, "250 A\r\n250 B\r\n250 C\r\n", 21);
    assert_int_equal(stream_write(stream, "", 0), 0);
    assert_int_equal(stream_write(stream, NULL, 0), 0);
    assert_int_equal(stream_flush(stream), 0);
    assert_int_equal(waiting_bytes(peer), 0);
    assert_int_equal(stream_write(stream, "x", 1), 0);
    assert_int_equal(stream_flush(stream), 0);
    assert_int_equal(waiting_bytes(peer), 1);
    stream_abort(stream);
    close(peer);
    buf_free(&line);
}

/* Takes everything, a few bytes at a time, and checks that it counts up modulo 251. */
static void *read_slowly(void *context) {
    int socket = *(int *)context;
    unsigned char bytes[1000];
    size_t total = 0;
    for (;;) {
        ssize_t count = recv(socket, bytes, 1 + total % sizeof bytes, 0);
        if (count <= 0)
            return (void *)(count < 0 ? SIZE_MAX : total);
        for (ssize_t i = 0; i < count; i++, total++)
            if (bytes[i] != total % 251)
                return (void *)(SIZE_MAX - 1);
    }
}

static void sends_everything_in_order(void **state) {
    (void)state;
    static const size_t sizes[] = {1,    100,  3995,   4095, 1,       4096, 1,    4097,
                                   5000, 4096, 300000, 17,   2000000, 0,    8192, 3};
    for (int tcp = 0; tcp <= 1; tcp++) {
        int peer;
        struct stream *stream = tcp ? open_tcp(&peer) : open_pair(&peer);
        pthread_t reader;
        assert_int_equal(pthread_create(&reader, NULL, read_slowly, &peer), 0);
        char *bytes = malloc(2000000);
        assert_non_null(bytes);
        size_t total = 0;
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            for (size_t n = 0; n < sizes[i]; n++, total++)
                bytes[n] = (char)(total % 251);
            assert_int_equal(stream_write(stream, bytes, sizes[i]), 0);
        }
        free(bytes);
        assert_int_equal(stream_flush(stream), 0);
        shutdown(stream_socket(stream), SHUT_WR);
        void *taken;
        pthread_join(reader, &taken);
        assert_int_equal((size_t)taken, total);
        close(peer);
        assert_int_equal(stream_close(stream), 0);
    }
}

static void prints_texts_of_any_length(void **state) {
    (void)state;
    static const int widths[] = {1, 511, 512, 513, 4095, 4096, 4097, 20000};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        int peer;
        struct stream *stream = open_pair(&peer);
        assert_int_equal(stream_printf(stream, "%*s", widths[i], "x"), 0);
        assert_int_equal(stream_flush(stream), 0);
        char bytes[20001];
        assert_int_equal(recv(peer, bytes, sizeof bytes, MSG_DONTWAIT), widths[i]);
        assert_int_equal(bytes[widths[i] - 1], 'x');
        stream_abort(stream);
        close(peer);
    }
}

static void a_peer_that_takes_nothing_ends_writing(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_tcp(&peer);
    char bytes[65536] = {0};
    struct buf line;
    buf_init(&line, 100);
    stream_set_deadline(stream, deadline_in(50));
    int result;
    do
        result = stream_write(stream, bytes, sizeof bytes);
    while (result == 0);
    assert_timed_out(stream, "the other side did not take everything");
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    assert_int_equal(stream_write(stream, "x", 1), -1);
    assert_int_equal(stream_printf(stream, "x"), -1);
    assert_int_equal(stream_flush(stream), -1);
    /* Its own last words are read, but not waited for. */
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_FAILED);
    stream_abort(stream);
    close(peer);
    buf_free(&line);
}

/* Reading sends first; where that hangs, reading hangs, up to the deadline. */
static void a_peer_that_takes_nothing_ends_reading(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    char bytes[4096] = {0};
    struct buf line;
    buf_init(&line, 100);
    while (send(stream_socket(stream), bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
    stream_set_deadline(stream, deadline_in(20));
    assert_int_equal(stream_printf(stream, "x"), 0);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_TIMEOUT);
    assert_timed_out(stream, "the other side did not take everything");
    stream_abort(stream);
    close(peer);
    buf_free(&line);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state) {
    (void)state;
    assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    int peer;
    struct stream *stream = open_pair(&peer);
    close(peer);
    assert_int_equal(stream_printf(stream, "NOOP\r\n"), 0);
    assert_int_equal(stream_flush(stream), -1);
    assert_string_equal(stream_failure(stream), "the other side has closed the connection");
    assert_int_equal(stream_close(stream), -1);

    stream = open_tcp(&peer);
    struct linger reset = {1, 0};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(peer);
    struct buf line;
    buf_init(&line, 100);
    for (int i = 0; i < 2; i++) { /* it stays so */
        assert_int_equal(stream_read_line(stream, &line, 100), STREAM_FAILED);
        assert_string_equal(stream_failure(stream),
                            "the connection broke: connection reset by peer");
    }
    stream_close(stream);
    buf_free(&line);
}

/* A server says 421 and hangs up while the client sends: RST comes, but its words were here. */
static void last_words_are_read(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_tcp(&peer);
    struct buf line;
    buf_init(&line, 100);
    assert_int_equal(stream_printf(stream, "EHLO me\r\n"), 0);
    assert_int_equal(stream_flush(stream), 0);
    assert_int_equal(net_wait(peer, false, deadline_in(LONG_ENOUGH)), 1);
    send_now(peer, BYTES("421 too busy\r\n"));
    close(peer); /* with EHLO unread: RST */
    deadline end = deadline_in(LONG_ENOUGH);
    while (deadline_left(end) > 0 && stream_write(stream, "x", 1) == 0 && stream_flush(stream) == 0)
        ;
    assert_int_equal(stream_printf(stream, "MAIL\r\n"), -1);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_string_equal(line.bytes, "421 too busy");
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_END);
    stream_close(stream);
    buf_free(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(collects_what_it_sends),
        TEST(sends_everything_in_order),
        TEST(prints_texts_of_any_length),
        TEST(a_peer_that_takes_nothing_ends_writing),
        TEST(a_peer_that_takes_nothing_ends_reading),
        TEST(a_peer_that_is_gone_is_an_error_and_no_signal),
        TEST(last_words_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
