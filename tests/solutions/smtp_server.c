/* Lab 09: the session of the server, its commands, and what comes instead of them. */
#include "receiving.h"

#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X250 X100 X100 X10 X10 X10 X10 X10

static int begin(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place_begin(place);
    *state = place;
    return 0;
}

static int end(void **state) {
    place_end(*state);
    free(*state);
    return 0;
}

struct dialogue {
    const char *said;
    size_t count;
    const char *replies;
};

#define SAID(text) text, sizeof(text) - 1

static void assert_dialogues(struct place *place, const struct dialogue *dialogues, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_replies(&place->server, dialogues[i].said, dialogues[i].count, dialogues[i].replies);
}

static void each_command_has_its_states(void **state) {
    static const struct dialogue dialogues[] = {
        {SAID(""), "220 "},
        {SAID("NOOP\r\nRSET\r\nVRFY bob\r\nHELP\r\nHELP MAIL\r\nQUIT\r\n"),
         "220 250 250 252 214 214 221 "},
        {SAID(MAIL), "220 503 "},
        {SAID(BOB), "220 503 "},
        {SAID(DATA), "220 503 "},
        {SAID(HELLO BOB DATA), "220 250 503 503 "},
        {SAID(HELLO MAIL DATA MAIL BOB MAIL), "220 250 250 503 503 250 503 "},
        {SAID("HELO me\r\n" MAIL BOB DATA END BOB DATA MAIL BOB DATA END),
         "220 250 250 250 354 250 503 503 250 250 354 250 "},
        {SAID("RSET\r\n" MAIL HELLO MAIL "RSET\r\n" BOB MAIL BOB "RSET\r\n" DATA),
         "220 250 503 250 250 250 503 250 250 250 503 "},
        {SAID(HELLO MAIL BOB HELLO DATA MAIL BOB "HELO me\r\n" DATA BOB),
         "220 250 250 250 250 503 250 250 250 503 503 "},
        {SAID(HELLO MAIL BOB "NOOP\r\nVRFY x\r\nHELP\r\nEHLO\r\nEXPN x\r\n" DATA END),
         "220 250 250 250 250 252 214 501 500 354 250 "},
        {SAID("QUIT\r\nNOOP\r\n"), "220 221 "},
    };
    assert_dialogues(*state, dialogues, sizeof dialogues / sizeof *dialogues);
}

static void a_verb_is_a_whole_word_in_any_case(void **state) {
    static const struct dialogue dialogues[] = {
        {SAID("eHlO me\r\nmail from:<>\r\nRcpt tO:<BOB@EXAMPLE.ORG>\r\ndata\r\n.\r\nquit\r\n"),
         "220 250 250 250 354 250 221 "},
        {SAID("NOOP  \r\nNOOP words\r\nNOOPS\r\nNOO\r\n NOOP\r\n\r\n \r\nN\xC3\x96OP\r\n"),
         "220 250 250 500 500 500 500 500 500 "},
        {SAID("QUIT now\r\nRSET it\r\nVRFY\r\nVRFY \r\nQUIT \r\n"), "220 501 501 501 501 221 "},
        {SAID(HELLO MAIL BOB "DATA now\r\nDATA \r\n" END), "220 250 250 250 501 354 250 "},
    };
    assert_dialogues(*state, dialogues, sizeof dialogues / sizeof *dialogues);
}

static void a_client_says_who_it_is(void **state) {
    static const struct dialogue dialogues[] = {
        {SAID("EHLO\r\nEHLO \r\nHELO\r\nEHLO a b\r\nEHLO a)\r\nEHLO <a>\r\n" MAIL),
         "220 501 501 501 501 501 501 503 "},
        {SAID("EHLO [127.0.0.1]\r\nHELO [IPv6:::1]\r\nEHLO no_such.example\r\n" MAIL),
         "220 250 250 250 250 "},
        {SAID("EHLO " X250 "xxxxx\r\nEHLO " X250 "xxxxxx\r\n" MAIL), "220 250 501 250 "},
    };
    assert_dialogues(*state, dialogues, sizeof dialogues / sizeof *dialogues);
}

static void an_envelope_has_addresses_of_ours_only(void **state) {
    static const struct dialogue dialogues[] = {
        {SAID(HELLO "MAIL\r\nMAIL FROM\r\nMAIL FROM:\r\nMAIL FROM:alice@example.org\r\n"
                    "MAIL FROM: <a@b>\r\nMAIL FROM:<a@b\r\nMAIL TO:<a@b>\r\nMAIL FROM:<a@b>x\r\n"
                    "MAIL FROM:<a@\xC3\xBC>\r\n"),
         "220 250 501 501 501 501 501 501 501 501 501 "},
        {SAID(HELLO "MAIL FROM:<a@b> SIZE=1\r\nMAIL FROM:<a@b> BODY=8BITMIME\r\n"
                    "MAIL FROM:<a@b> \r\nRCPT TO:<bob@example.org> NOTIFY=NEVER\r\n" BOB),
         "220 250 555 555 250 555 250 "},
        {SAID(HELLO MAIL "RCPT TO:<>\r\nRCPT TO:bob@example.org\r\nRCPT FROM:<bob@example.org>\r\n"
                         "RCPT TO:<bob>\r\nRCPT TO:<nobody@example.org>\r\n" DATA),
         "220 250 250 501 501 501 501 550 503 "},
        {SAID(HELLO MAIL
              "RCPT TO:<dave@example.com>\r\nRCPT TO:<x@relay.example.net>\r\n"
              "RCPT TO:<alice%example.com@example.org>\r\n"
              "RCPT TO:<\"../../alice\"@example.org>\r\nRCPT TO:<bob@example.org.>\r\n" DATA),
         "220 250 250 550 550 550 550 501 503 "},
        {SAID(HELLO MAIL "RCPT TO:<postmaster>\r\nRCPT TO:<PostMaster@Example.ORG>\r\n"
                         "RCPT TO:<postmaster@example.com>\r\n" DATA END),
         "220 250 250 250 250 550 354 250 "},
    };
    assert_dialogues(*state, dialogues, sizeof dialogues / sizeof *dialogues);
    assert_delivered(*state, 1, 0, 0); /* alice is the first of the file, and has it once */
}

static void a_message_has_so_many_recipients(void **state) {
    struct place *place = *state;
    place->server.recipients = 2;
    static const struct dialogue dialogues[] = {
        {SAID(HELLO MAIL BOB BOB CAROL "RCPT TO:<alice@example.org>\r\n" BOB DATA END MAIL CAROL),
         "220 250 250 250 250 250 452 250 354 250 250 250 "},
    };
    assert_dialogues(place, dialogues, 1);
    assert_delivered(place, 0, 1, 1);
}

static void what_is_no_line_is_refused_in_step(void **state) {
    static const struct dialogue dialogues[] = {
        {SAID("NOOP\nNOOP\r\nNO\0OP\r\nNOOP\rNOOP\r\nNOOP\t\r\nNOOP\x7F\r\nNOOP\r\r\nNOOP\r\n"),
         "220 500 250 500 500 500 500 500 250 "},
        {SAID("NOOP " X250 X250 "xxxxx\r\nNOOP " X250 X250 "xxxxxx\r\nNOOP\r\n"),
         "220 250 500 250 "},
        {SAID("NOOP " X250 X250 X250 X250 X250 X250 X250 X250 X250 "\r\nNOOP\r\n"), "220 500 250 "},
        {SAID(HELLO MAIL BOB "NOOP\n" DATA END), "220 250 250 250 500 354 250 "},
        {SAID("NOOP\r\nNOOP"), "220 250 "},
        {SAID("QUIT"), "220 "},
    };
    assert_dialogues(*state, dialogues, sizeof dialogues / sizeof *dialogues);
}

static void the_words_that_are_fixed(void **state) {
    struct place *place = *state;
    struct client client;
    char text[TEXT];
    client_begin(&client, &place->server);
    assert_int_equal(hears(&client, text), 220);
    assert_ptr_equal(strstr(text, "220 mail.example.org ESMTP"), text);
    says(&client, SAID(HELLO MAIL BOB DATA END));
    assert_int_equal(hears(&client, text), 250);
    assert_ptr_equal(strstr(text, "250-mail.example.org"), text);
    assert_non_null(strstr(text, "\r\n250 PIPELINING\r\n"));
    expects(&client, 250);
    expects(&client, 250);
    expects(&client, 354);
    assert_int_equal(hears(&client, text), 250);
    assert_string_equal(text, "250 Stored as 1.7\r\n");
    client_end(&client);
}

static void who_is_silent_hears_421(void **state) {
    struct place *place = *state;
    place->server.idle_ms = 100;
    struct client client;
    char codes[1000];
    client_begin(&client, &place->server);
    hears_all(&client, codes);
    assert_string_equal(codes, "220 421 ");
    client_end(&client);

    client_begin(&client, &place->server); /* half a line is no line */
    says(&client, SAID("QUI"));
    hears_all(&client, codes);
    assert_string_equal(codes, "220 421 ");
    client_end(&client);

    client_begin(&client, &place->server);
    says(&client, SAID(HELLO MAIL BOB DATA "half a message\r\n"));
    hears_all(&client, codes);
    assert_string_equal(codes, "220 250 250 250 354 421 ");
    client_end(&client);
    assert_delivered(place, 0, 0, 0);
}

/* A stop is seen between two commands; a message under way is taken first. */
static void a_stop_is_told(void **state) {
    struct place *place = *state;
    struct client idle, busy;
    char codes[1000];
    client_begin(&idle, &place->server);
    client_begin(&busy, &place->server);
    expects(&idle, 220);
    says(&busy, SAID(HELLO MAIL BOB DATA));
    static const int replies[] = {220, 250, 250, 250, 354};
    for (size_t i = 0; i < 5; i++)
        expects(&busy, replies[i]);

    close(idle.stop[1]);
    idle.stop[1] = -1;
    hears_all(&idle, codes);
    assert_string_equal(codes, "421 ");
    client_end(&idle);

    close(busy.stop[1]);
    busy.stop[1] = -1;
    says(&busy, SAID(END));
    hears_all(&busy, codes);
    assert_string_equal(codes, "250 421 ");
    client_end(&busy);
    assert_delivered(place, 0, 1, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_command_has_its_states, begin, end),
        cmocka_unit_test_setup_teardown(a_verb_is_a_whole_word_in_any_case, begin, end),
        cmocka_unit_test_setup_teardown(a_client_says_who_it_is, begin, end),
        cmocka_unit_test_setup_teardown(an_envelope_has_addresses_of_ours_only, begin, end),
        cmocka_unit_test_setup_teardown(a_message_has_so_many_recipients, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_line_is_refused_in_step, begin, end),
        cmocka_unit_test_setup_teardown(the_words_that_are_fixed, begin, end),
        cmocka_unit_test_setup_teardown(who_is_silent_hears_421, begin, end),
        cmocka_unit_test_setup_teardown(a_stop_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
