#include "stream_peer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static void reads_lines_however_they_come(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count, limit;
        struct {
            enum stream_result result;
            const char *text;
            size_t length;
        } lines[4];
    } cases[] = {
        {BYTES(""), 10, {{STREAM_END, BYTES("")}}},
        {BYTES("\r\n"), 10, {{STREAM_OK, BYTES("")}, {STREAM_END, BYTES("")}}},
        {BYTES("\n"), 10, {{STREAM_BARE_LF, BYTES("")}, {STREAM_END, BYTES("")}}},
        {BYTES("QUIT\r\n"), 10, {{STREAM_OK, BYTES("QUIT")}, {STREAM_END, BYTES("")}}},
        {BYTES("a\r\nb\nc\r\n"),
         10,
         {{STREAM_OK, BYTES("a")}, {STREAM_BARE_LF, BYTES("b")}, {STREAM_OK, BYTES("c")}}},
        /* A CR is part of the line unless LF follows it. */
        {BYTES("a\rb\r\n"), 10, {{STREAM_OK, BYTES("a\rb")}, {STREAM_END, BYTES("")}}},
        {BYTES("\r\r\n"), 10, {{STREAM_OK, BYTES("\r")}, {STREAM_END, BYTES("")}}},
        {BYTES("\r\r\r\n"), 10, {{STREAM_OK, BYTES("\r\r")}, {STREAM_END, BYTES("")}}},
        {BYTES("\ra\n"), 10, {{STREAM_BARE_LF, BYTES("\ra")}, {STREAM_END, BYTES("")}}},
        {BYTES("a\r\n\r\n\n"),
         10,
         {{STREAM_OK, BYTES("a")}, {STREAM_OK, BYTES("")}, {STREAM_BARE_LF, BYTES("")}}},
        {BYTES("a\0b\0\r\n"), 10, {{STREAM_OK, BYTES("a\0b\0")}, {STREAM_END, BYTES("")}}},
        {BYTES("\xff\x80\r\n"), 10, {{STREAM_OK, BYTES("\xff\x80")}, {STREAM_END, BYTES("")}}},
        /* The end in the middle of a line: nothing is hidden. */
        {BYTES("abc"), 10, {{STREAM_END, BYTES("abc")}, {STREAM_END, BYTES("")}}},
        {BYTES("abc\r"), 10, {{STREAM_END, BYTES("abc\r")}, {STREAM_END, BYTES("")}}},
        {BYTES("\r"), 10, {{STREAM_END, BYTES("\r")}, {STREAM_END, BYTES("")}}},
        {BYTES("a\r\nb"), 10, {{STREAM_OK, BYTES("a")}, {STREAM_END, BYTES("b")}}},
        /* The limit counts the bytes before CR LF. */
        {BYTES("1234\r\n"), 4, {{STREAM_OK, BYTES("1234")}, {STREAM_END, BYTES("")}}},
        {BYTES("1234\n"), 4, {{STREAM_BARE_LF, BYTES("1234")}, {STREAM_END, BYTES("")}}},
        {BYTES("12345\r\nx\r\n"), 4, {{STREAM_TOO_LONG, BYTES("1234")}, {STREAM_OK, BYTES("x")}}},
        {BYTES("12345\nx\r\n"), 4, {{STREAM_TOO_LONG, BYTES("1234")}, {STREAM_OK, BYTES("x")}}},
        {BYTES("1234\r5\r\nx\r\n"), 4, {{STREAM_TOO_LONG, BYTES("1234")}, {STREAM_OK, BYTES("x")}}},
        {BYTES("1234\r\r\nx\r\n"), 4, {{STREAM_TOO_LONG, BYTES("1234")}, {STREAM_OK, BYTES("x")}}},
        {BYTES("123\r\r\nx\r\n"), 4, {{STREAM_OK, BYTES("123\r")}, {STREAM_OK, BYTES("x")}}},
        {BYTES("\r\nx\r\n"), 0, {{STREAM_OK, BYTES("")}, {STREAM_TOO_LONG, BYTES("")}}},
        {BYTES("1234567890"), 4, {{STREAM_END, BYTES("1234")}, {STREAM_END, BYTES("")}}},
        {BYTES("1234\r"), 4, {{STREAM_END, BYTES("1234")}, {STREAM_END, BYTES("")}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t piece = 1; piece <= 4; piece++) {
            struct peer peer = {.bytes = cases[i].bytes, .count = cases[i].count, .piece = piece};
            if (piece == 4 && peer.count > 0)
                peer.piece = peer.count;
            struct stream *stream = open_pair(&peer.socket);
            struct buf line;
            buf_init(&line, 1000);
            start_peer(&peer);
            for (size_t n = 0; n < 4 && cases[i].lines[n].text != NULL; n++) {
                enum stream_result result = stream_read_line(stream, &line, cases[i].limit);
                if (result != cases[i].lines[n].result)
                    print_error("case %zu, pieces of %zu, line %zu\n", i, piece, n);
                assert_int_equal(result, cases[i].lines[n].result);
                assert_int_equal(line.length, cases[i].lines[n].length);
                assert_memory_equal(line.bytes, cases[i].lines[n].text, line.length + 1);
                if (result == STREAM_END)
                    assert_string_equal(
                        stream_failure(stream),
                        line.length > 0
                            ? "the other side closed the connection in the middle of a line"
                            : "the other side closed the connection");
            }
            end_pair(stream, &peer);
            buf_free(&line);
        }
    }
}

/* Around the size of the input buffer, at which CR and LF may come apart. */
static void reads_lines_longer_than_its_buffer(void **state) {
    (void)state;
    static const size_t lengths[] = {4093, 4094, 4095, 4096, 4097, 8190, 8191, 8192, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (int over = 0; over <= 1; over++) {
            size_t length = lengths[i];
            char *bytes = malloc(2 * length + 10);
            assert_non_null(bytes);
            memset(bytes, 'x', 2 * length);
            memcpy(bytes + length, "\r\nQUIT\r\n", 8);
            struct peer peer = {.bytes = bytes, .count = length + 8, .piece = length + 8};
            struct stream *stream = open_pair(&peer.socket);
            struct buf line;
            buf_init(&line, 200000);
            start_peer(&peer);
            size_t limit = over ? length - 1 : length;
            assert_int_equal(stream_read_line(stream, &line, limit),
                             over ? STREAM_TOO_LONG : STREAM_OK);
            assert_int_equal(line.length, limit);
            assert_memory_equal(line.bytes, bytes, limit);
            assert_int_equal(stream_read_line(stream, &line, 4), STREAM_OK);
            assert_string_equal(line.bytes, "QUIT");
            end_pair(stream, &peer);
            buf_free(&line);
            free(bytes);
        }
    }
}

static void the_buf_s_own_limit_counts_too(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    struct buf line;
    buf_init(&line, 3);
    send_now(peer, BYTES("123\r\n1234\r\nx\r\n"));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_TOO_LONG);
    assert_string_equal(line.bytes, "123");
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_string_equal(line.bytes, "x");
    stream_abort(stream);
    close(peer);
    buf_free(&line);
}

static void the_deadline_is_one_for_the_whole_line(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count, piece;
        bool endless;
    } cases[] = {
        {BYTES(""), 1, false},
        {BYTES("half"), 4, false},
        {BYTES("ab"), 1, true},       /* a trickle */
        {BYTES("abcdefgh"), 8, true}, /* a flood */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct peer peer = {.bytes = cases[i].bytes,
                            .count = cases[i].count,
                            .piece = cases[i].piece,
                            .endless = cases[i].endless,
                            .stay = true};
        struct stream *stream = open_pair(&peer.socket);
        struct buf line;
        buf_init(&line, 100);
        deadline until = deadline_in(40);
        stream_set_deadline(stream, until);
        start_peer(&peer);
        assert_int_equal(stream_read_line(stream, &line, 100), STREAM_TIMEOUT);
        assert_int_equal(deadline_left(until), 0);
        end_pair(stream, &peer);
        buf_free(&line);
    }
}

static void says_how_long_it_waited(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    struct buf line;
    buf_init(&line, 100);
    stream_set_deadline(stream, deadline_in(1000));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_TIMEOUT);
    assert_string_equal(stream_failure(stream), "nothing came for 1 second");
    send_now(peer, BYTES("half"));
    stream_set_deadline(stream, deadline_in(1000));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_TIMEOUT);
    assert_string_equal(stream_failure(stream), "not everything came within 1 second");
    assert_string_equal(line.bytes, "half");
    stream_abort(stream);
    close(peer);
    buf_free(&line);
}

static void a_passed_deadline_means_only_what_is_there(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    char bytes[10];
    size_t count;
    stream_set_deadline(stream, deadline_in(0));
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_TIMEOUT);
    assert_int_equal(count, 0);
    assert_string_equal(stream_failure(stream), "nothing came");
    send_now(peer, BYTES("abc"));
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_OK);
    assert_int_equal(count, 3);
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_TIMEOUT);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    send_now(peer, BYTES("d"));
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_OK);
    stream_abort(stream);
    close(peer);
}

static void an_interrupt_ends_waiting_for_a_new_line_only(void **state) {
    (void)state;
    struct peer peer = {.bytes = "lf\r\n", .count = 4, .piece = 1};
    int stop[2];
    assert_int_equal(pipe(stop), 0);
    struct stream *stream = open_pair(&peer.socket);
    struct buf line;
    buf_init(&line, 100);
    stream_set_interrupt(stream, stop[0]);
    send_now(peer.socket, BYTES("one\r\ntwo\r\nha"));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_int_equal(write(stop[1], "x", 1), 1);
    /* What is here already is served, and a line that has begun is completed. */
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_string_equal(line.bytes, "two");
    start_peer(&peer);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_string_equal(line.bytes, "half");
    assert_int_equal(stream_printf(stream, "421 closing\r\n"), 0);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_INTERRUPTED);
    assert_int_equal(line.length, 0);
    /* Before it waited, it sent. */
    char reply[20];
    assert_int_equal(recv(peer.socket, reply, sizeof reply, MSG_DONTWAIT), 13);
    stream_set_interrupt(stream, -1);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_END);
    end_pair(stream, &peer);
    close(stop[0]);
    close(stop[1]);
    buf_free(&line);
}

static void an_interrupt_goes_before_a_flood(void **state) {
    (void)state;
    struct peer peer = {.bytes = "NOOP\r\n", .count = 6, .piece = 6, .endless = true};
    int stop[2];
    assert_int_equal(pipe(stop), 0);
    struct stream *stream = open_pair(&peer.socket);
    struct buf line;
    buf_init(&line, 100);
    stream_set_interrupt(stream, stop[0]);
    start_peer(&peer);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_int_equal(write(stop[1], "x", 1), 1);
    enum stream_result result;
    while ((result = stream_read_line(stream, &line, 100)) == STREAM_OK)
        ;
    assert_int_equal(result, STREAM_INTERRUPTED);
    end_pair(stream, &peer);
    close(stop[0]);
    close(stop[1]);
    buf_free(&line);
}

static void do_nothing(int signal) {
    (void)signal;
}

static void signals_do_not_disturb(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = do_nothing}; /* stays: one may still be under way */
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);

    char bytes[2002];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes + 2000, "\r\n", 2);
    struct peer peer = {.bytes = bytes, .count = sizeof bytes, .piece = 1};
    struct stream *stream = open_pair(&peer.socket);
    struct buf line;
    buf_init(&line, 5000);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL); /* the thread inherits it: signals come here */
    start_peer(&peer);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    assert_int_equal(stream_read_line(stream, &line, 5000), STREAM_OK);
    assert_int_equal(line.length, 2000);
    stream_set_deadline(stream, deadline_in(20));
    assert_int_equal(stream_read_line(stream, &line, 5000), STREAM_END);
    setitimer(ITIMER_REAL, &never, NULL);
    end_pair(stream, &peer);
    buf_free(&line);
}

static void reads_exact_counts(void **state) {
    (void)state;
    static const size_t pieces[] = {1, 7, 4096, 20000};
    char bytes[20000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i % 251);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct peer peer = {.bytes = bytes, .count = sizeof bytes, .piece = pieces[i]};
        struct stream *stream = open_pair(&peer.socket);
        struct buf into;
        buf_init(&into, sizeof bytes);
        start_peer(&peer);
        assert_int_equal(stream_read_exact(stream, &into, 0), STREAM_OK);
        assert_int_equal(stream_read_exact(stream, &into, 1), STREAM_OK);
        assert_int_equal(stream_read_exact(stream, &into, 14999), STREAM_OK);
        assert_int_equal(into.length, 15000);
        assert_memory_equal(into.bytes, bytes, 15000);
        assert_int_equal(stream_read_exact(stream, &into, 5001), STREAM_FAILED);
        assert_string_equal(stream_failure(stream), "5001 bytes are more than may be kept");
        assert_int_equal(into.length, 15000);
        assert_int_equal(stream_read_exact(stream, &into, 5000), STREAM_OK);
        assert_memory_equal(into.bytes, bytes, sizeof bytes);
        buf_clear(&into);
        assert_int_equal(stream_read_exact(stream, &into, 1), STREAM_END);
        end_pair(stream, &peer);
        buf_free(&into);
    }
}

static void reads_some_and_looks(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    char bytes[8192];
    const char *there;
    size_t count;
    assert_int_equal(stream_buffered(stream), 0);
    send_now(peer, BYTES("abcdef"));
    assert_int_equal(stream_buffered(stream), 0); /* in the kernel: poll sees that */
    assert_int_equal(stream_read_some(stream, bytes, 2, &count), STREAM_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(bytes, "ab", 2);
    assert_int_equal(stream_buffered(stream), 4);
    assert_int_equal(stream_look(stream, &there, &count), STREAM_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(there, "cdef", 4);
    stream_consume(stream, 3);
    assert_int_equal(stream_look(stream, &there, &count), STREAM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(*there, 'f');
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_OK);
    assert_int_equal(count, 1);
    send_now(peer, BYTES("ghi"));
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_OK);
    assert_int_equal(count, 3);
    stream_consume(stream, 1000); /* more than there is: all of it */
    shutdown(peer, SHUT_WR);
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_END);
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_END);
    assert_int_equal(stream_look(stream, &there, &count), STREAM_END);
    assert_int_equal(count, 0);
    stream_abort(stream);
    close(peer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_lines_however_they_come),
        TEST(reads_lines_longer_than_its_buffer),
        TEST(the_buf_s_own_limit_counts_too),
        TEST(the_deadline_is_one_for_the_whole_line),
        TEST(says_how_long_it_waited),
        TEST(a_passed_deadline_means_only_what_is_there),
        TEST(an_interrupt_ends_waiting_for_a_new_line_only),
        TEST(an_interrupt_goes_before_a_flood),
        TEST(signals_do_not_disturb),
        TEST(reads_exact_counts),
        TEST(reads_some_and_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
