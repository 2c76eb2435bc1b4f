/* The hostile peers (peer.h) before a server that speaks POP3: an answer is counted once, however
   many lines it has, and which has several only the client's command tells. */
#include "between.h"

/* The server greets, the client says `said`; the server hears `heard`, answers; the client hears of
   that `answered`, and then the end, if `ends`. */
static void answer_to(const char *row, const char *said, const char *heard, const char *answer,
                      const char *answered, bool ends) {
    struct between between;
    between_begin(&between, row);
    say(between.server, "+OK hello\r\n");
    hear(between.client, "+OK hello\r\n");
    say(between.client, said);
    hear(between.server, heard);
    say(between.server, answer);
    hear(between.client, answered);
    if (ends)
        hear_the_end(between.client);
    between_end(&between);
}

/* Greeting, LIST, RETR: reply 4 is that to DELE. */
static void answers_are_counted_not_lines(void **state) {
    (void)state;
    enum {
        SILENCE_MS = 100
    };
    static const char said[] = "LIST\r\nretr 1\r\nDELE 1\r\n";
    static const char lines[] = "+OK 1 message\r\n1 5\r\n.\r\n"
                                "+OK 5 octets\r\n+OK\r\n..\r\n.\r\n";
    char answer[200];
    struct between between;
    snprintf(answer, sizeof answer, "%s+OK deleted\r\n", lines);
    answer_to("stall=9", said, said, answer, answer, false);
    answer_to("stall=9", "LIST 1\r\n", "LIST 1\r\n", "+OK 1 5\r\n", "+OK 1 5\r\n", false);
    between_begin(&between, "stall=3");
    say(between.server, "+OK hello\r\n");
    hear(between.client, "+OK hello\r\n");
    say(between.client, said);
    hear(between.server, said);
    say(between.server, answer);
    hear(between.client, lines);
    assert_int_equal(net_wait(between.client, false, deadline_in(SILENCE_MS)), 0);
    between_end(&between);
}

/* What is cut is the message, where there is one. */
static void a_cut_is_in_mid_line(void **state) {
    (void)state;
    answer_to("cut=3", "STAT\r\nRETR 1\r\n", "STAT\r\nRETR 1\r\n",
              "+OK 1 9\r\n+OK 9 octets\r\n1234567\r\n.\r\n", "+OK 1 9\r\n+OK 9 octets\r\n1234",
              true);
    answer_to("cut=3", "RETR 9\r\nSTAT\r\n", "RETR 9\r\nSTAT\r\n", "-ERR no such\r\n+OK 1 9\r\n",
              "-ERR no such\r\n+OK ", true);
    answer_to("cut=4", "AUTH LOGIN\r\nYQ==\r\nYQ==\r\n", "AUTH LOGIN\r\nYQ==\r\nYQ==\r\n",
              "+ \r\n+ VXNlcg==\r\n+OK in\r\n", "+ \r\n+ VXNlcg==\r\n+OK ", true);
}

static void half_an_answer_is_a_piece(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "half-reply=100");
    say(between.server, "+OK hello\r\n");
    piece(between.client, "+OK hello\r\n");
    say(between.client, "CAPA\r\n");
    piece(between.server, "CAPA\r\n");
    say(between.server, "+OK\r\nTOP\r\n.\r\n");
    piece(between.client, "+OK\r\n");
    piece(between.client, "TOP\r\n.\r\n");
    between_end(&between);
}

static void a_long_line_is_that_long(void **state) {
    (void)state;
    char heard[600], x[600];
    memset(x, 'x', sizeof x);
    /* 520 octets, of which "+OK", a blank and CR LF are no x. What AUTH goes on with stays. */
    snprintf(heard, sizeof heard, "+ YQ==\r\n+OK %.*s\r\n", 520 - 6, x);
    struct between between;
    between_begin(&between, "long-line=520");
    say(between.client, "AUTH LOGIN\r\nYQ==\r\n");
    say(between.server, "+OK\r\n");
    hear(between.client, strstr(heard, "+OK"));
    say(between.server, "+ YQ==\r\n+OK\r\n");
    hear(between.client, heard);
    between_end(&between);
    through("multi-line", "+OK hello\r\n+OK\r\n", "+OK hello\r\n+OK\r\n");
}

static void busy_means_err(void **state) {
    (void)state;
    through("busy", "+OK hello\r\n", "-ERR [SYS/TEMP] Too many connections, try again later\r\n");
}

static void who_speaks_first_gets_no_banner(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "late-banner=600000");
    say(between.client, "CAPA\r\n");
    say(between.server, "+OK hello\r\n");
    hear(between.client, "-ERR You spoke before I had greeted you\r\n");
    hear_the_end(between.client);
    between_end(&between);
}

static void capa_does_not_get_through(void **state) {
    (void)state;
    answer_to("no-capa", "capa\r\nSTAT\r\n", "XXXX\r\nSTAT\r\n", "-ERR unknown\r\n",
              "-ERR unknown\r\n", false);
}

static void the_offer_of_tls_is_taken_out(void **state) {
    (void)state;
    answer_to("strip-starttls", "CAPA\r\n", "CAPA\r\n", "+OK\r\nTOP\r\nSTLS\r\nUIDL\r\n.\r\n",
              "+OK\r\nTOP\r\nUIDL\r\n.\r\n", false);
    answer_to("strip-starttls | one-byte", "CAPA\r\n", "CAPA\r\n", "+OK\r\nstls\r\n.\r\n",
              "+OK\r\n.\r\n", false);
    answer_to("strip-starttls", "stls\r\nCAPA\r\n", "NOOP\r\nCAPA\r\n",
              "-ERR not yet\r\n+OK\r\n.\r\n", "-ERR Unknown command\r\n+OK\r\n.\r\n", false);
}

static void stls_is_refused(void **state) {
    (void)state;
    answer_to("refuse-starttls", "CAPA\r\nSTLS\r\nQUIT\r\n", "CAPA\r\nNOOP\r\nQUIT\r\n",
              "+OK\r\nSTLS\r\n.\r\n+OK\r\n+OK bye\r\n",
              "+OK\r\nSTLS\r\n.\r\n-ERR [SYS/TEMP] TLS not available due to temporary reason\r\n"
              "+OK bye\r\n",
              false);
}

static void more_comes_behind_the_go_ahead(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "inject-starttls");
    say(between.server, "+OK hello\r\n");
    piece(between.client, "+OK hello\r\n");
    say(between.client, "STLS\r\n");
    piece(between.server, "STLS\r\n");
    say(between.server, "+OK go\r\n");
    piece(between.client, "+OK go\r\n+OK Capability list follows\r\nUSER\r\n.\r\n");
    say(between.server, "\x16\x03\x03");
    piece(between.client, "\x16\x03\x03");
    between_end(&between);
    answer_to("inject-starttls", "STLS\r\n", "STLS\r\n", "-ERR no\r\n", "-ERR no\r\n", false);
}

/* The slots of what was asked for are used again and again. */
static void a_long_session_stays_in_step(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "cut=3002");
    say(between.server, "+OK hello\r\n");
    hear(between.client, "+OK hello\r\n");
    for (int i = 0; i < 1500; i++) {
        say(between.client, "LIST\r\nLIST 1\r\n");
        hear(between.server, "LIST\r\nLIST 1\r\n");
        say(between.server, "+OK\r\n1 5\r\n.\r\n+OK 1 5\r\n");
        hear(between.client, "+OK\r\n1 5\r\n.\r\n+OK 1 5\r\n");
    }
    say(between.client, "TOP 1 0\r\n"); /* command 3001, reply 3002 */
    hear(between.server, "TOP 1 0\r\n");
    say(between.server, "+OK\r\n1234\r\n.\r\n");
    hear(between.client, "+OK\r\n123");
    hear_the_end(between.client);
    between_end(&between);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_counted_not_lines),
        cmocka_unit_test(a_cut_is_in_mid_line),
        cmocka_unit_test(half_an_answer_is_a_piece),
        cmocka_unit_test(a_long_line_is_that_long),
        cmocka_unit_test(busy_means_err),
        cmocka_unit_test(who_speaks_first_gets_no_banner),
        cmocka_unit_test(capa_does_not_get_through),
        cmocka_unit_test(the_offer_of_tls_is_taken_out),
        cmocka_unit_test(stls_is_refused),
        cmocka_unit_test(more_comes_behind_the_go_ahead),
        cmocka_unit_test(a_long_session_stays_in_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
