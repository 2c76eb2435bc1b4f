#include "stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

static struct stream *open_pair(int *peer) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    *peer = pair[1];
    struct stream *stream = stream_open(pair[0], NULL);
    assert_non_null(stream);
    stream_set_deadline(stream, deadline_in(30000));
    return stream;
}

static void reads_lines(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_pair(&peer);
    struct buf line;
    buf_init(&line, 100);
    assert_int_equal(write(peer, "a\r\n\nb", 5), 5);
    shutdown(peer, SHUT_WR);
    assert_int_equal(stream_read_line(stream, &line, 10), STREAM_OK);
    assert_string_equal(line.bytes, "a");
    assert_int_equal(stream_read_line(stream, &line, 10), STREAM_BARE_LF);
    assert_string_equal(line.bytes, "");
    assert_int_equal(stream_read_line(stream, &line, 10), STREAM_END);
    assert_string_equal(line.bytes, "b");
    close(peer);
    stream_close(stream);
    buf_free(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
