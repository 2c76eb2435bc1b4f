/* What compare says of small mistakes, one at a time: each conversation is the good one but for one
   utterance. (tests/wire/diff.py has real ones, and bad recordings.) */
#include "compared_for_tests.h"

/* By their places in `good`. */
enum {
    GREETING,
    EHLO,
    EXTENSIONS,
    MAIL,
    MAIL_REPLY,
    RCPT,
    RCPT_REPLY,
    DATA,
    DATA_REPLY,
    LETTER,
    LETTER_REPLY,
    QUIT,
    GOODBYE,
    UTTERANCES
};

static const struct utterance good[UTTERANCES] = {
    {S, "220 mail.example.org ESMTP\r\n", 0},
    {C, "EHLO client.example.org\r\n", 0},
    {S,
     "250-mail.example.org greets client.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 "
     "SIZE\r\n",
     0},
    {C, "MAIL FROM:<alice@example.org>\r\n", 0},
    {S, "250 2.1.0 Ok\r\n", 0},
    {C, "RCPT TO:<bob@example.org>\r\n", 0},
    {S, "250 2.1.5 Ok\r\n", 0},
    {C, "DATA\r\n", 0},
    {S, "354 Go on\r\n", 0},
    {C,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0},
    {S, "250 2.0.0 Stored as 123.4\r\n", 0},
    {C, "QUIT\r\n", 0},
    {S, "221 2.0.0 Bye\r\n", 0},
};

/* In the order of reading. NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
static const struct mistake {
    const char *rule;
    enum comparison_class class;
    const char *clause;
    const char *sentence; /* it begins so */
    int place;            /* of the utterance that is another one */
    const char *text;     /* NULL: it is left out */
    size_t length;
    int byte; /* where in its line it is; -1: not told */
} mistakes[] = {
    {"case", COMPARISON_ALLOWED, "RFC 5321 §2.4",
     "The client writes \"mail from:<alice@example.org>\"", MAIL,
     "mail from:<alice@example.org>\r\n", 0, 0},
    {"blank", COMPARISON_WRONG, "RFC 5321 §3.3",
     "The client puts a blank behind the colon of \"MAIL FROM: <", MAIL,
     "MAIL FROM: <alice@example.org>\r\n", 0, 10},
    {"blank", COMPARISON_WRONG, "RFC 5321 §4.1.1", "The client puts a blank between \"QUIT\" and",
     QUIT, "QUIT \r\n", 0, 4},
    {"brackets", COMPARISON_WRONG, "RFC 5321 §4.1.2",
     "The client writes the address in \"RCPT TO:bob@", RCPT, "RCPT TO:bob@example.org\r\n", 0, 8},
    {"nul", COMPARISON_WRONG, "RFC 5321 §2.4", "The client sends a NUL byte in \"QUIT\\0\"", QUIT,
     "QUIT\0\r\n", 7, 4},
    {"line-end", COMPARISON_WRONG, "RFC 5321 §2.3.8", "The client ends a line with CR CR LF", QUIT,
     "QUIT\r\r\n", 0, 4},
    {"line-end", COMPARISON_WRONG, "RFC 5321 §2.3.8", "The client sends \"QUIT\" without the CR LF",
     QUIT, "QUIT", 0, 4},
    {"other-command", COMPARISON_WRONG, NULL,
     "The client says \"HELLO client.example.org\" where the reference says", EHLO,
     "HELLO client.example.org\r\n", 0, 0},
    {"no-name", COMPARISON_WRONG, "RFC 5321 §4.1.1.1",
     "The client says \"EHLO\" without its own name", EHLO, "EHLO\r\n", 0, 4},
    {"parameters", COMPARISON_ALLOWED, "RFC 5321 §4.1.1.11",
     "The client says \"MAIL FROM:<alice@example.org> BODY", MAIL,
     "MAIL FROM:<alice@example.org> BODY=8BITMIME\r\n", 0, 29},
    {"parameters", COMPARISON_WRONG, "RFC 5321 §4.1.1.11", "The client uses a parameter in ", MAIL,
     "MAIL FROM:<alice@example.org> SMTPUTF8\r\n", 0, 29},
    /* 16 + 39 + 29 + 2 + 4 + 9: every line with its CR LF, "..hidden" with one dot. */
    {"parameters", COMPARISON_ALLOWED, "RFC 5321 §4.1.1.11",
     "The client says \"MAIL FROM:<alice@example.org> SIZE=99\"", MAIL,
     "MAIL FROM:<alice@example.org> SIZE=99\r\n", 0, 29},
    {"size", COMPARISON_WRONG, "RFC 1870 §3",
     "The client announces SIZE=100, but the message has 99 octets.", MAIL,
     "MAIL FROM:<alice@example.org> SIZE=100\r\n", 0, 35},
    {"argument", COMPARISON_WRONG, NULL,
     "The client says \"RCPT TO:<rob@example.org>\", the reference \"RCPT", RCPT,
     "RCPT TO:<rob@example.org>\r\n", 0, 9},
    {"stuffing", COMPARISON_WRONG, "RFC 5321 §4.5.2",
     "The client puts a dot in front of \"..hidden\", where one", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xc4\xb1\r\n...hidden\r\n.\r\n",
     0, 0},
    {"charset", COMPARISON_WRONG, "RFC 3629 §3",
     "The line \"\\xfd\" of the message is not in UTF-8", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xfd\r\n..hidden\r\n.\r\n",
     0, 0},
    {"header-end", COMPARISON_WRONG, "RFC 5322 §2.1",
     "The message lacks the empty line that ends its header", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: <1@example.org>\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0, -1},
    {"end-of-data", COMPARISON_WRONG, "RFC 5321 §4.1.1.4",
     "The client never sends the line with a single dot", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n",
     0, -1},
    {"date", COMPARISON_WRONG, "RFC 5322 §3.3",
     "What stands in \"Date: Sat, 77 Nov 2026 10:07:08 +0000\" has the form", LETTER,
     "Subject: Selam\r\nDate: Sat, 77 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0, 5},
    {"message-id", COMPARISON_WRONG, "RFC 5322 §3.6.4",
     "What stands in \"Message-ID: 1\" is not of the form", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: 1\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0, 11},
    {"value", COMPARISON_ENVIRONMENT, NULL,
     "Another message-id stands in \"Message-ID: <2@example.org>\"", LETTER,
     "Subject: Selam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<2@example.org>\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0, -1},
    {"text", COMPARISON_WRONG, NULL,
     "The message has the line \"Subject: Salam\" where the reference has \"Subject: Selam\"",
     LETTER,
     "Subject: Salam\r\nDate: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: "
     "<1@example.org>\r\n\r\n"
     "\xc4\xb1\r\n..hidden\r\n.\r\n",
     0, 10},
    {"reply", COMPARISON_WRONG, NULL,
     "The server answers \"550 5.1.1 No such user\" to \"RCPT TO:<bob@example.org>\"; in",
     RCPT_REPLY, "550 5.1.1 No such user\r\n", 0, 0},
    {"reply", COMPARISON_ALLOWED, "RFC 5321 §4.2.1",
     "The server answers 251 to \"RCPT TO:<bob@example.org>\", in the", RCPT_REPLY,
     "251 2.1.5 Will forward\r\n", 0, -1},
    {"reply-text", COMPARISON_ALLOWED, "RFC 5321 §4.2",
     "The server words its reply to \"MAIL FROM:<alice@example.org>\" in", MAIL_REPLY,
     "250 2.1.0 Fine\r\n", 0, -1},
    {"extensions", COMPARISON_ALLOWED, "RFC 5321 §4.1.1.1",
     "Only the server of your capture announces \"HELP\"", EXTENSIONS,
     "250-mail.example.org greets client.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
     "250-HELP\r\n250 SIZE\r\n",
     0, -1},
    /* It must repeat the name that the client has given itself (RFC 5321 §4.1.1.1 leaves that
       open). */
    {"reply-text", COMPARISON_ALLOWED, "RFC 5321 §4.2",
     "The server words its reply to \"EHLO client.example.org\" in", EXTENSIONS,
     "250-mail.example.org greets nobody.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 "
     "SIZE\r\n",
     0, -1},
    {"no-reply", COMPARISON_WRONG, "RFC 5321 §4.1.4",
     "The server never answers \"QUIT\"; in the reference it says", GOODBYE, NULL, 0, -1},
    {"line-end", COMPARISON_WRONG, "RFC 5321 §2.3.8",
     "The server ends its line \"221 2.0.0 Bye\" with a bare LF", GOODBYE, "221 2.0.0 Bye\n", 0,
     13},
};

static void each_mistake_has_its_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *mistake = &mistakes[i];
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct utterance mine[UTTERANCES];
        memcpy(mine, good, sizeof mine);
        mine[mistake->place].text = mistake->text;
        mine[mistake->place].length = mistake->length;
        converse(&compared.frames[0], mine, UTTERANCES, 25);
        converse(&compared.frames[1], good, UTTERANCES, 25);
        lay(&compared);
        const struct comparison *comparison = &compared.comparison;
        const struct comparison_difference *found = heaviest(comparison);
        if (found == NULL || strcmp(found->rule, mistake->rule) != 0 ||
            strncmp(found->sentence, mistake->sentence, strlen(mistake->sentence)) != 0)
            fail_msg("%zu: %s: %s", i, found != NULL ? found->rule : "nothing",
                     found != NULL ? found->sentence : "");
        if (found == NULL)
            return; /* not reached: fail_msg */
        assert_int_equal(found->class, mistake->class);
        if (mistake->clause != NULL)
            assert_string_equal(found->clause, mistake->clause);
        else
            assert_null(found->clause);
        assert_int_equal(found->has_byte, mistake->byte >= 0);
        assert_true(mistake->byte < 0 || found->at == (size_t)mistake->byte);
        assert_int_equal(comparison->outcome, mistake->class == COMPARISON_WRONG
                                                  ? COMPARISON_DIFFERS
                                                  : COMPARISON_IS_SAME);
        /* It stands in the row that it names. */
        const struct comparison_row *row = &comparison->pairs[found->pair].rows[found->row];
        assert_int_equal(row->class, mistake->class);
        clear(&compared);
    }
}

/* Mine in another order: by places in `good`, -1 behind the last. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
static const struct {
    const char *rule;
    enum comparison_class class;
    const char *sentence;
    int order[UTTERANCES + 4];
} orders[] = {
    {"hasty",
     COMPARISON_WRONG,
     "The client says \"EHLO client.example.org\" before the server has greeted",
     {EHLO, GREETING, EXTENSIONS, MAIL, MAIL_REPLY, RCPT, RCPT_REPLY, DATA, DATA_REPLY, LETTER,
      LETTER_REPLY, QUIT, GOODBYE, -1}},
    {"hasty",
     COMPARISON_WRONG,
     "The client sends the message before the server has said 354",
     {GREETING, EHLO, EXTENSIONS, MAIL, MAIL_REPLY, RCPT, RCPT_REPLY, DATA, LETTER, DATA_REPLY,
      LETTER_REPLY, QUIT, GOODBYE, -1}},
    {"pipelining",
     COMPARISON_ALLOWED,
     "The client sends \"RCPT TO:<bob@example.org>\" before the reply to \"MAIL",
     {GREETING, EHLO, EXTENSIONS, MAIL, RCPT, DATA, MAIL_REPLY, RCPT_REPLY, DATA_REPLY, LETTER,
      LETTER_REPLY, QUIT, GOODBYE, -1}},
    {"pipelining",
     COMPARISON_WRONG,
     "The client sends \"MAIL FROM:<alice@example.org>\" before the reply to \"EHLO",
     {GREETING, EHLO, MAIL, EXTENSIONS, MAIL_REPLY, RCPT, RCPT_REPLY, DATA, DATA_REPLY, LETTER,
      LETTER_REPLY, QUIT, GOODBYE, -1}},
    {"order",
     COMPARISON_WRONG,
     "The client says \"RCPT TO:<bob@example.org>\" too early: in the reference it comes later.",
     {GREETING, EHLO, EXTENSIONS, RCPT, RCPT_REPLY, MAIL, MAIL_REPLY, DATA, DATA_REPLY, LETTER,
      LETTER_REPLY, QUIT, GOODBYE, -1}},
    {"missing",
     COMPARISON_WRONG,
     "The client does not say \"RCPT TO:<bob@example.org>\" here, the reference does.",
     {GREETING, EHLO, EXTENSIONS, MAIL, MAIL_REPLY, DATA, DATA_REPLY, LETTER, LETTER_REPLY, QUIT,
      GOODBYE, -1}},
    {"extra",
     COMPARISON_WRONG,
     "The client says \"RCPT TO:<bob@example.org>\" here, the reference does not.",
     {GREETING, EHLO, EXTENSIONS, MAIL, MAIL_REPLY, RCPT, RCPT_REPLY, RCPT, RCPT_REPLY, DATA,
      DATA_REPLY, LETTER, LETTER_REPLY, QUIT, GOODBYE, -1}},
};

static void order_is_judged(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct utterance mine[UTTERANCES + 4];
        size_t count = 0;
        for (; orders[i].order[count] >= 0; count++)
            mine[count] = good[orders[i].order[count]];
        converse(&compared.frames[0], mine, count, 25);
        converse(&compared.frames[1], good, UTTERANCES, 25);
        lay(&compared);
        const struct comparison_difference *found = heaviest(&compared.comparison);
        if (found == NULL || strcmp(found->rule, orders[i].rule) != 0 ||
            found->class != orders[i].class ||
            strncmp(found->sentence, orders[i].sentence, strlen(orders[i].sentence)) != 0)
            fail_msg("%zu: %s: %s", i, found != NULL ? found->rule : "nothing",
                     found != NULL ? found->sentence : "");
        clear(&compared);
    }
}

static void a_refusal_is_no_bad_recording(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    struct wire wire = WIRE;

    packet(&compared.frames[0], &wire, C, TCP_SYN, NULL, 0);
    packet(&compared.frames[0], &wire, S, TCP_RST | TCP_ACK, NULL, 0);
    converse(&compared.frames[1], good, UTTERANCES, 25);
    lay(&compared);
    assert_int_equal(compared.comparison.outcome, COMPARISON_DIFFERS);
    assert_string_equal(comparison_first_wrong(&compared.comparison)->rule, "refused");
    assert_int_equal(compared.comparison.problem_count, 0);
    clear(&compared);
}

/* Another protocol needs no other compare. */
static void pop3_is_compared_too(void **state) {
    (void)state;
    static const struct utterance reference[] = {
        {S, "+OK mail.example.org\r\n", 0},
        {C, "USER alice\r\n", 0},
        {S, "+OK\r\n", 0},
        {C, "STAT\r\n", 0},
        {S, "+OK 2 320\r\n", 0},
        {C, "LIST\r\n", 0},
        {S, "+OK\r\n1 100\r\n.\r\n", 0},
        {C, "QUIT\r\n", 0},
        {S, "+OK Bye\r\n", 0},
    };
    static const struct {
        size_t place;
        const char *text, *rule, *sentence;
    } cases[] = {
        {2, "-ERR no\r\n", "reply", "The server answers \"-ERR no\" to \"USER alice\"; in the"},
        {6, "+OK\r\n1 200\r\n.\r\n", "reply-data", "The server says \"1 200\" where the"},
        {6, "+OK\r\n.\r\n", "reply-data", "Only the reference has the server's line \"1 100\"."},
        {3, "stat\n", "line-end",
         "The client ends its line \"stat\" with a bare LF; a line of POP3"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct utterance mine[sizeof reference / sizeof *reference];
        memcpy(mine, reference, sizeof mine);
        mine[cases[i].place].text = cases[i].text;
        converse(&compared.frames[0], mine, sizeof mine / sizeof *mine, 110);
        converse(&compared.frames[1], reference, sizeof mine / sizeof *mine, 110);
        lay(&compared);
        const struct comparison_difference *first = comparison_first_wrong(&compared.comparison);
        if (first == NULL || strcmp(first->rule, cases[i].rule) != 0 ||
            strncmp(first->sentence, cases[i].sentence, strlen(cases[i].sentence)) != 0)
            fail_msg("%zu: %s: %s", i, first != NULL ? first->rule : "nothing",
                     first != NULL ? first->sentence : "");
        if (first == NULL)
            return; /* not reached: fail_msg */
        assert_true(first->clause == NULL || strstr(first->clause, "5321") == NULL);
        clear(&compared);
    }
}

/* More differences than are kept are counted, and nothing grows without end. */
static void differences_are_bounded(void **state) {
    (void)state;
    enum {
        MANY = 3 * COMPARISON_DIFFERENCE_LIMIT
    };
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    struct wire wire[2] = {WIRE, WIRE};

    for (int side = 0; side < 2; side++) {
        struct frames *frames = &compared.frames[side];
        handshake(frames, &wire[side]);
        say(frames, &wire[side], S, "220 mail.example.org\r\n");
        for (int i = 0; i < MANY; i++) {
            say(frames, &wire[side], C, side == 0 ? "VRFY bob\r\n" : "VRFY carol\r\n");
            say(frames, &wire[side], S, "252 2.1.5 Perhaps\r\n");
        }
        farewell(frames, &wire[side]);
    }
    lay(&compared);
    assert_int_equal(compared.comparison.difference_count, COMPARISON_DIFFERENCE_LIMIT);
    assert_int_equal(compared.comparison.total[COMPARISON_WRONG], MANY);
    assert_int_equal(compared.comparison.pairs[0].row_count, 4 + 2 * MANY);
    clear(&compared);
}

static void garbled_captures_are_survived(void **state) {
    (void)state;
    survive_garbled(good, UTTERANCES, 25, "\r\n. 2-50EHLO:<\0\xff", 1500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_rule),
        cmocka_unit_test(order_is_judged),
        cmocka_unit_test(a_refusal_is_no_bad_recording),
        cmocka_unit_test(pop3_is_compared_too),
        cmocka_unit_test(differences_are_bounded),
        cmocka_unit_test(garbled_captures_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
