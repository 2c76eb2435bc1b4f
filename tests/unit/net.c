#include "net.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_here(const char *address, char port[8]) {
    struct failure why = {""};
    int listener = net_listen(address, &why);
    if (listener < 0)
        print_error("%s\n", why.text);
    assert_true(listener >= 0);
    struct net_address own;
    assert_int_equal(net_local(listener, &own, &why), 0);
    snprintf(port, 8, "%u", own.port);
    return listener;
}

static void connects_and_names_both_ends(void **state) {
    (void)state;
    char port[8];
    struct failure why = {""};
    int listener = listen_here("127.0.0.2:0", port);
    int client = net_connect("127.0.0.2", port, deadline_in(30000), &why);
    assert_true(client >= 0);
    assert_true(fcntl(client, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(client, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(listener, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener, F_GETFD) & FD_CLOEXEC);
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    assert_true(no_delay);
    assert_int_equal(net_wait(listener, false, deadline_in(30000)), 1);
    int server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    struct net_address mine, his;
    assert_int_equal(net_peer(client, &his, &why), 0);
    assert_string_equal(his.host, "127.0.0.2");
    assert_int_equal(net_local(client, &mine, &why), 0);
    assert_int_equal(net_peer(server, &his, &why), 0);
    assert_string_equal(mine.host, his.host);
    assert_int_equal(mine.port, his.port);
    close(server);
    close(client);
    close(listener);
}

static void every_address_takes_ipv4_and_ipv6(void **state) {
    (void)state;
    char port[8];
    struct failure why = {""};
    int listener = listen_here("*:0", port);
    int client = net_connect("127.0.0.3", port, deadline_in(30000), &why);
    assert_true(client >= 0);
    assert_int_equal(net_wait(listener, false, deadline_in(30000)), 1);
    int server = accept(listener, NULL, NULL);
    struct net_address peer, own;
    assert_int_equal(net_peer(server, &peer, &why), 0);
    assert_int_equal(net_local(server, &own, &why), 0);
    assert_null(strchr(peer.host, ':'));
    assert_string_equal(own.host, "127.0.0.3");
    close(server);
    close(client);
    client = net_connect("::1", port, deadline_in(30000), &why);
    if (client >= 0)
        close(client);
    close(listener);
}

static void takes_an_ipv6_literal(void **state) {
    (void)state;
    struct failure why = {""};
    int listener = net_listen("[::1]:0", &why);
    if (listener < 0)
        skip(); /* a machine without IPv6 */
    struct net_address own;
    assert_int_equal(net_local(listener, &own, &why), 0);
    assert_string_equal(own.host, "::1");
    char port[8];
    snprintf(port, sizeof port, "%u", own.port);
    int client = net_connect("::1", port, deadline_in(30000), &why);
    assert_true(client >= 0);
    close(client);
    close(listener);
}

static void says_why_it_cannot_connect(void **state) {
    (void)state;
    /* Bound, but not listening: nobody else gets this port meanwhile. */
    char port[8], words[100];
    struct net_address own;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int closed = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(closed, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(net_local(closed, &own, NULL), 0);
    snprintf(port, sizeof port, "%u", own.port);
    snprintf(words, sizeof words, "127.0.0.1 port %s: connection refused", port);
    const struct {
        const char *host, *port, *words;
    } cases[] = {
        {"127.0.0.1", port, words},
        {"127.0.0.1", "70000", "port 70000: ports end at 65535"},
        {"127.0.0.1", "99999999999999999999", "port 99999999999999999999: ports end at 65535"},
        {"127.0.0.1", "no-such-service",
         "port no-such-service: neither a number nor a known service"},
        {"127.0.0.1", "25x", "port 25x: neither a number nor a known service"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure why = {""};
        assert_int_equal(net_connect(cases[i].host, cases[i].port, deadline_in(30000), &why), -1);
        assert_string_equal(why.text, cases[i].words);
        assert_int_equal(net_connect(cases[i].host, cases[i].port, deadline_in(30000), NULL), -1);
    }
    close(closed);
    /* Which words depends on the machine's resolver. */
    struct failure why = {""};
    assert_int_equal(net_connect("a..b", "25", deadline_in(30000), &why), -1);
    assert_non_null(strstr(why.text, "a..b: "));
}

/* A listener whose queue is full drops what comes: connecting hangs, until the deadline. */
static void gives_up_at_the_deadline(void **state) {
    (void)state;
    char port[8];
    int listener = listen_here("127.0.0.1:0", port);
    assert_int_equal(listen(listener, 0), 0);
    int clients[10];
    struct failure why = {""};
    int count = 0;
    while (count < 10 &&
           (clients[count] = net_connect("127.0.0.1", port, deadline_in(50), &why)) >= 0)
        count++;
    assert_true(count < 10);
    assert_non_null(strstr(why.text, "connection timed out"));
    while (count > 0)
        close(clients[--count]);
    close(listener);
}

static void says_why_it_cannot_listen(void **state) {
    (void)state;
    static const struct {
        const char *address, *words;
    } cases[] = {
        {"", ": not an address and a port, as in 127.0.0.1:25"},
        {"25", "25: not an address and a port, as in 127.0.0.1:25"},
        {":25", ":25: not an address and a port, as in 127.0.0.1:25"},
        {"[]:25", "[]:25: not an address and a port, as in 127.0.0.1:25"},
        {"127.0.0.1:", "127.0.0.1:: not an address and a port, as in 127.0.0.1:25"},
        {"::1:25", "::1:25: an IPv6 address goes in brackets, as in [::1]:25"},
        {"[::1:25", "[::1:25: an IPv6 address goes in brackets, as in [::1]:25"},
        {"::1]:25", "::1]:25: an IPv6 address goes in brackets, as in [::1]:25"},
        {"mail.example.org:25", "mail.example.org:25: mail.example.org: not an IP address"},
        {"127.0.0.1:65536", "127.0.0.1:65536: port 65536: ports end at 65535"},
        {"127.0.0.1:x", "127.0.0.1:x: port x: neither a number nor a known service"},
        {"192.0.2.1:2525", "192.0.2.1:2525: this machine does not have that address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure why = {""};
        assert_int_equal(net_listen(cases[i].address, &why), -1);
        assert_string_equal(why.text, cases[i].words);
    }
    char long_one[300], port[8], address[32];
    memset(long_one, '1', sizeof long_one);
    memcpy(long_one + sizeof long_one - 4, ":25", 4);
    assert_int_equal(net_listen(long_one, NULL), -1);

    int listener = listen_here("127.0.0.1:0", port);
    snprintf(address, sizeof address, "127.0.0.1:%s", port);
    struct failure why = {""};
    assert_int_equal(net_listen(address, &why), -1);
    assert_non_null(strstr(why.text, "another program listens there already"));
    close(listener);
}

static void knows_loopback(void **state) {
    (void)state;
    static const struct {
        const char *host;
        bool loopback;
    } cases[] = {
        {"127.0.0.1", true},  {"127.255.255.254", true},
        {"::1", true},        {"128.0.0.1", false},
        {"126.0.0.1", false}, {"::", false},
        {"::2", false},       {"", false},
        {"localhost", false}, {"127.0.0.1.example.org", false},
        {"1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct net_address address = {.port = 25};
        snprintf(address.host, sizeof address.host, "%s", cases[i].host);
        assert_int_equal(net_is_loopback(&address), cases[i].loopback);
    }
}

static void waits_for_what_is_asked(void **state) {
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(net_wait(pair[0], true, deadline_in(0)), 1);
    assert_int_equal(net_wait(pair[0], false, deadline_in(0)), 0);
    assert_int_equal(net_wait(pair[0], false, deadline_in(1)), 0);
    close(pair[1]);
    assert_int_equal(net_wait(pair[0], false, DEADLINE_NEVER), 1);
    struct net_address address;
    assert_int_equal(net_local(pair[0], &address, NULL), 0);
    assert_string_equal(address.host, "local");
    close(pair[0]);
    struct failure why = {""};
    assert_int_equal(net_peer(-1, &address, &why), -1);
    assert_string_equal(why.text, "address of the other end: bad file descriptor");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_and_names_both_ends),
        cmocka_unit_test(every_address_takes_ipv4_and_ipv6),
        cmocka_unit_test(takes_an_ipv6_literal),
        cmocka_unit_test(says_why_it_cannot_connect),
        cmocka_unit_test(gives_up_at_the_deadline),
        cmocka_unit_test(says_why_it_cannot_listen),
        cmocka_unit_test(knows_loopback),
        cmocka_unit_test(waits_for_what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
