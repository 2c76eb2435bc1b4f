/* The hostile peers (peer.h), each with a client on one side and a server on the other. */
#include "between.h"
#include "files.h"

static void one_byte_means_one_byte(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "one-byte");
    say(between.client, "ab\r");
    piece(between.server, "a");
    piece(between.server, "b");
    piece(between.server, "\r");
    say(between.server, "xy");
    piece(between.client, "x");
    piece(between.client, "y");
    between_end(&between);
}

static void coalesced_means_one_piece(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "one-byte | coalesced");
    say(between.server, "250 one\r\n250 two\r\n");
    piece(between.client, "250 one\r\n250 two\r\n");
    between_end(&between);
}

/* Both directions, then the end of each: what a peer is not there for, he leaves alone. */
static void most_peers_pass_everything_on(void **state) {
    (void)state;
    static const char *const rows[] = {"one-byte",
                                       "slow",
                                       "coalesced",
                                       "half-reply=1",
                                       "late-banner=1",
                                       "stall=9",
                                       "cut=9",
                                       "reset=9",
                                       "long-line=513 | slow",
                                       "no-esmtp",
                                       "slow | coalesced | half-reply=1 | one-byte"};
    static const char text[] = "a text of some length, in both directions\r\nand half a line";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct between between;
        between_begin(&between, rows[i]);
        int ends[][2] = {{between.server, between.client}, {between.client, between.server}};
        for (int j = 0; j < 2; j++) {
            if (j == 1 || strncmp(rows[i], "long-line", 9) != 0) {
                say(ends[j][0], text);
                shutdown(ends[j][0], SHUT_WR);
                hear(ends[j][1], text);
                hear_the_end(ends[j][1]);
            }
        }
        between_end(&between);
    }
}

static void a_reset_comes_through(void **state) {
    (void)state;
    struct between between;
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    between_begin(&between, "slow");
    setsockopt(between.server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(between.server);
    between.server = -1;
    hear_a_reset(between.client);
    between_end(&between);
}

static void half_a_reply_is_a_piece(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "half-reply=100");
    say(between.server, "220 hello\r\n250-one\r\n250-two\r\n250 three\r\n");
    piece(between.client, "220 hello\r\n250-one\r\n");
    piece(between.client, "250-two\r\n250 three\r\n");
    between_end(&between);
}

static void a_late_banner_comes_to_who_waits(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "late-banner=20");
    say(between.server, "220 hello\r\n");
    hear(between.client, "220 hello\r\n");
    say(between.client, "EHLO me\r\n");
    hear(between.server, "EHLO me\r\n");
    say(between.server, "250 you\r\n");
    hear(between.client, "250 you\r\n");
    between_end(&between);
}

static void who_speaks_first_gets_no_banner(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "late-banner=600000");
    say(between.client, "EHLO me\r\n");
    say(between.server, "220 hello\r\n");
    hear(between.client, "554 5.5.0 You spoke before I had greeted you\r\n");
    hear_the_end(between.client);
    shutdown(between.client, SHUT_WR);
    hear_the_end(between.server); /* and the server did not hear of it */
    between_end(&between);
}

/* Behind the silence nothing comes, not even the server's end; what the client says still arrives.
 */
static void stalled_means_silent(void **state) {
    (void)state;
    enum {
        SILENCE_MS = 100
    };
    struct between between;
    between_begin(&between, "stall=2");
    say(between.server, "220 hello\r\n250-one\r\n25");
    say(between.server, "0 two\r\n250 three\r\n");
    hear(between.client, "220 hello\r\n250-one\r\n250 two\r\n");
    say(between.client, "DATA\r\n");
    hear(between.server, "DATA\r\n");
    say(between.server, "354 go on\r\n");
    shutdown(between.server, SHUT_WR);
    assert_int_equal(net_wait(between.client, false, deadline_in(SILENCE_MS)), 0);
    shutdown(between.client, SHUT_WR);
    hear_the_end(between.server);
    hear_the_end(between.client); /* nobody is left */
    between_end(&between);
}

static void a_cut_is_in_mid_line(void **state) {
    (void)state;
    through("cut", "220 hello\r\n250-mail\r\n250 HELP\r\n", "220 hello\r\n250-m");
    through("cut=1", "220 ~hello\r\n", "220 h");
    through("cut=3", "220-a\r\n220 b\r\n250\r\n250 two\r\n", "220-a\r\n220 b\r\n250\r\n250 ");
}

static void a_reset_is_in_mid_line(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "reset");
    say(between.server, "220 hello\r\n");
    say(between.client, "EHLO me\r\n");
    hear(between.server, "EHLO me\r\n");
    say(between.server, "250-mail\r\n250 HELP\r\n");
    hear(between.client, "220 hello\r\n250-m");
    hear_a_reset(between.client);
    hear_a_reset(between.server);
    between_end(&between);
}

static void a_bare_lf_has_no_cr(void **state) {
    (void)state;
    through("bare-lf", "220 a\r\n250-b\r~\n250 c\r\n", "220 a\n250-b\n250 c\n");
    through("bare-lf", "a\rb\r\r\nc\r", "a\rb\r\nc\r"); /* only the one before LF */
    through("one-byte | bare-lf", "220 a\r\n", "220 a\n");
}

static void a_long_line_is_that_long(void **state) {
    (void)state;
    char said[] = "220 hello\r\n250-mail\r\n250 HELP\r\n250\r\n";
    char heard[2000];
    char x[600];
    memset(x, 'x', sizeof x);
    /* 520 octets: 11, 10 and 5 of them are there, and a blank. */
    snprintf(heard, sizeof heard, "220 hello %.*s\r\n250-mail %.*s\r\n250 HELP\r\n250 %.*s\r\n",
             520 - 12, x, 520 - 11, x, 520 - 6, x);
    through("long-line=520", said, heard);
}

static void one_line_becomes_two(void **state) {
    (void)state;
    through("multi-line", "220 mail ESMTP\r\n250-a\r\n250 b\r\n250\r\n354 go\r\n",
            "220-mail ESMTP\r\n220 and one line more\r\n250-a\r\n250 b\r\n"
            "250-\r\n250 and one line more\r\n354-go\r\n354 and one line more\r\n");
}

static void busy_means_421(void **state) {
    (void)state;
    static const char sorry[] = " Service not available, closing transmission channel\r\n";
    char heard[200];
    snprintf(heard, sizeof heard, "421 mail.example.org%s", sorry);
    through("busy", "220 mail.example.org ESMTP\r\n", heard);
    through("busy", "220-mail.example.org\r\n220 ESMTP\r\n", heard);
    snprintf(heard, sizeof heard, "421 %s", sorry);
    through("busy", "220\r\n", heard);
}

static void ehlo_does_not_get_through(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "no-esmtp");
    say(between.client, "eh");
    say(between.client, "lo me\r\nHELO me\r\nMAIL FROM:<a@b>\r\nDATA\r\nEHLO is a word here\r\n");
    hear(between.server,
         "XXXX me\r\nHELO me\r\nMAIL FROM:<a@b>\r\nDATA\r\nEHLO is a word here\r\n");
    between_end(&between);
}

/* A line without end passes all the same, and TLS is nobody's text: a record begins with 22. */
static void what_is_no_text_passes(void **state) {
    (void)state;
    static char line[200000];
    struct between between;
    size_t sent = 0, got = 0;
    memset(line, 'y', sizeof line);
    between_begin(&between, "long-line");
    while (got < sizeof line) {
        static char bytes[65536];
        ssize_t count = send(between.server, line + sent, sizeof line - sent, MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
        if (sent == sizeof line)
            shutdown(between.server, SHUT_WR);
        assert_int_equal(net_wait(between.client, false, deadline_in(PATIENCE_MS)), 1);
        count = recv(between.client, bytes, sizeof bytes, 0);
        assert_true(count > 0);
        for (ssize_t i = 0; i < count; i++)
            assert_int_equal(bytes[i], 'y');
        got += (size_t)count;
    }
    hear_the_end(between.client);
    between_end(&between);
    between_begin(&between, "bare-lf | multi-line");
    say(between.server, "220 go\r\n");
    hear(between.client, "220-go\r\n220 and one line more\r\n");
    say(between.server, "\x16\r\n\r\n\x16");
    hear(between.client, "\x16\r\n\r\n\x16");
    between_end(&between);
}

static void each_connection_is_on_its_own(void **state) {
    (void)state;
    struct between first, second;
    between_begin(&first, "cut");
    struct net_address address, back;
    char port[8];
    assert_int_equal(net_peer(first.client, &address, NULL), 0);
    assert_int_equal(net_local(first.server_listener, &back, NULL), 0);
    snprintf(port, sizeof port, "%u", address.port);
    second.client = net_connect(address.host, port, deadline_in(PATIENCE_MS), NULL);
    assert_true(second.client >= 0);
    assert_int_equal(net_wait(first.server_listener, false, deadline_in(PATIENCE_MS)), 1);
    second.server = accept4(first.server_listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(second.server >= 0);
    say(first.server, "220 one\r\n");
    say(second.server, "220 two\r\n250 ok\r\n");
    hear(second.client, "220 two\r\n250 ");
    hear_the_end(second.client);
    hear(first.client, "220 one\r\n");
    close(second.client);
    close(second.server);
    between_end(&first);
}

static void rows_are_read(void **state) {
    (void)state;
    struct peers peers;
    assert_int_equal(peer_parse("stall", &peers, NULL), 0);
    assert_int_equal(peers.count, 1);
    assert_int_equal(peers.list[0].number, 1);
    assert_int_equal(peer_parse("stall=2|one-byte | \tslow ", &peers, NULL), 0);
    assert_int_equal(peers.count, 3);
    assert_int_equal(peers.list[0].number, 2);
}

static void mistakes_in_rows_are_named(void **state) {
    (void)state;
    static const char *const mistakes[][2] = {
        {"", "there is no peer \"\": known are one-byte, slow, "},
        {"nice", "there is no peer \"nice\": known are one-byte, slow, coalesced, half-reply, "},
        {"slow slow", "there is no peer \"slow slow\""},
        {"slow |", "there is no peer \"\""},
        {"| slow", "there is no peer \"\""},
        {"slow=2", "slow takes no number"},
        {"stall=", "stall takes a number from 1 to 1000000, not \"\""},
        {"stall=0", "stall takes a number from 1 to 1000000, not \"0\""},
        {"stall=-1", "stall takes a number"},
        {"stall=1x", "stall takes a number"},
        {"long-line=512", "long-line takes a number from 513 to 1000000, not \"512\""},
        {"late-banner=600001", "late-banner takes a number from 1 to 600000"},
        {"slow|slow|slow|slow|slow", "more than 4 peers in a row"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct peers peers;
        struct failure why = {.text = ""};
        assert_int_equal(peer_parse(mistakes[i][0], &peers, &why), -1);
        if (strncmp(why.text, mistakes[i][1], strlen(mistakes[i][1])) != 0)
            fail_msg("\"%s\": %s", mistakes[i][0], why.text);
    }
}

/* Every peer that a message names has his line in the help, and can be called by that name. */
static void every_peer_is_listed(void **state) {
    (void)state;
    struct failure why;
    struct peers peers;
    char *help = NULL;
    size_t size, lines = 0;
    FILE *out = open_memstream(&help, &size);
    peer_print_all(out);
    fclose(out);
    for (const char *at = help; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(peer_parse("?", &peers, &why), -1);
    char *names = strstr(why.text, "known are ") + strlen("known are ");
    size_t named = 0;
    for (char *name; (name = strsep(&names, ", ")) != NULL;) {
        char beginning[60];
        if (*name == '\0')
            continue;
        named++;
        snprintf(beginning, sizeof beginning, "  %s", name);
        assert_non_null(strstr(help, beginning));
        assert_int_equal(peer_parse(name, &peers, NULL), 0);
    }
    assert_int_equal(named, lines);
    assert_true(named >= 13);
    free(help);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_byte_means_one_byte),
        cmocka_unit_test(coalesced_means_one_piece),
        cmocka_unit_test(most_peers_pass_everything_on),
        cmocka_unit_test(a_reset_comes_through),
        cmocka_unit_test(half_a_reply_is_a_piece),
        cmocka_unit_test(a_late_banner_comes_to_who_waits),
        cmocka_unit_test(who_speaks_first_gets_no_banner),
        cmocka_unit_test(stalled_means_silent),
        cmocka_unit_test(a_cut_is_in_mid_line),
        cmocka_unit_test(a_reset_is_in_mid_line),
        cmocka_unit_test(a_bare_lf_has_no_cr),
        cmocka_unit_test(a_long_line_is_that_long),
        cmocka_unit_test(one_line_becomes_two),
        cmocka_unit_test(busy_means_421),
        cmocka_unit_test(ehlo_does_not_get_through),
        cmocka_unit_test(what_is_no_text_passes),
        cmocka_unit_test(each_connection_is_on_its_own),
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(mistakes_in_rows_are_named),
        cmocka_unit_test(every_peer_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
