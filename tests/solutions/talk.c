/* Lab 01: talk_connect, talk_send_line, talk_relay. */
#include "talk.h"
#include "net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES(text) text, sizeof(text) - 1

/* A listener on a free port of 127.0.0.1. */
static int listen_somewhere(char port[8]) {
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_true(listener >= 0);
    struct net_address address;
    assert_int_equal(net_local(listener, &address, NULL), 0);
    snprintf(port, 8, "%u", address.port);
    assert_int_equal(fcntl(listener, F_SETFL, 0), 0); /* accept may wait */
    return listener;
}

static void connects_and_does_not_block(void **state) {
    (void)state;
    char port[8];
    int listener = listen_somewhere(port);
    struct failure why = {"untouched"};
    int connection = talk_connect("127.0.0.1", port, &why);
    assert_true(connection >= 0);
    assert_true(fcntl(connection, F_GETFL) & O_NONBLOCK);
    int server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    close(server);
    close(connection);

    close(listener);
    assert_int_equal(talk_connect("127.0.0.1", port, &why), -1);
    char expected[100];
    snprintf(expected, sizeof expected, "127.0.0.1 port %s: connection refused", port);
    assert_string_equal(why.text, expected);
}

static void says_what_cannot_be_understood(void **state) {
    (void)state;
    struct failure why;
    assert_int_equal(talk_connect("127.0.0.1", "no-such-service", &why), -1);
    assert_non_null(strstr(why.text, "127.0.0.1 port no-such-service: "));
    assert_int_equal(talk_connect("127.0.0.1", "no-such-service", NULL), -1);
}

/* --- sending --- */

struct listener {
    int socket;
    char *bytes;
    size_t length, size;
};

static void *hear_all(void *context) {
    struct listener *listener = context;
    for (ssize_t count; (count = recv(listener->socket, listener->bytes + listener->length,
                                      listener->size - listener->length, 0)) > 0;)
        listener->length += (size_t)count;
    return NULL;
}

/* A connection that takes little at a time. */
static void open_narrow(int ends[2]) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &(int){2048}, sizeof(int)), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

static void lines_arrive_whole_with_cr_lf(void **state) {
    (void)state;
    static char line[1000000], heard[1000010];
    static const size_t lengths[] = {0, 1, 510, 4096, 300000, sizeof line};
    for (size_t i = 0; i < sizeof line; i++)
        line[i] = (char)(i % 251); /* NUL, CR and LF are among them */
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int ends[2];
        open_narrow(ends);
        struct listener listener = {.socket = ends[1], .bytes = heard, .size = sizeof heard};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, hear_all, &listener), 0);
        assert_int_equal(talk_send_line(ends[0], line, lengths[i], NULL), 0);
        close(ends[0]);
        pthread_join(thread, NULL);
        assert_int_equal(listener.length, lengths[i] + 2);
        assert_memory_equal(heard, line, lengths[i]);
        assert_memory_equal(heard + lengths[i], "\r\n", 2);
        close(ends[1]);
    }
}

/* Without MSG_NOSIGNAL this test would die of SIGPIPE. */
static void a_peer_that_is_gone_is_an_error(void **state) {
    (void)state;
    int ends[2];
    open_narrow(ends);
    close(ends[1]);
    struct failure why;
    assert_int_equal(talk_send_line(ends[0], "x", 1, &why), -1);
    assert_string_equal(why.text, "cannot send: broken pipe");
    close(ends[0]);
}

/* --- the conversation, in a process of its own: its standard input and output are pipes --- */

struct relay {
    pid_t process;
    int keyboard, screen, server;
};

static void start_relay(struct relay *relay) {
    int typed[2], shown[2], ends[2];
    assert_int_equal(pipe(typed), 0);
    assert_int_equal(pipe(shown), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    fflush(NULL);
    relay->process = fork();
    assert_true(relay->process >= 0);
    if (relay->process == 0) {
        dup2(typed[0], STDIN_FILENO);
        dup2(shown[1], STDOUT_FILENO);
        close(typed[0]), close(typed[1]), close(shown[0]), close(shown[1]), close(ends[1]);
        struct repl *repl = repl_open(&(struct repl_options){.program = "talk"}, NULL);
        struct failure why = {""};
        int result = repl == NULL ? 9 : talk_relay(ends[0], repl, &why);
        repl_close(repl);
        _exit(result == 0 ? 0 : result == -1 && why.text[0] != '\0' ? 1 : 2);
    }
    close(typed[0]), close(shown[1]), close(ends[0]);
    *relay = (struct relay){relay->process, typed[1], shown[0], ends[1]};
}

/* Ends it; its exit status. */
static int end_relay(struct relay *relay) {
    int status;
    assert_int_equal(waitpid(relay->process, &status, 0), relay->process);
    close(relay->keyboard), close(relay->screen), close(relay->server);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void say(int to, const char *bytes, size_t count) {
    assert_int_equal(write(to, bytes, count), count);
}

/* Waits for exactly these bytes. */
static void expect(int from, const char *bytes, size_t count) {
    static char heard[400000];
    assert_true(count <= sizeof heard);
    for (size_t length = 0; length < count;) {
        ssize_t more = read(from, heard + length, count - length);
        assert_true(more > 0);
        length += (size_t)more;
    }
    assert_memory_equal(heard, bytes, count);
}

static void expect_end(int from) {
    char byte;
    assert_int_equal(read(from, &byte, 1), 0);
}

static void a_conversation(void **state) {
    (void)state;
    struct relay relay;
    start_relay(&relay);
    say(relay.keyboard, BYTES("hel"));
    say(relay.server, BYTES("22")); /* half a line is shown at once */
    expect(relay.screen, BYTES("22"));
    say(relay.server, BYTES("0 ready\r\n\0\xFF"));
    expect(relay.screen, BYTES("0 ready\r\n\0\xFF"));
    say(relay.keyboard, BYTES("lo\nNOOP\r\n\nlast"));
    expect(relay.server, BYTES("hello\r\nNOOP\r\n\r\n"));
    close(relay.keyboard);
    expect(relay.server, BYTES("last\r\n"));
    expect_end(relay.server); /* half-closed: we can still answer */
    say(relay.server, BYTES("221 bye\r\n"));
    expect(relay.screen, BYTES("221 bye\r\n"));
    close(relay.server);
    expect_end(relay.screen);
    relay.keyboard = relay.server = -1;
    assert_int_equal(end_relay(&relay), 0);
}

static void the_server_may_close_first(void **state) {
    (void)state;
    struct relay relay;
    start_relay(&relay);
    say(relay.server, BYTES("421 stopping\r\n"));
    close(relay.server);
    relay.server = -1;
    expect(relay.screen, BYTES("421 stopping\r\n"));
    expect_end(relay.screen); /* though nobody has ended typing */
    assert_int_equal(end_relay(&relay), 0);
}

struct writer {
    int to;
    const char *bytes;
    size_t count;
};

static void *write_all(void *context) {
    struct writer *writer = context;
    while (writer->count > 0) {
        ssize_t taken = write(writer->to, writer->bytes, writer->count);
        if (taken <= 0)
            break;
        writer->bytes += taken;
        writer->count -= (size_t)taken;
    }
    return NULL;
}

static void a_flood_loses_no_byte(void **state) {
    (void)state;
    static char flood[300000];
    for (size_t i = 0; i < sizeof flood; i++)
        flood[i] = (char)(i % 253);
    struct relay relay;
    start_relay(&relay);
    struct writer writer = {relay.server, flood, sizeof flood};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_all, &writer), 0);
    expect(relay.screen, flood, sizeof flood);
    pthread_join(thread, NULL);
    close(relay.server);
    relay.server = -1;
    assert_int_equal(end_relay(&relay), 0);
}

static void *echo(void *context) {
    int socket = *(int *)context;
    char bytes[4096];
    for (ssize_t count; (count = recv(socket, bytes, sizeof bytes, 0)) > 0;)
        write_all(&(struct writer){socket, bytes, (size_t)count});
    shutdown(socket, SHUT_WR);
    return NULL;
}

/* Each side could wait for the other to read first: then nobody ever would. */
static void a_server_that_answers_while_we_send_blocks_nobody(void **state) {
    (void)state;
    static char script[3000000], echoed[2 * sizeof script];
    size_t length = 0;
    for (size_t i = 0; i < sizeof script; i++) {
        script[i] = i % 100 == 99 ? '\n' : 'x';
        if (script[i] == '\n')
            echoed[length++] = '\r';
        echoed[length++] = script[i];
    }
    struct relay relay;
    start_relay(&relay);
    struct writer keyboard = {relay.keyboard, script, sizeof script};
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, echo, &relay.server), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, write_all, &keyboard), 0);
    size_t seen = 0;
    for (char shown[4096]; seen < length;) {
        ssize_t count = read(relay.screen, shown, sizeof shown);
        assert_true(count > 0);
        assert_memory_equal(shown, echoed + seen, (size_t)count);
        seen += (size_t)count;
    }
    pthread_join(threads[1], NULL);
    close(relay.keyboard);
    relay.keyboard = -1;
    pthread_join(threads[0], NULL);
    expect_end(relay.screen);
    assert_int_equal(end_relay(&relay), 0);
}

static void a_reset_is_a_failure(void **state) {
    (void)state;
    struct relay relay;
    start_relay(&relay);
    say(relay.keyboard, BYTES("NOOP\n"));
    assert_int_equal(poll(&(struct pollfd){relay.server, POLLIN, 0}, 1, -1), 1);
    close(relay.server); /* with bytes unread: the other end sees a reset */
    relay.server = -1;
    assert_int_equal(end_relay(&relay), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_and_does_not_block),
        cmocka_unit_test(says_what_cannot_be_understood),
        cmocka_unit_test(lines_arrive_whole_with_cr_lf),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error),
        cmocka_unit_test(a_conversation),
        cmocka_unit_test(the_server_may_close_first),
        cmocka_unit_test(a_flood_loses_no_byte),
        cmocka_unit_test(a_server_that_answers_while_we_send_blocks_nobody),
        cmocka_unit_test(a_reset_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
