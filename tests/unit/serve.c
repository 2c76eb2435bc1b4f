/*
 * serve: many connections, limits, and every way to stop.
 *
 * A test starts the server in a thread (or, where signals or limits of the process matter, in a
 * child), talks to it with plain blocking sockets, and stops it. Nothing sleeps: what must have
 * happened is seen in what the server says. Every socket gives up after PATIENCE seconds, which
 * only a hang ever takes.
 */
#include "serve.h"
#include "log.h"
#include "secure.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE 50
#define BUSY     "421 busy\r\n"

/* ThreadSanitizer stops a child that starts threads, unless told that this is meant. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
    return "die_after_fork=0";
}

/* The session: greets, echoes lines, and knows a few commands that make trouble. */

struct gate {
    int pipe[2]; /* closing the second end lets everyone through */
};

static void session(struct stream *stream, unsigned long number, void *context) {
    const struct gate *gate = context;
    struct buf line;
    char byte;
    buf_init(&line, 1000);
    stream_printf(stream, "220 session %lu\r\n", number);
    for (;;) {
        enum stream_result result = stream_read_line(stream, &line, 500);
        if (result == STREAM_INTERRUPTED)
            stream_printf(stream, "421 stopping\r\n");
        if (result != STREAM_OK)
            break;
        if (buf_equals(&line, "quit"))
            break;
        if (buf_equals(&line, "wait")) { /* a command that takes as long as the test wants */
            stream_printf(stream, "waiting\r\n");
            stream_flush(stream);
            while (read(gate->pipe[0], &byte, 1) < 0)
                continue;
            stream_printf(stream, "waited\r\n");
        } else if (buf_equals(&line, "stuck")) { /* reads, and does not care about the interrupt */
            size_t count;
            stream_printf(stream, "stuck\r\n");
            while (stream_read_some(stream, &byte, 1, &count) == STREAM_OK)
                continue;
            break;
        } else if (buf_equals(&line, "flood")) { /* writes until the peer does not take any more */
            while (stream_printf(stream, "%0500d\r\n", 0) == 0)
                continue;
            break;
        } else {
            stream_write(stream, line.bytes, line.length);
            stream_write(stream, "\r\n", 2);
        }
    }
    buf_free(&line);
}

/* The server */

struct server {
    struct serve *serve;
    struct gate gate;
    unsigned port;
    pthread_t thread;
    int status;
    struct failure why;
};

/* The port of the socket that listens and was opened last. */
static unsigned listening_port(void) {
    unsigned port = 0;
    for (int file = 3; file < 200; file++) {
        int listening = 0;
        socklen_t size = sizeof listening;
        struct net_address address;
        if (getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening &&
            net_local(file, &address, NULL) == 0)
            port = address.port;
    }
    return port;
}

static void make(struct server *server, struct serve_limits limits, struct tls_context *tls) {
    struct failure why = {""};
    memset(server, 0, sizeof *server);
    assert_int_equal(pipe(server->gate.pipe), 0);
    server->serve = serve_new(&limits, &why);
    assert_non_null(server->serve);
    struct serve_listener listener = {"127.0.0.1:0", tls, session, &server->gate, BUSY, 0};
    if (serve_listen(server->serve, &listener, &why) < 0)
        fail_msg("%s", why.text);
    server->port = listening_port();
}

static void *run(void *context) {
    struct server *server = context;
    server->status = serve_run(server->serve, -1, &server->why);
    return NULL;
}

static void start(struct server *server, struct serve_limits limits) {
    make(server, limits, NULL);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

static void open_gate(struct server *server) {
    close(server->gate.pipe[1]);
    server->gate.pipe[1] = -1;
}

static void unmake(struct server *server) {
    serve_free(server->serve);
    close(server->gate.pipe[0]);
    if (server->gate.pipe[1] >= 0)
        close(server->gate.pipe[1]);
}

static int finish(struct server *server) {
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    unmake(server);
    return server->status;
}

static int stop(struct server *server) {
    serve_stop(server->serve);
    return finish(server);
}

static const struct serve_limits roomy = {100, 100, 1000};

/* The client */

static int dial_from(const char *source, unsigned port) {
    struct sockaddr_in local = {.sin_family = AF_INET};
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {PATIENCE, 0};
    inet_pton(AF_INET, source, &local.sin_addr);
    inet_pton(AF_INET, "127.0.0.1", &peer.sin_addr);
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(socket_ >= 0);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    assert_int_equal(bind(socket_, (struct sockaddr *)&local, sizeof local), 0);
    assert_int_equal(connect(socket_, (struct sockaddr *)&peer, sizeof peer), 0);
    return socket_;
}

static int dial(unsigned port) {
    return dial_from("127.0.0.1", port);
}

/* Reads one line without its line end; false at the end of the connection. */
static bool hear_line(int peer, char *text, size_t size) {
    size_t length = 0;
    while (length < size - 1) {
        ssize_t count = recv(peer, text + length, 1, 0);
        if (count < 0)
            fail_msg("recv: %s", strerrordesc_np(errno)); /* EAGAIN: a hang; a reset */
        if (count == 0) {
            assert_int_equal(length, 0);
            return false;
        }
        if (text[length++] == '\n')
            break;
    }
    text[length - 2] = '\0';
    return true;
}

static void hear(int peer, const char *expected) {
    char text[200] = "";
    if (!hear_line(peer, text, sizeof text))
        fail_msg("expected %s, but the connection ended", expected);
    if (strncmp(text, expected, strlen(expected)) != 0)
        fail_msg("expected %s, but heard %s", expected, text);
}

static void hear_end(int peer) {
    char text[200];
    if (hear_line(peer, text, sizeof text))
        fail_msg("expected the end, but heard %s", text);
    close(peer);
}

static void say(int peer, const char *words) {
    assert_int_equal(send(peer, words, strlen(words), MSG_NOSIGNAL), strlen(words));
}

static int greet(unsigned port) {
    int peer = dial(port);
    hear(peer, "220 session");
    return peer;
}

/* A connection, as soon as there is room for one again: busy ones are tried anew. */
static int greet_when_free(unsigned port) {
    deadline until = deadline_in(PATIENCE * 1000);
    while (deadline_left(until) > 0) {
        char text[200];
        int peer = dial(port);
        if (hear_line(peer, text, sizeof text) && strncmp(text, "220", 3) == 0)
            return peer;
        close(peer);
    }
    fail_msg("no place was ever free again");
    return -1;
}

static int open_files(void) {
    int count = 0;
    for (int file = 0; file < 1000; file++)
        count += fcntl(file, F_GETFD) >= 0;
    return count;
}

/* Tests */

static void sessions_run_side_by_side(void **state) {
    (void)state;
    struct server server;
    int before = open_files();
    start(&server, roomy);
    int one = dial(server.port), other = dial(server.port);
    hear(one, "220 session 1");
    hear(other, "220 session 2");
    say(one, "hello\r\n");
    hear(one, "hello");
    say(one, "wait\r\n"); /* this one stands still … */
    hear(one, "waiting");
    for (int i = 0; i < 20; i++) { /* … and the others go on */
        int peer = greet(server.port);
        say(peer, "a\r\nb\r\n");
        hear(peer, "a");
        hear(peer, "b");
        say(peer, "quit\r\n");
        hear_end(peer);
    }
    say(other, "still there\r\n");
    hear(other, "still there");
    open_gate(&server);
    hear(one, "waited");
    close(one);
    close(other);
    assert_int_equal(stop(&server), 0);
    assert_int_equal(open_files(), before);
}

static void the_ready_descriptor_gets_a_newline(void **state) {
    (void)state;
    struct server server;
    int ready[2];
    char bytes[10];
    make(&server, roomy, NULL);
    assert_int_equal(pipe(ready), 0);
    serve_stop(server.serve); /* it then stops as soon as it is ready */
    assert_int_equal(serve_run(server.serve, ready[1], NULL), 0);
    assert_int_equal(read(ready[0], bytes, sizeof bytes), 1);
    assert_int_equal(bytes[0], '\n');
    assert_int_equal(read(ready[0], bytes, sizeof bytes), 0);
    close(ready[0]);
    unmake(&server);

    make(&server, roomy, NULL); /* nobody waits there any more: that is no reason not to serve */
    assert_int_equal(pipe(ready), 0);
    close(ready[0]);
    serve_stop(server.serve);
    assert_int_equal(serve_run(server.serve, ready[1], NULL), 0);
    unmake(&server);
}

static void addresses_that_cannot_be_listened_on(void **state) {
    (void)state;
    struct server server;
    struct failure why = {""};
    char address[64];
    int before = open_files();
    make(&server, roomy, NULL);
    snprintf(address, sizeof address, "127.0.0.1:%u", server.port);
    struct serve_listener listener = {address, NULL, session, &server.gate, BUSY, 0};
    assert_int_equal(serve_listen(server.serve, &listener, &why), -1);
    assert_non_null(strstr(why.text, address));
    assert_non_null(strstr(why.text, "another program listens there"));
    static const char *const wrong[] = {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999",
                                        "nowhere"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        why.text[0] = '\0';
        listener.address = wrong[i];
        assert_int_equal(serve_listen(server.serve, &listener, &why), -1);
        assert_string_not_equal(why.text, "");
    }
    listener.address = "127.0.0.1:0";
    int more = 0;
    while (serve_listen(server.serve, &listener, &why) == 0)
        more++;
    assert_int_equal(more, 15);
    assert_non_null(strstr(why.text, "more than 16"));
    unmake(&server); /* without having run */
    serve_free(NULL);
    assert_int_equal(open_files(), before);
}

static void every_listener_has_its_own_session(void **state) {
    (void)state;
    struct server server;
    struct gate other = {{-1, -1}};
    make(&server, roomy, NULL);
    struct serve_listener listener = {"127.0.0.1:0", NULL, session, &other, "421 other\r\n", 0};
    assert_int_equal(serve_listen(server.serve, &listener, NULL), 0);
    memset(&listener, 0xEE, sizeof listener); /* it was copied */
    unsigned port = listening_port();
    assert_int_not_equal(port, server.port);
    assert_int_equal(pthread_create(&server.thread, NULL, run, &server), 0);
    int one = greet(server.port);
    int two = greet(port);
    say(one, "one\r\n");
    say(two, "two\r\n");
    hear(one, "one");
    hear(two, "two");
    serve_stop(server.serve);
    hear(one, "421 stopping");
    hear(two, "421 stopping");
    hear_end(one);
    hear_end(two);
    assert_int_equal(finish(&server), 0);
}

static void over_the_limit_it_is_busy(void **state) {
    (void)state;
    struct server server;
    start(&server, (struct serve_limits){2, 100, 1000});
    int one = greet(server.port);
    int two = greet(server.port);
    int three = dial(server.port);
    say(three, "EHLO too.early.example\r\n"); /* unread bytes: a careless close would be a reset */
    hear(three, "421 busy");
    hear_end(three);
    say(one, "quit\r\n");
    hear_end(one);
    one = greet_when_free(server.port);
    say(two, "two\r\n");
    hear(two, "two");
    say(one, "one\r\n");
    hear(one, "one");
    close(one);
    close(two);
    assert_int_equal(stop(&server), 0);
}

static void one_address_cannot_take_all_places(void **state) {
    (void)state;
    struct server server;
    start(&server, (struct serve_limits){100, 2, 1000});
    int peers[6];
    static const char *const sources[] = {"127.0.0.1", "127.0.0.9", "127.0.0.10"};
    for (int i = 0; i < 6; i++) {
        peers[i] = dial_from(sources[i / 2], server.port);
        hear(peers[i], "220 session");
    }
    for (int i = 0; i < 3; i++) {
        int refused = dial_from(sources[i], server.port);
        hear(refused, "421 busy");
        hear_end(refused);
    }
    for (int i = 0; i < 6; i++)
        close(peers[i]);
    assert_int_equal(stop(&server), 0);
}

/* More than the goodbyes that are kept; none of them ever closes, some never stop sending. */
static void refused_peers_cannot_hold_the_server_up(void **state) {
    (void)state;
    enum {
        CROWD = 200
    };
    struct server server;
    static char noise[100000];
    int crowd[CROWD];
    start(&server, (struct serve_limits){1, 1, 1000});
    int one = greet(server.port);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = dial(server.port);
        if (i % 2 == 0)
            send(crowd[i], noise, sizeof noise, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    for (int i = 0; i < 50; i++) {
        say(one, "still here\r\n");
        hear(one, "still here");
    }
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
    say(one, "quit\r\n");
    hear_end(one);
    close(greet_when_free(server.port));
    assert_int_equal(stop(&server), 0);
}

static void a_stop_lets_commands_finish(void **state) {
    (void)state;
    struct server server;
    start(&server, roomy);
    int idle = greet(server.port);
    int halfway = greet(server.port);
    int working = greet(server.port);
    say(halfway, "whole\r\nha"); /* in one piece: */
    hear(halfway, "whole");      /* so the server has read the rest too */
    say(working, "wait\r\n");
    hear(working, "waiting");
    serve_stop(server.serve);
    hear(idle, "421 stopping");
    hear_end(idle);
    say(working, "one more\r\n"); /* sent in time, but not begun: it is not done any more */
    open_gate(&server);
    hear(working, "waited");
    hear(working, "421 stopping");
    hear_end(working);
    say(halfway, "lf\r\n"); /* a line that has begun may end */
    hear(halfway, "half");
    hear(halfway, "421 stopping");
    hear_end(halfway);
    assert_int_equal(finish(&server), 0);
}

static void a_stop_closes_the_listeners(void **state) {
    (void)state;
    struct server server;
    start(&server, roomy);
    int idle = greet(server.port);
    serve_stop(server.serve);
    hear(idle, "421 stopping");
    hear_end(idle);
    unsigned port = server.port;
    assert_int_equal(finish(&server), 0);
    struct failure why = {""};
    char text[16];
    snprintf(text, sizeof text, "%u", port);
    assert_int_equal(net_connect("127.0.0.1", text, deadline_in(PATIENCE * 1000), &why), -1);
    assert_non_null(strcasestr(why.text, "refused"));
}

static void sessions_that_do_not_stop_are_cut(void **state) {
    (void)state;
    struct server server;
    start(&server, (struct serve_limits){100, 100, 0});
    int stuck[3];
    static const char *const how[] = {"stuck\r\n", "flood\r\n", "stuck\r\n"};
    for (int i = 0; i < 3; i++) {
        stuck[i] = greet(server.port);
        say(stuck[i], how[i]);
        hear(stuck[i], i == 1 ? "0000" : "stuck");
    }
    assert_int_equal(stop(&server), -1);
    assert_string_equal(server.why.text, "sessions that had to be cut: 3");
    for (int i = 0; i < 3; i++)
        close(stuck[i]);
}

/* Processes of their own */

/* Sets the limit so that `more` descriptors are free below it, whatever is open. */
static void limit_files(rlim_t more) {
    struct rlimit limit = {0, 0};
    for (int file = 0; more > 0; file++) {
        more -= fcntl(file, F_GETFD) < 0;
        limit.rlim_cur = limit.rlim_max = (rlim_t)file + 1;
    }
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        _exit(3);
}

/* Runs the server in a child, with room for so many files (0: no limit), and returns when it
 *accepts. log (NULL: not wanted) is what it writes to standard error. */
static pid_t start_child(struct server *server, struct serve_limits limits, rlim_t files,
                         FILE **log) {
    int ready[2], text[2];
    make(server, limits, NULL);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(text), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (files > 0)
            limit_files(files);
        if (log != NULL)
            dup2(text[1], STDERR_FILENO);
        close(text[0]);
        close(text[1]);
        close(ready[0]);
        struct failure why;
        int status = serve_run(server->serve, ready[1], &why);
        if (status < 0)
            log_event(LOG_ERROR, "%s", why.text);
        _exit(status == 0 ? 0 : 1);
    }
    close(ready[1]);
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(text[1]);
    if (log != NULL)
        *log = fdopen(text[0], "r");
    else
        close(text[0]);
    unmake(server); /* the child has its own */
    return child;
}

static int wait_for(pid_t child) {
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Reads the child's log until `words` are in it; false when it ends without them. */
static bool log_says(FILE *log, const char *words) {
    char line[3000];
    while (fgets(line, sizeof line, log) != NULL)
        if (strcasestr(line, words) != NULL)
            return true;
    return false;
}

static void signals_stop_it(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        struct server server;
        pid_t child = start_child(&server, roomy, 0, NULL);
        int idle = greet(server.port);
        assert_int_equal(kill(child, SIGPIPE), 0); /* is nothing to it */
        say(idle, "hello\r\n");
        hear(idle, "hello");
        assert_int_equal(kill(child, signals[i]), 0);
        hear(idle, "421 stopping");
        hear_end(idle);
        assert_int_equal(wait_for(child), 0);
    }
}

static void a_second_signal_cuts(void **state) {
    (void)state;
    struct server server;
    pid_t child = start_child(&server, roomy, 0, NULL);
    int idle = greet(server.port);
    int stuck = greet(server.port);
    say(stuck, "stuck\r\n");
    hear(stuck, "stuck");
    assert_int_equal(kill(child, SIGINT), 0);
    hear(idle, "421 stopping"); /* the first one has had its effect */
    assert_int_equal(kill(child, SIGINT), 0);
    hear_end(stuck);
    close(idle);
    assert_int_equal(wait_for(child), 1);
}

/* Not even a cut connection ends this session: the server gives it up and ends all the same. */
static void a_session_that_never_ends_is_left(void **state) {
    (void)state;
    struct server server;
    FILE *log;
    pid_t child = start_child(&server, (struct serve_limits){9, 9, 0}, 0, &log);
    int peer = greet(server.port);
    say(peer, "wait\r\n");
    hear(peer, "waiting");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(wait_for(child), 1);
    close(peer);
    assert_true(log_says(log, "sessions that do not end: 1"));
    fclose(log);
}

static void running_out_of_descriptors_is_survived(void **state) {
    (void)state;
    enum {
        CROWD = 30
    };
    struct server server;
    FILE *log;
    int peers[CROWD];
    pid_t child = start_child(&server, roomy, 8, &log);
    for (int i = 0; i < CROWD; i++)
        peers[i] = dial(server.port); /* the kernel takes them all; the server cannot */
    assert_true(log_says(log, "too many open files"));
    for (int i = 0; i < CROWD; i++) { /* each that ends makes room for another */
        hear(peers[i], "220 session");
        say(peers[i], "quit\r\n");
        hear_end(peers[i]);
    }
    int last = greet(server.port);
    say(last, "well\r\n");
    hear(last, "well");
    close(last);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(wait_for(child), 0);
    assert_false(log_says(log, "too many open files")); /* once is enough */
    fclose(log);
}

/* Load */

static void *knock(void *context) {
    const struct server *server = context;
    for (int i = 0; i < 30; i++) {
        int peer = greet(server->port);
        say(peer, i % 3 == 0 ? "x\r\nquit\r\n" : "x\r\n");
        hear(peer, "x");
        if (i % 3 == 1) { /* rude: a reset */
            struct linger at_once = {1, 0};
            setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        close(peer);
    }
    return NULL;
}

static void many_come_and_go(void **state) {
    (void)state;
    enum {
        THREADS = 8
    };
    struct server server;
    pthread_t threads[THREADS];
    int before = open_files();
    start(&server, (struct serve_limits){1000, 1000, 1000});
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, knock, &server), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(stop(&server), 0);
    assert_int_equal(open_files(), before);
}

static void a_thousand_at_once(void **state) {
    (void)state;
    enum {
        CROWD = 1000
    };
    static int peers[CROWD];
    struct server server;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < CROWD + 100) {
        print_message("needs %d open files; ulimit -Hn is %llu\n", CROWD + 100,
                      (unsigned long long)limit.rlim_max);
        skip();
    }
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    pid_t child = start_child(&server, (struct serve_limits){CROWD, CROWD, 1000}, 0, NULL);
    for (int i = 0; i < CROWD; i++)
        peers[i] = dial(server.port);
    for (int i = 0; i < CROWD; i++)
        hear(peers[i], "220 session");
    for (int i = 0; i < CROWD; i++)
        say(peers[i], "hello\r\n");
    for (int i = 0; i < CROWD; i++)
        hear(peers[i], "hello");
    int further = dial(server.port);
    hear(further, "421 busy");
    hear_end(further);
    assert_int_equal(kill(child, SIGTERM), 0);
    for (int i = 0; i < CROWD; i++) {
        hear(peers[i], "421 stopping");
        hear_end(peers[i]);
    }
    assert_int_equal(wait_for(child), 0);
}

/* TLS */

/* A certificate for "localhost" that signs itself, and its key, in the working directory. */
static void make_certificate(const char *certificate, const char *key) {
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    assert_non_null(pair);
    assert_non_null(x509);
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME *name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, pair);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    assert_true(X509_sign(x509, pair, EVP_sha256()) > 0);
    FILE *file = fopen(certificate, "w");
    assert_int_equal(PEM_write_X509(file, x509), 1);
    fclose(file);
    file = fopen(key, "w");
    assert_int_equal(PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(x509);
    EVP_PKEY_free(pair);
}

static void a_tls_listener_speaks_tls_from_the_first_byte(void **state) {
    (void)state;
    char certificate[64], key[64];
    struct failure why = {""};
    struct server server;
    snprintf(certificate, sizeof certificate, "serve.%ld.crt", (long)getpid());
    snprintf(key, sizeof key, "serve.%ld.key", (long)getpid());
    make_certificate(certificate, key);
    struct tls_context *at_server = tls_server(certificate, key, &why);
    static const struct tls_rules strict = {secure_rules, secure_name}; /* lab 05 */
    struct tls_context *at_client = tls_client(&strict, certificate, &why);
    unlink(certificate);
    unlink(key);
    if (at_server == NULL || at_client == NULL)
        fail_msg("%s", why.text);
    make(&server, (struct serve_limits){3, 3, 1000}, at_server);
    assert_int_equal(pthread_create(&server.thread, NULL, run, &server), 0);

    int silent = dial(server.port); /* never shakes hands; nobody waits for it */
    int plain = dial(server.port);
    say(plain, "EHLO in.clear.example\r\n");
    shutdown(plain, SHUT_WR);
    char bytes[100]; /* perhaps an alert, then the end */
    while (recv(plain, bytes, sizeof bytes, 0) > 0)
        continue;
    close(plain);

    struct stream *stream = stream_open(dial(server.port), &why);
    assert_non_null(stream);
    stream_set_deadline(stream, deadline_in(PATIENCE * 1000));
    if (stream_start_tls(stream, at_client, "localhost", &why) < 0)
        fail_msg("%s", why.text);
    struct buf line;
    buf_init(&line, 1000);
    assert_int_equal(stream_read_line(stream, &line, 500), STREAM_OK);
    assert_memory_equal(line.bytes, "220 session", 11);
    stream_printf(stream, "secret\r\n");
    assert_int_equal(stream_read_line(stream, &line, 500), STREAM_OK);
    assert_true(buf_equals(&line, "secret"));
    serve_stop(server.serve);
    assert_int_equal(stream_read_line(stream, &line, 500), STREAM_OK);
    assert_true(buf_equals(&line, "421 stopping"));
    assert_int_equal(stream_read_line(stream, &line, 500), STREAM_END);
    stream_close(stream);
    close(silent);
    assert_int_equal(finish(&server), 0);
    buf_free(&line);
    tls_free(at_client);
    tls_free(at_server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_run_side_by_side),
        cmocka_unit_test(the_ready_descriptor_gets_a_newline),
        cmocka_unit_test(addresses_that_cannot_be_listened_on),
        cmocka_unit_test(every_listener_has_its_own_session),
        cmocka_unit_test(over_the_limit_it_is_busy),
        cmocka_unit_test(one_address_cannot_take_all_places),
        cmocka_unit_test(refused_peers_cannot_hold_the_server_up),
        cmocka_unit_test(a_stop_lets_commands_finish),
        cmocka_unit_test(a_stop_closes_the_listeners),
        cmocka_unit_test(sessions_that_do_not_stop_are_cut),
        cmocka_unit_test(signals_stop_it),
        cmocka_unit_test(a_second_signal_cuts),
        cmocka_unit_test(a_session_that_never_ends_is_left),
        cmocka_unit_test(running_out_of_descriptors_is_survived),
        cmocka_unit_test(many_come_and_go),
        cmocka_unit_test(a_thousand_at_once),
        cmocka_unit_test(a_tls_listener_speaks_tls_from_the_first_byte),
    };
    log_open("serve", LOG_ERROR);
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
