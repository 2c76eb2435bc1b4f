/* The client of a server lab, held against a script: both ends of one player. */
#include "visitor.h"
#include "files.h"
#include "net.h"
#include "process.h"
#include "script.h"

#include "files_for_tests.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 30000
};

static void read_session(const char *text, struct session *session) {
    char directory[64], path[256];
    struct failure why;
    test_directory(directory);
    test_file(directory, "s.session", text, path);
    if (session_read(path, session, &why) < 0)
        fail_msg("%s", why.text);
    files_remove(directory, NULL);
}

/* A script that plays the server, as a process of its own; its report comes through a pipe. */
struct server {
    pid_t pid;
    int report;
    int over;
    char address[48];
};

static void server_begin(struct server *server, const char *text) {
    struct session session;
    struct net_address own;
    int report[2], over[2];
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_true(listener >= 0);
    assert_int_equal(net_local(listener, &own, NULL), 0);
    snprintf(server->address, sizeof server->address, "127.0.0.1:%u", own.port);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    assert_int_equal(pipe2(over, O_CLOEXEC), 0);
    read_session(text, &session);
    server->pid = process_fork(NULL);
    if (server->pid == 0) {
        char words[300];
        close(over[1]);
        script_play(&session, listener, over[0], deadline_in(PATIENCE_MS), words, sizeof words);
        _exit(write(report[1], words, strlen(words)) < 0);
    }
    assert_true(server->pid > 0);
    session_free(&session);
    close(listener);
    close(report[1]);
    close(over[0]);
    server->report = report[0];
    server->over = over[1];
}

static void server_end(struct server *server, const char *words) {
    char report[300];
    int status;
    close(server->over);
    assert_true(process_wait(server->pid, deadline_in(PATIENCE_MS), &status));
    ssize_t count = read(server->report, report, sizeof report - 1);
    report[count > 0 ? count : 0] = '\0';
    assert_string_equal(report, words);
    close(server->report);
}

static void visit_begin(struct visitor *visitor, const char *text, const char *address,
                        unsigned long crowd) {
    struct session session;
    read_session(text, &session);
    const struct visitor_setup setup = {.session = &session,
                                        .address = address,
                                        .crowd = crowd,
                                        .limit_ms = PATIENCE_MS,
                                        .patience_ms = VISITOR_PATIENCE_MS,
                                        .keys = "/dev/null"};
    assert_int_equal(visitor_start(visitor, &setup, NULL), 0);
    session_free(&session);
    visitor_go(visitor);
}

static void expect_over(struct visitor *visitor, const char *words) {
    char report[300];
    assert_int_equal(visitor_hear(visitor, report, sizeof report), VISITOR_OVER);
    assert_string_equal(report, words);
    visitor_end(visitor);
    visitor_end(visitor); /* once is enough, twice is fine */
}

/* Both play; what each has to say in the end. */
static void meet(const char *client, const char *of_client, const char *of_server,
                 const char *reported) {
    struct server server;
    struct visitor visitor;
    server_begin(&server, of_server);
    visit_begin(&visitor, client, server.address, 0);
    expect_over(&visitor, of_client);
    server_end(&server, reported);
}

static void one_file_is_played_at_both_ends(void **state) {
    (void)state;
    static const char *const texts[] = {
        "S: 220 hello\nC: EHLO me\nS: 250-a\nS: 250 b\nC| QU\nC| IT\\r\\n\nS: 221 bye\nS close\n",
        "S fill 100000\nC fill 200000\nS repeat 3 ab\nC repeat 2 xyz\nC close\nS: late\nS close\n",
        "S: 220 one\nC2: second\nS2: 220 two\nC: first\nS2: 2\nS: 1\nC3: third\nS3: 3\n",
        "C: nothing\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        meet(texts[i], "", texts[i], "");
}

static void what_the_server_says_instead_is_told(void **state) {
    (void)state;
    static const struct {
        const char *client, *words, *server;
    } cases[] = {
        {"S: 220 *\nC: NOOP\nS: 250 *\n",
         "line 3: waited for \"S: 250 *\", the server sent \"502 no\"",
         "S: 220 a\nC: NOOP\nS: 502 no\n"},
        {"S: 220 *\nC: NOOP\nS: 250 *\n", "line 3: waited for \"S: 250 *\", the server closed",
         "S: 220 a\nC: NOOP\nS close\n"},
        {"S: 220 *\n...\nS: 250 *\n", "line 3: waited for \"S: 250 *\", the server closed",
         "S: 220 a\nS: 250-x\nS: 25\nS close\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        meet(cases[i].client, cases[i].words, cases[i].server, "");
}

/* A server that is gone when there is something to say: for a script the end, here a failure. */
static void words_that_nobody_hears_are_a_failure(void **state) {
    (void)state;
    struct server server;
    struct visitor visitor;
    char report[300];
    server_begin(&server, "S: 220 a\nS reset\n");
    visit_begin(&visitor, "S: 220 *\nS close\nC: one\nC: two\n", server.address, 0);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_OVER);
    assert_non_null(strstr(report, "could not say \"C: "));
    visitor_end(&visitor);
    server_end(&server, "");
}

static void nobody_is_there(void **state) {
    (void)state;
    struct visitor visitor;
    char report[300];
    struct net_address own;
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_int_equal(net_local(listener, &own, NULL), 0);
    close(listener);
    char address[48];
    snprintf(address, sizeof address, "127.0.0.1:%u", own.port);
    visit_begin(&visitor, "S: 220 *\n", address, 0);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_OVER);
    assert_non_null(strstr(report, "line 1: connection 1: 127.0.0.1"));
    visitor_end(&visitor);
}

static void wishes_are_asked_and_answered(void **state) {
    (void)state;
    struct server server;
    struct visitor visitor;
    char report[300];
    server_begin(&server, "S: 220 a\nS2: 220 b\n");
    visit_begin(&visitor, "S: 220 a\nkill\nrestart\nS2: 220 b\nstop\ndeliver bob x.eml\nrestart\n",
                server.address, 0);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_KILL);
    visitor_answer(&visitor, true);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_RESTART);
    visitor_answer(&visitor, true);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_STOP);
    visitor_answer(&visitor, true);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_CHANGE);
    assert_string_equal(report, "deliver bob x.eml");
    visitor_answer(&visitor, true);
    assert_int_equal(visitor_hear(&visitor, report, sizeof report), VISITOR_RESTART);
    visitor_answer(&visitor, false);
    expect_over(&visitor, "line 7: the server did not start again");
    server_end(&server, "");
}

static void a_crowd_is_greeted_first(void **state) {
    (void)state;
    static const char text[] = "S: 220 one\nS2: 220 two\nC2: QUIT\nS2: 221\n";
    struct server server;
    struct visitor visitor;
    server_begin(&server, text);
    visit_begin(&visitor, "S: 220 two\nC: QUIT\nS: 221\n", server.address, 1);
    expect_over(&visitor, "");
    server_end(&server, "");
}

static void who_of_a_crowd_gets_no_greeting_is_counted(void **state) {
    (void)state;
    struct server server;
    struct visitor visitor;
    server_begin(&server, "S: 220 one\nS2 close\nS3 close\n");
    visit_begin(&visitor, "S: 220\n", server.address, 3);
    expect_over(&visitor, "of 3 connections at once only 1 were greeted");
    server_end(&server, "");
}

static void one_that_breaks_down_is_over(void **state) {
    (void)state;
    struct visitor visitor;
    char report[300];
    visit_begin(&visitor, "kill\n", "127.0.0.1:1", 0);
    kill(visitor.pid, SIGKILL);
    /* He may have wished for something before. */
    while (visitor_hear(&visitor, report, sizeof report) != VISITOR_OVER)
        continue;
    assert_string_equal(report, "the client of wire broke down");
    visitor_end(&visitor);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_is_played_at_both_ends),
        cmocka_unit_test(what_the_server_says_instead_is_told),
        cmocka_unit_test(words_that_nobody_hears_are_a_failure),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(wishes_are_asked_and_answered),
        cmocka_unit_test(a_crowd_is_greeted_first),
        cmocka_unit_test(who_of_a_crowd_gets_no_greeting_is_counted),
        cmocka_unit_test(one_that_breaks_down_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
