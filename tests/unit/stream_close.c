#include "stream_peer.h"

#include <errno.h>
#include <string.h>

/* A client that still sends when the server has said goodbye, and only then reads. */
static void *send_late_and_read(void *context) {
    int socket = *(int *)context;
    char bytes[4096] = {0};
    for (int i = 0; i < 100; i++)
        if (send(socket, bytes, sizeof bytes, MSG_NOSIGNAL) < 0)
            return (void *)SIZE_MAX;
    size_t total = 0;
    for (;;) {
        ssize_t count = recv(socket, bytes, sizeof bytes, 0);
        if (count < 0)
            return (void *)(SIZE_MAX - 1);
        if (count == 0) {
            close(socket);
            return (void *)total;
        }
        total += (size_t)count;
    }
}

static void closing_loses_no_reply(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_tcp(&peer);
    assert_int_equal(stream_printf(stream, "%30000s", "221 bye\r\n"), 0);
    send_now(peer, BYTES("unread"));
    pthread_t client;
    assert_int_equal(pthread_create(&client, NULL, send_late_and_read, &peer), 0);
    assert_int_equal(stream_close(stream), 0);
    void *taken;
    pthread_join(client, &taken);
    assert_int_equal((size_t)taken, 30000);
}

static void closing_does_not_wait_for_ever(void **state) {
    (void)state;
    static const char zeros[65536];
    struct peer peer = {
        .bytes = zeros, .count = sizeof zeros, .piece = sizeof zeros, .endless = true};
    struct stream *stream = open_tcp(&peer.socket);
    start_peer(&peer);
    assert_int_equal(stream_close(stream), 0); /* it never stops sending */
    pthread_join(peer.thread, NULL);
    close(peer.socket);

    stream = open_tcp(&peer.socket);
    assert_int_equal(stream_close(stream), 0); /* it never says anything, nor closes */
    char byte;
    assert_int_equal(recv(peer.socket, &byte, 1, 0), 0);
    close(peer.socket);

    stream = open_pair(&peer.socket);
    while (send(stream_socket(stream), zeros, sizeof zeros, MSG_DONTWAIT) > 0)
        ;
    assert_int_equal(stream_printf(stream, "x"), 0);
    assert_int_equal(stream_close(stream), -1); /* it takes nothing */
    close(peer.socket);
    assert_int_equal(stream_close(NULL), 0);
}

static void aborting_resets(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_tcp(&peer);
    stream_abort(stream);
    stream_abort(NULL);
    char byte;
    assert_int_equal(recv(peer, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    close(peer);
}

static void names_both_ends(void **state) {
    (void)state;
    int peer;
    struct stream *stream = open_tcp(&peer);
    struct net_address far;
    assert_int_equal(net_peer(peer, &far, NULL), 0);
    assert_string_equal(stream_local(stream)->host, far.host);
    assert_int_equal(stream_local(stream)->port, far.port);
    assert_string_equal(stream_peer(stream)->host, "127.0.0.1");
    assert_false(stream_is_tls(stream));
    assert_string_equal(stream_tls_description(stream), "");
    stream_abort(stream);
    close(peer);

    /* A peer that was gone before anybody looked. */
    struct stream *lost = stream_open(socket(AF_INET, SOCK_STREAM, 0), NULL);
    assert_string_equal(stream_peer(lost)->host, "?");
    char bytes[1];
    size_t count;
    assert_int_equal(stream_read_some(lost, bytes, 1, &count), STREAM_FAILED);
    assert_int_equal(stream_close(lost), 0);

    struct failure why;
    assert_null(stream_connect("127.0.0.1", "70000", DEADLINE_NEVER, &why));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(closing_loses_no_reply),
        TEST(closing_does_not_wait_for_ever),
        TEST(aborting_resets),
        TEST(names_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
