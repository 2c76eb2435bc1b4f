/* Both actors of a session file: the keyboard and the script. */
#include "endpoint.h"
#include "files.h"
#include "keyboard.h"
#include "net.h"
#include "process.h"
#include "script.h"

#include "files_for_tests.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

/* --- the keyboard --- */

struct typist {
    struct session session;
    int ends[2];
    int input;
    struct keyboard keyboard;
    struct buf output;
};

static void typist_begin(struct typist *typist, const char *text) {
    read_session(text, &typist->session);
    assert_int_equal(pipe2(typist->ends, O_NONBLOCK), 0);
    typist->input = typist->ends[1];
    buf_init(&typist->output, 1000);
    keyboard_start(&typist->keyboard, &typist->session, &typist->input);
}

static void typist_end(struct typist *typist) {
    keyboard_end(&typist->keyboard);
    assert_int_equal(typist->input, -1);
    close(typist->ends[0]);
    buf_free(&typist->output);
    session_free(&typist->session);
}

/* The program shows something; then exactly `typed` has been typed. */
static void show(struct typist *typist, const char *shown, const char *typed) {
    char bytes[1000] = "";
    if (*shown != '\0')
        buf_append(&typist->output, shown, strlen(shown));
    assert_false(keyboard_play(&typist->keyboard, &typist->output, *shown != '\0'));
    ssize_t count = read(typist->ends[0], bytes, sizeof bytes - 1);
    bytes[count > 0 ? count : 0] = '\0';
    assert_string_equal(bytes, typed);
}

static void the_keyboard_waits_for_each_line(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "S: 220 *\nC: one\nS: 250 ok\nC| tw\nC: o\nS| half\\r\\n\nC end\n");
    show(&typist, "", "");
    show(&typist, "220 he", "");
    show(&typist, "llo\r", "");
    show(&typist, "\n", "one\n");
    show(&typist, "250 ok\nha", "two\n");
    assert_int_not_equal(typist.input, -1);
    show(&typist, "lf\n", ""); /* a program may show CR LF as LF */
    assert_int_equal(typist.input, -1);
    assert_true(keyboard_patience(&typist.keyboard) == DEADLINE_NEVER);
    assert_string_equal(typist.keyboard.note, "");
    typist_end(&typist);
    assert_string_equal(typist.keyboard.note, "");
}

static void the_keyboard_stays_open_after_the_last_step(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "C: QUIT\nS: 221 *\nS close\n");
    show(&typist, "", "QUIT\n");
    show(&typist, "221 bye\n", "");
    assert_int_not_equal(typist.input, -1);
    typist_end(&typist);
}

static void lines_in_between_are_passed_over_only_behind_dots(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "...\nS: 250 *\nC: next\n");
    show(&typist, "250-a\n250-b\n", "");
    show(&typist, "250 c\n", "next\n");
    typist_end(&typist);
    typist_begin(&typist, "S: 250 *\nC: next\n");
    show(&typist, "250-a\n250 c\n", "");
    assert_int_equal(typist.input, -1); /* so that a program that waits for it can end */
    assert_string_equal(typist.keyboard.note,
                        "line 1: waited for \"S: 250 *\", the program showed \"250-a\"");
    typist_end(&typist);
    typist_begin(&typist, "S| abc\n");
    show(&typist, "abx", "");
    assert_string_equal(typist.keyboard.note,
                        "line 1: waited for \"S| abc\", the program showed \"abx\"");
    typist_end(&typist);
}

static void what_was_still_waited_for_is_noted(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "C: a\nS close\nS: 221 *\nC: b\n");
    show(&typist, "", "a\n");
    typist_end(&typist);
    assert_string_equal(typist.keyboard.note, "line 3: waited for \"S: 221 *\", the program ended");
}

static void patience_ends(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "S: 220 *\n");
    show(&typist, "", "");
    typist.keyboard.until = 0;
    show(&typist, "", "");
    assert_int_equal(typist.input, -1);
    assert_string_equal(typist.keyboard.note,
                        "line 1: waited for \"S: 220 *\", the program showed no more");
    typist_end(&typist);
}

static void more_than_a_pipe_holds_is_typed_in_turns(void **state) {
    (void)state;
    struct typist typist;
    static char bytes[65536];
    size_t typed = 0;
    typist_begin(&typist, "C fill 300000\n");
    while (keyboard_play(&typist.keyboard, &typist.output, false)) {
        ssize_t count = read(typist.ends[0], bytes, sizeof bytes);
        for (ssize_t i = 0; i < count; i++, typed++)
            assert_int_equal(bytes[i], 'a' + typed % 23);
        assert_true(count > 0);
    }
    ssize_t count;
    while ((count = read(typist.ends[0], bytes, sizeof bytes)) > 0)
        typed += (size_t)count;
    assert_int_equal(typed, 300001); /* and Enter */
    typist_end(&typist);
}

static void a_program_that_closes_its_input_ends_the_typing(void **state) {
    (void)state;
    struct typist typist;
    typist_begin(&typist, "C: a\n");
    close(typist.ends[0]);
    typist.ends[0] = -1;
    show(&typist, "", "");
    assert_string_equal(typist.keyboard.note,
                        "line 1: waited for \"C: a\", but the program has closed its input");
    typist_end(&typist);
}

/* --- the script, as a process of its own --- */

struct play {
    struct session session;
    pid_t script;
    int report;
    int over;
    int client;
};

static int listen_somewhere(char address[32], char port[8]) {
    struct net_address own;
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_true(listener >= 0);
    assert_int_equal(net_local(listener, &own, NULL), 0);
    snprintf(port, 8, "%u", own.port);
    snprintf(address, 32, "%.31s", own.host);
    return listener;
}

static void play_begin(struct play *play, const char *text, bool connect) {
    char address[32], port[8];
    int report[2], over[2];
    read_session(text, &play->session);
    int listener = listen_somewhere(address, port);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    assert_int_equal(pipe2(over, O_CLOEXEC), 0);
    play->script = process_fork(NULL);
    if (play->script == 0) {
        char words[300];
        close(over[1]);
        script_play(&play->session, listener, over[0], deadline_in(PATIENCE_MS), words,
                    sizeof words);
        _exit(write(report[1], words, strlen(words)) < 0);
    }
    assert_true(play->script > 0);
    close(report[1]);
    close(over[0]);
    close(listener);
    play->report = report[0];
    play->over = over[1];
    play->client = connect ? net_connect(address, port, deadline_in(PATIENCE_MS), NULL) : -1;
    assert_true(!connect || play->client >= 0);
}

/* The next piece from the server: what one segment brought, since it waits until that is read. */
static void receive(int connection, const char *expected) {
    char bytes[1000];
    assert_int_equal(net_wait(connection, false, deadline_in(PATIENCE_MS)), 1);
    ssize_t count = recv(connection, bytes, sizeof bytes - 1, 0);
    bytes[count > 0 ? count : 0] = '\0';
    assert_string_equal(bytes, expected);
}

static void send_text(int connection, const char *text) {
    assert_int_equal(send(connection, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void play_end(struct play *play, const char *words) {
    char report[300];
    int status;
    if (play->client >= 0)
        close(play->client);
    close(play->over);
    assert_true(process_wait(play->script, deadline_in(PATIENCE_MS), &status));
    ssize_t count = read(play->report, report, sizeof report - 1);
    report[count > 0 ? count : 0] = '\0';
    assert_string_equal(report, words);
    close(play->report);
    session_free(&play->session);
}

static void each_step_comes_in_a_segment_of_its_own(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S: 220 hello\nS| 25\nS| 0\\r\nC: QUIT\nS: 221\nS close\n", true);
    receive(play.client, "220 hello\r\n");
    receive(play.client, "25");
    receive(play.client, "0\r");
    send_text(play.client, "QU");
    send_text(play.client, "IT\r\n");
    receive(play.client, "221\r\n");
    receive(play.client, ""); /* FIN */
    play_end(&play, "");
}

static void another_line_than_the_expected_one_ends_it(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "C: EHLO *\nC: MAIL\nS: 250 ok\n", true);
    send_text(play.client, "EHLO me\r\nRSET\r\n");
    receive(play.client, "");
    play_end(&play, "line 2: waited for \"C: MAIL\", the client sent \"RSET\"");
}

static void lines_pass_behind_dots(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "...\nC: .\nS: 250 taken\n", true);
    send_text(play.client, "Subject: x\r\n\r\n..\r\ntext\n.\r\n");
    receive(play.client, "250 taken\r\n");
    play_end(&play, "");
}

static void a_client_that_closes_early_is_reported(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "C: EHLO *\nC: MAIL\n", true);
    send_text(play.client, "EHLO me\r\n");
    play_end(&play, "line 2: waited for \"C: MAIL\", the client closed");
}

static void nobody_has_to_come(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S: 220 hello\n", false);
    play_end(&play, "no client connected");
}

static void a_reset_is_a_reset(void **state) {
    (void)state;
    struct play play;
    char byte;
    play_begin(&play, "S: 220 hello\nS reset\n", true);
    receive(play.client, "220 hello\r\n");
    assert_int_equal(net_wait(play.client, false, deadline_in(PATIENCE_MS)), 1);
    assert_int_equal(recv(play.client, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    play_end(&play, "");
}

static void drips_come_until_the_client_closes(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S drip x\nC close\nS close\n", true);
    receive(play.client, "x");
    receive(play.client, "x");
    play_end(&play, "");
}

/* --- several connections --- */

/* Another client of the same script. */
static int another_client(const struct play *play) {
    struct net_address server;
    char port[8];
    assert_int_equal(net_peer(play->client, &server, NULL), 0);
    snprintf(port, sizeof port, "%u", server.port);
    return net_connect(server.host, port, deadline_in(PATIENCE_MS), NULL);
}

static void connections_take_turns(void **state) {
    (void)state;
    struct play play;
    play_begin(&play,
               "S: 220 one\nC: first\nS2: 220 two\nC2: second\nS: 250 one\nS2| 25\nS2: 0\n"
               "S2 close\nC2 close\nC: QUIT\nS: 221\n",
               true);
    receive(play.client, "220 one\r\n");
    int second = another_client(&play);
    send_text(second, "second\r\n"); /* nobody minds that it came early */
    send_text(play.client, "first\r\n");
    receive(second, "220 two\r\n");
    receive(play.client, "250 one\r\n");
    receive(second, "25");
    receive(second, "0\r\n");
    receive(second, ""); /* FIN */
    close(second);
    send_text(play.client, "QUIT\r\n");
    receive(play.client, "221\r\n");
    receive(play.client, "");
    play_end(&play, "");
}

static void a_reset_breaks_one_connection(void **state) {
    (void)state;
    struct play play;
    char byte;
    play_begin(&play, "S: 220 one\nS2: 220 two\nS reset\nC2: still here\nS2: 250\n", true);
    int second = another_client(&play);
    receive(play.client, "220 one\r\n");
    receive(second, "220 two\r\n");
    assert_int_equal(net_wait(play.client, false, deadline_in(PATIENCE_MS)), 1);
    assert_int_equal(recv(play.client, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    send_text(second, "still here\r\n");
    receive(second, "250\r\n");
    receive(second, "");
    close(second);
    play_end(&play, "");
}

static void mistakes_name_their_connection(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S: 220 one\nC2: two\n", true);
    int second = another_client(&play);
    send_text(second, "three\r\n");
    receive(play.client, "220 one\r\n");
    receive(second, "");
    close(second);
    play_end(&play, "line 2: waited for \"C2: two\", the client sent \"three\"");
    play_begin(&play, "S: 220 one\nS: 220 more\nS2: 220 two\n", true);
    receive(play.client, "220 one\r\n");
    receive(play.client, "220 more\r\n");
    play_end(&play, "line 3: waited for \"S2: 220 two\", but there were no more connections");
}

static void as_many_as_are_written_and_no_more(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S: 220 one\nS2: 220 two\n", true);
    int second = another_client(&play);
    receive(play.client, "220 one\r\n");
    receive(second, "220 two\r\n");
    assert_int_equal(another_client(&play), -1); /* refused */
    close(second);
    play_end(&play, "");
}

/* The other end of a script is an endpoint too: the same file, played from both sides. */
static void an_endpoint_is_a_client_too(void **state) {
    (void)state;
    struct play play;
    struct session session;
    struct endpoint client;
    char report[300] = "";
    static const char text[] = "S: 220 *\nC: EHLO me\nS: 250-a\n...\nS: 250 *\nC| QU\nC| IT\\r\\n\n"
                               "S: 221 bye\nS close\nC close\n";
    play_begin(&play, text, true);
    read_session(text, &session);
    endpoint_init(&client, play.client, false, deadline_in(PATIENCE_MS));
    play.client = -1;
    for (size_t i = 0; i < session.count; i++) {
        assert_int_equal(endpoint_play(&client, &session.steps[i], report, sizeof report), 0);
        assert_string_equal(report, "");
    }
    endpoint_finish(&client);
    play_end(&play, "");
    session_free(&session);

    read_session("S: 250 ok\n", &session);
    play_begin(&play, "S: 550 no\n", true);
    endpoint_init(&client, play.client, false, deadline_in(PATIENCE_MS));
    play.client = -1;
    assert_int_equal(endpoint_play(&client, session.steps, report, sizeof report), ENDPOINT_FAILED);
    assert_string_equal(report, "line 1: waited for \"S: 250 ok\", the server sent \"550 no\"");
    endpoint_finish(&client);
    play_end(&play, "");
    session_free(&session);
}

/* The same file from both sides, encrypted. What the script's side says of it; "" is nothing. */
static void play_both_ends(const char *text, const char *words) {
    struct play play;
    struct session session;
    struct endpoint client;
    char report[300];
    enum endpoint_outcome outcome = ENDPOINT_FINE;
    play_begin(&play, text, true);
    read_session(text, &session);
    endpoint_init(&client, play.client, false, deadline_in(PATIENCE_MS));
    play.client = -1;
    for (size_t i = 0; i < session.count && outcome == ENDPOINT_FINE; i++)
        outcome = endpoint_play(&client, &session.steps[i], report, sizeof report);
    endpoint_finish(&client);
    play_end(&play, words);
    session_free(&session);
}

static void a_script_can_encrypt(void **state) {
    (void)state;
    play_both_ends(
        "S: 220 *\nC: STARTTLS\nS: 220 go\nS tls\nC: EHLO me\nS| 2\nS| 50 ok\\r\\n\nC fill "
        "100000\nS fill 100000\nS close\nC close\n",
        "");
    play_both_ends("S tls 1.2-only\nS: 220 *\nC: QUIT\nS: 221 bye\n", "");
    play_both_ends("S tls\nS: 220 *\nS cut\nC close\n", "");
    play_both_ends("S tls\nS: 220 *\nS reset\n", "");
}

static void a_client_may_refuse(void **state) {
    (void)state;
    play_both_ends("S tls expired\nC: never said\n", "");
    play_both_ends("S tls wrong-host\nC: never said\n", "");
    play_both_ends("S tls self-signed\nC: never said\n", "");
    play_both_ends("S tls 1.1-only\nC: never said\n", "");
    play_both_ends("S: 220 *\nC close\nS tls\n", "");
}

static void what_is_no_handshake_is_reported(void **state) {
    (void)state;
    struct play play;
    play_begin(&play, "S: 220 go\nS tls\n", true);
    receive(play.client, "220 go\r\n");
    send_text(play.client, "EHLO me\r\n");
    play_end(&play, "line 2: waited for \"S tls\", the client sent \"EHLO me\\r\\n\"");

    play_begin(&play, "C: STARTTLS\nS: 220 go\nS tls mx\n", true);
    send_text(play.client, "STARTTLS\r\nMAIL FROM:<a@b>\r\n");
    play_end(&play, "line 3: waited for \"S tls mx\", the client sent \"MAIL FROM:<a@b>\\r\\n\"");
}

static void what_is_filled_arrives_whole(void **state) {
    (void)state;
    struct play play;
    static char bytes[65536];
    size_t total = 0;
    ssize_t count;
    play_begin(&play, "S fill 300000\nS close\n", true);
    while (net_wait(play.client, false, deadline_in(PATIENCE_MS)) == 1 &&
           (count = recv(play.client, bytes, sizeof bytes, 0)) > 0)
        for (ssize_t i = 0; i < count; i++, total++)
            assert_int_equal(bytes[i], 'a' + total % 23);
    assert_int_equal(total, 300000);
    play_end(&play, "");
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keyboard_waits_for_each_line),
        cmocka_unit_test(the_keyboard_stays_open_after_the_last_step),
        cmocka_unit_test(lines_in_between_are_passed_over_only_behind_dots),
        cmocka_unit_test(what_was_still_waited_for_is_noted),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(more_than_a_pipe_holds_is_typed_in_turns),
        cmocka_unit_test(a_program_that_closes_its_input_ends_the_typing),
        cmocka_unit_test(each_step_comes_in_a_segment_of_its_own),
        cmocka_unit_test(another_line_than_the_expected_one_ends_it),
        cmocka_unit_test(lines_pass_behind_dots),
        cmocka_unit_test(a_client_that_closes_early_is_reported),
        cmocka_unit_test(nobody_has_to_come),
        cmocka_unit_test(a_reset_is_a_reset),
        cmocka_unit_test(drips_come_until_the_client_closes),
        cmocka_unit_test(what_is_filled_arrives_whole),
        cmocka_unit_test(connections_take_turns),
        cmocka_unit_test(a_reset_breaks_one_connection),
        cmocka_unit_test(mistakes_name_their_connection),
        cmocka_unit_test(as_many_as_are_written_and_no_more),
        cmocka_unit_test(an_endpoint_is_a_client_too),
        cmocka_unit_test(a_script_can_encrypt),
        cmocka_unit_test(a_client_may_refuse),
        cmocka_unit_test(what_is_no_handshake_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
