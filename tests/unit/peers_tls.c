/* The peers (peer.h) that change how encryption begins and ends. Those that shake hands themselves
   are tried with real programs: tests/labs/fixture/92-tls. */
#include "between.h"

/* The server greets, the client says `said`; the server hears `heard`, answers; and the client
   hears of that `answered`. */
static void answer_to(const char *row, const char *said, const char *heard, const char *answer,
                      const char *answered) {
    struct between between;
    between_begin(&between, row);
    say(between.server, "220 hello\r\n");
    hear(between.client, "220 hello\r\n");
    say(between.client, said);
    hear(between.server, heard);
    say(between.server, answer);
    hear(between.client, answered);
    between_end(&between);
}

static void the_offer_of_tls_is_taken_out(void **state) {
    (void)state;
    static const struct {
        const char *reply, *heard;
    } cases[] = {
        {"250-mail\r\n250-STARTTLS\r\n250 HELP\r\n", "250-mail\r\n250 HELP\r\n"},
        {"250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n", "250-mail\r\n250 SIZE 1\r\n"},
        {"250-mail\r\n250 starttls\r\n", "250 mail\r\n"},
        {"250-mail\r\n250-STARTTLS\r\n250 STARTTLS\r\n", "250 mail\r\n"},
        {"250-STARTTLSX\r\n250 X STARTTLS\r\n", "250-STARTTLSX\r\n250 X STARTTLS\r\n"},
        {"250 STARTTLS\r\n", "250 STARTTLS\r\n"}, /* a host's name: nothing is offered */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        answer_to("strip-starttls", "EHLO me\r\n", "EHLO me\r\n", cases[i].reply, cases[i].heard);
    answer_to("strip-starttls", "starttls\r\nNOOP\r\n", "NOOP\r\nNOOP\r\n",
              "250-Ok\r\n250 yes\r\n250 next\r\n",
              "502 5.5.1 Command not implemented\r\n250 next\r\n");
}

static void starttls_is_refused(void **state) {
    (void)state;
    answer_to("refuse-starttls", "NOOP\r\nSTARTTLS\r\nQUIT\r\n", "NOOP\r\nNOOP\r\nQUIT\r\n",
              "250 a\r\n250 b\r\n221 c\r\n",
              "250 a\r\n454 4.7.0 TLS not available due to temporary reason\r\n221 c\r\n");
    /* Behind MAIL it may be a line of a message. */
    answer_to("refuse-starttls", "MAIL FROM:<>\r\nSTARTTLS\r\n", "MAIL FROM:<>\r\nSTARTTLS\r\n",
              "250 a\r\n250 b\r\n", "250 a\r\n250 b\r\n");
}

static void more_comes_behind_the_go_ahead(void **state) {
    (void)state;
    struct between between;
    between_begin(&between, "inject-starttls");
    say(between.server, "220 hello\r\n");
    piece(between.client, "220 hello\r\n");
    say(between.client, "STARTTLS\r\n");
    piece(between.server, "STARTTLS\r\n");
    say(between.server, "220 go\r\n");
    piece(between.client, "220 go\r\n250-mail.example.org at your service\r\n"
                          "250 AUTH PLAIN LOGIN\r\n");
    say(between.server, "\x16\x03\x03"); /* not understood, and passed on */
    piece(between.client, "\x16\x03\x03");
    between_end(&between);
    answer_to("inject-starttls", "STARTTLS\r\n", "STARTTLS\r\n", "454 no\r\n", "454 no\r\n");
}

/* The server says these bytes behind its greeting, and closes. */
static void spoil(const char *row, const char *records, size_t size, const char *expected,
                  size_t expected_size) {
    struct between between;
    char heard[200];
    size_t length = 0;
    between_begin(&between, row);
    say(between.server, "220 hello\r\n");
    hear(between.client, "220 hello\r\n");
    assert_int_equal(send(between.server, records, size, MSG_NOSIGNAL), size);
    shutdown(between.server, SHUT_WR);
    for (ssize_t count = 1; count > 0; length += (size_t)count) {
        assert_int_equal(net_wait(between.client, false, deadline_in(PATIENCE_MS)), 1);
        count = recv(between.client, heard + length, sizeof heard - length, 0);
        assert_true(count >= 0);
    }
    assert_int_equal(length, expected_size);
    assert_memory_equal(heard, expected, length);
    between_end(&between);
}

#define SPOIL(row, records, expected) \
    spoil(row, records, sizeof(records) - 1, expected, sizeof(expected) - 1)

/* Each record has a type, a version, a length (2), and two letters in place of what it should hold.
 */
#define HELLO "\x16\x03\x03\0\2hi"
#define DATA  "\x17\x03\x03\0\2"
#define ALERT "\x15\x03\x03\0\2\1\0"

static void records_are_spoilt(void **state) {
    (void)state;
    SPOIL("tls-tamper", HELLO DATA "ad" DATA "ad", HELLO DATA "ae" DATA "ad");
    SPOIL("tls-tamper=2", HELLO DATA "ad" DATA "ad" DATA "ad", HELLO DATA "ad" DATA "ae" DATA "ad");
    SPOIL("tls-tamper | one-byte", HELLO DATA "ad", HELLO DATA "ae");
    SPOIL("tls-tamper", HELLO "\x17\x03\x03\1\0not all", HELLO "\x17\x03\x03\1\0not all");
    SPOIL("tls-cut", HELLO DATA "ad" ALERT, HELLO DATA "ad");
    /* In TLS 1.3 only its length tells it from data. */
    SPOIL("tls-cut", HELLO DATA "ad\x17\x03\x03\0\x13nineteen octets ...", HELLO DATA "ad");
    SPOIL("tls-garbage", HELLO DATA "ad", "\x43VVUW=<");
    SPOIL("tls-garbage", "250 clear\r\n", "250 clear\r\n");
}

static void words_are_read(void **state) {
    (void)state;
    struct peers peers;
    struct failure why;
    assert_int_equal(peer_parse("bad-cert", &peers, NULL), 0);
    assert_int_equal(peers.list[0].number, 0);
    assert_int_equal(peer_parse("bad-cert=self-signed|only-tls=1.1", &peers, NULL), 0);
    assert_int_equal(peers.list[0].number, 2);
    assert_int_equal(peers.list[1].number, 2);
    assert_int_equal(peer_parse("bad-cert=good", &peers, &why), -1);
    assert_string_equal(why.text,
                        "bad-cert takes one of expired, wrong-host, self-signed, not \"good\"");
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offer_of_tls_is_taken_out),
        cmocka_unit_test(starttls_is_refused),
        cmocka_unit_test(more_comes_behind_the_go_ahead),
        cmocka_unit_test(records_are_spoilt),
        cmocka_unit_test(words_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
