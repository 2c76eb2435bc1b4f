/* What compare says of small mistakes in POP3, one at a time, as compare.c does of SMTP. */
#include "compared_for_tests.h"

/* By their places in `good`. */
enum {
    GREETING,
    CAPA,
    CAPABILITIES,
    USER,
    USER_REPLY,
    PASS,
    PASS_REPLY,
    STAT,
    STAT_REPLY,
    LIST,
    LISTING,
    UIDL,
    NAMES,
    RETR,
    LETTER,
    DELE,
    DELE_REPLY,
    RETR_2,
    GONE,
    QUIT,
    GOODBYE,
    UTTERANCES
};

/* The letter has 12 + 2 + 9 octets: every line with its CR LF, "..hidden" with one dot. */
static const struct utterance good[UTTERANCES] = {
    {S, "+OK mail.example.org <1.2@mail.example.org>\r\n", 0},
    {C, "CAPA\r\n", 0},
    {S, "+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\nIMPLEMENTATION Mailwire\r\n.\r\n", 0},
    {C, "USER bob\r\n", 0},
    {S, "+OK\r\n", 0},
    {C, "PASS secret\r\n", 0},
    {S, "+OK logged in\r\n", 0},
    {C, "STAT\r\n", 0},
    {S, "+OK 2 123\r\n", 0},
    {C, "LIST\r\n", 0},
    {S, "+OK\r\n1 23\r\n2 100\r\n.\r\n", 0},
    {C, "UIDL\r\n", 0},
    {S, "+OK\r\n1 17.M5P4.mail\r\n2 17.M6P4.mail\r\n.\r\n", 0},
    {C, "RETR 1\r\n", 0},
    {S, "+OK 23 octets\r\nSubject: x\r\n\r\n..hidden\r\n.\r\n", 0},
    {C, "DELE 1\r\n", 0},
    {S, "+OK marked\r\n", 0},
    {C, "RETR 1\r\n", 0},
    {S, "-ERR [SYS/PERM] it is deleted\r\n", 0},
    {C, "QUIT\r\n", 0},
    {S, "+OK bye\r\n", 0},
};

/* In the order of reading. NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
static const struct mistake {
    const char *rule;
    enum comparison_class class;
    const char *clause;
    const char *sentence; /* it begins so */
    int place;            /* of the utterance that is another one */
    const char *text;     /* NULL: it is left out */
    int byte;             /* where in its line it is; -1: not told */
} mistakes[] = {
    /* The client's commands. */
    {"case", COMPARISON_ALLOWED, "RFC 1939 §3", "The client writes \"stat\", the reference", STAT,
     "stat\r\n", 0},
    {"blank", COMPARISON_WRONG, "RFC 1939 §3", "The client puts a blank between \"STAT\" and", STAT,
     "STAT \r\n", 4},
    {"line-end", COMPARISON_WRONG, "RFC 1939 §3",
     "The client ends its line \"STAT\" with a bare LF; a line of POP3", STAT, "STAT\n", 4},
    {"user-name", COMPARISON_ALLOWED, "RFC 1939 §7",
     "The client says \"USER bob@example.org\", the reference \"USER bob\": which", USER,
     "USER bob@example.org\r\n", 8},
    {"argument", COMPARISON_WRONG, NULL, "The client says \"USER rob\", the reference", USER,
     "USER rob\r\n", 5},
    {"argument", COMPARISON_WRONG, NULL, "The client says \"DELE 2\", the reference", DELE,
     "DELE 2\r\n", 5},
    {"other-command", COMPARISON_WRONG, NULL, "The client says \"TOP 1\" where the reference", RETR,
     "TOP 1\r\n", 0},
    {"value", COMPARISON_ENVIRONMENT, NULL, "Another password stands in \"PASS open sesame\"", PASS,
     "PASS open sesame\r\n", -1},
    /* The server's status lines. */
    {"value", COMPARISON_ENVIRONMENT, NULL, "Another timestamp stands in ", GREETING,
     "+OK mail.example.org <3.4@mail.example.org>\r\n", -1},
    {"reply-text", COMPARISON_ALLOWED, "RFC 1939 §3",
     "The server words its reply to \"DELE 1\" in another way; behind +OK or -ERR stands",
     DELE_REPLY, "+OK message 1\r\n", -1},
    {"reply", COMPARISON_WRONG, NULL, "The server answers \"-ERR no\" to \"DELE 1\"; in the",
     DELE_REPLY, "-ERR no\r\n", 0},
    {"response-code", COMPARISON_WRONG, "RFC 2449 §8",
     "The server refuses with the response code [IN-USE], the reference's with [SYS/PERM]", GONE,
     "-ERR [IN-USE] later\r\n", 5},
    {"response-code", COMPARISON_ALLOWED, "RFC 2449 §8",
     "Only the server of the reference says with a response code why it refuses: [SYS/PERM].", GONE,
     "-ERR it is deleted\r\n", -1},
    {"maildrop", COMPARISON_WRONG, "RFC 1939 §5",
     "The server counts 1 message, 123 octets in all; the reference's counts 2, 123 octets.",
     STAT_REPLY, "+OK 1 123\r\n", 4},
    {"line-end", COMPARISON_WRONG, "RFC 1939 §3",
     "The server ends its line \"+OK bye\" with a bare LF", GOODBYE, "+OK bye\n", 7},
    {"no-reply", COMPARISON_WRONG, "RFC 1939 §3",
     "The server never answers \"QUIT\"; in the reference it says", GOODBYE, NULL, -1},
    /* The lines of its answers. */
    {"extensions", COMPARISON_ALLOWED, "RFC 2449 §5",
     "Only the server of your capture announces \"SASL PLAIN\"", CAPABILITIES,
     "+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\nPIPELINING\r\nIMPLEMENTATION Mailwire\r\n.\r\n", -1},
    {"value", COMPARISON_ENVIRONMENT, NULL, "Another implementation stands in", CAPABILITIES,
     "+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\nIMPLEMENTATION other\r\n.\r\n", -1},
    {"size", COMPARISON_WRONG, "RFC 1939 §11",
     "The server says that message 1 has 25 octets, but it sends 23", LISTING,
     "+OK\r\n1 25\r\n2 100\r\n.\r\n", 0},
    {"reply-data", COMPARISON_WRONG, NULL, "The server says \"2 99\" where the reference's says",
     LISTING, "+OK\r\n1 23\r\n2 99\r\n.\r\n", 0},
    {"reply-data", COMPARISON_WRONG, NULL, "Only the reference has the server's line \"2 100\".",
     LISTING, "+OK\r\n1 23\r\n.\r\n", -1},
    {"value", COMPARISON_ENVIRONMENT, NULL, "Another uidl stands in \"2 18.M7P4.mail\"", NAMES,
     "+OK\r\n1 17.M5P4.mail\r\n2 18.M7P4.mail\r\n.\r\n", -1},
    {"uidl", COMPARISON_WRONG, "RFC 1939 §7", "The unique-id in ", NAMES,
     "+OK\r\n1 17.M5P4.mail\r\n2 "
     "abcdefghij0123456789abcdefghij0123456789abcdefghij0123456789abcdefghij1\r\n.\r\n",
     2},
    {"uidl", COMPARISON_WRONG, "RFC 1939 §7",
     "Messages 1 and 2 have the same unique-id, 17.M5P4.mail", NAMES,
     "+OK\r\n1 17.M5P4.mail\r\n2 17.M5P4.mail\r\n.\r\n", 2},
    /* The message, which is the server's here. */
    {"stuffing", COMPARISON_WRONG, "RFC 1939 §3",
     "The server sends the line \".hidden\" of the message as it is; the client takes away", LETTER,
     "+OK 23 octets\r\nSubject: x\r\n\r\n.hidden\r\n.\r\n", 0},
    {"stuffing", COMPARISON_WRONG, "RFC 1939 §3",
     "The server puts a dot in front of \"..hidden\", where one is enough.", LETTER,
     "+OK 23 octets\r\nSubject: x\r\n\r\n...hidden\r\n.\r\n", 0},
    {"line-end", COMPARISON_WRONG, "RFC 1939 §3",
     "The server ends the line \"..hidden\" of the message with a bare LF", LETTER,
     "+OK 23 octets\r\nSubject: x\r\n\r\n..hidden\n.\r\n", 8},
    {"text", COMPARISON_WRONG, NULL,
     "The message has the line \"Subject: y\" where the reference has \"Subject: x\"", LETTER,
     "+OK 23 octets\r\nSubject: y\r\n\r\n..hidden\r\n.\r\n", 9},
};

static void expect(const struct compared *compared, size_t number, const struct mistake *mistake) {
    const struct comparison_difference *found = heaviest(&compared->comparison);

    if (found == NULL || strcmp(found->rule, mistake->rule) != 0 ||
        found->class != mistake->class ||
        strncmp(found->sentence, mistake->sentence, strlen(mistake->sentence)) != 0)
        fail_msg("%zu: %s: %s", number, found != NULL ? found->rule : "nothing",
                 found != NULL ? found->sentence : "");
    if (found == NULL)
        return; /* not reached: fail_msg */
    if (mistake->clause != NULL)
        assert_string_equal(found->clause, mistake->clause);
    else
        assert_null(found->clause);
    assert_int_equal(found->has_byte, mistake->byte >= 0);
    assert_true(mistake->byte < 0 || found->at == (size_t)mistake->byte);
    assert_int_equal(compared->comparison.outcome,
                     mistake->class == COMPARISON_WRONG ? COMPARISON_DIFFERS : COMPARISON_IS_SAME);
}

static void each_mistake_has_its_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct utterance mine[UTTERANCES];
        memcpy(mine, good, sizeof mine);
        mine[mistakes[i].place].text = mistakes[i].text;
        converse(&compared.frames[0], mine, UTTERANCES, 110);
        converse(&compared.frames[1], good, UTTERANCES, 110);
        lay(&compared);
        expect(&compared, i, &mistakes[i]);
        clear(&compared);
    }
}

/* Another letter has another size: true to itself, it is nobody's mistake. */
static void another_size_may_be_true(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    struct utterance mine[UTTERANCES];
    bool found = false;

    memcpy(mine, good, sizeof mine);
    mine[LISTING].text = "+OK\r\n1 24\r\n2 100\r\n.\r\n";
    mine[LETTER].text = "+OK 24 octets\r\nSubject: xx\r\n\r\n..hidden\r\n.\r\n";
    converse(&compared.frames[0], mine, UTTERANCES, 110);
    converse(&compared.frames[1], good, UTTERANCES, 110);
    lay(&compared);
    for (size_t i = 0; i < compared.comparison.difference_count; i++) {
        const struct comparison_difference *difference = &compared.comparison.differences[i];
        if (strcmp(difference->rule, "size") != 0)
            continue;
        found = true;
        assert_int_equal(difference->class, COMPARISON_ENVIRONMENT);
        assert_string_equal(difference->sentence,
                            "Message 1 has another size than the reference's, "
                            "and it is true: it is another message.");
    }
    assert_true(found);
    clear(&compared);
}

/* Mine in another order: by places in `good`, -1 behind the last. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
static const struct {
    struct mistake says;
    int order[UTTERANCES + 4];
} orders[] = {
    {{"hasty", COMPARISON_WRONG, "RFC 1939 §4",
      "The client says \"CAPA\" before the server has greeted; in POP3 the server speaks first.", 0,
      NULL, -1},
     {CAPA,       GREETING, CAPABILITIES, USER, USER_REPLY, PASS, PASS_REPLY, STAT,
      STAT_REPLY, LIST,     LISTING,      UIDL, NAMES,      RETR, LETTER,     DELE,
      DELE_REPLY, RETR_2,   GONE,         QUIT, GOODBYE,    -1}},
    {{"pipelining", COMPARISON_ALLOWED, "RFC 2449 §6.6",
      "The client sends \"LIST\" before the reply to \"STAT\" has come; that is pipelining, and "
      "the "
      "server has announced it.",
      0, NULL, -1},
     {GREETING,   CAPA,       CAPABILITIES, USER, USER_REPLY, PASS, PASS_REPLY, STAT,
      LIST,       STAT_REPLY, LISTING,      UIDL, NAMES,      RETR, LETTER,     DELE,
      DELE_REPLY, RETR_2,     GONE,         QUIT, GOODBYE,    -1}},
    {{"early-delete", COMPARISON_WRONG, "RFC 1939 §5",
      "The client says \"DELE 1\" before message 1 has come whole", 0, NULL, -1},
     {GREETING,   CAPA,   CAPABILITIES, USER, USER_REPLY, PASS, PASS_REPLY, STAT,
      STAT_REPLY, LIST,   LISTING,      UIDL, NAMES,      RETR, DELE,       LETTER,
      DELE_REPLY, RETR_2, GONE,         QUIT, GOODBYE,    -1}},
    {{"order", COMPARISON_WRONG, "RFC 1939 §3",
      "The client says \"PASS secret\" too early: in the reference it comes later.", 0, NULL, -1},
     {GREETING,   CAPA,   CAPABILITIES, PASS, PASS_REPLY, USER, USER_REPLY, STAT,
      STAT_REPLY, LIST,   LISTING,      UIDL, NAMES,      RETR, LETTER,     DELE,
      DELE_REPLY, RETR_2, GONE,         QUIT, GOODBYE,    -1}},
    {{"quit", COMPARISON_WRONG, "RFC 1939 §6",
      "The client closes the connection without QUIT: so the server deletes nothing of what it has "
      "marked with DELE",
      0, NULL, -1},
     {GREETING, CAPA, CAPABILITIES, USER, USER_REPLY, PASS, PASS_REPLY, STAT,   STAT_REPLY, LIST,
      LISTING,  UIDL, NAMES,        RETR, LETTER,     DELE, DELE_REPLY, RETR_2, GONE,       -1}},
    {{"missing", COMPARISON_WRONG, NULL,
      "The client does not say \"UIDL\" here, the reference does.", 0, NULL, -1},
     {GREETING, CAPA, CAPABILITIES, USER, USER_REPLY, PASS,   PASS_REPLY, STAT, STAT_REPLY, LIST,
      LISTING,  RETR, LETTER,       DELE, DELE_REPLY, RETR_2, GONE,       QUIT, GOODBYE,    -1}},
    {{"capa", COMPARISON_ALLOWED, "RFC 2449 §5",
      "The client asks with CAPA what the server can, the reference does not here", 0, NULL, -1},
     {GREETING,     CAPA, CAPABILITIES, USER,   USER_REPLY, PASS, PASS_REPLY, CAPA,
      CAPABILITIES, STAT, STAT_REPLY,   LIST,   LISTING,    UIDL, NAMES,      RETR,
      LETTER,       DELE, DELE_REPLY,   RETR_2, GONE,       QUIT, GOODBYE,    -1}},
};

static void order_is_judged(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct utterance mine[UTTERANCES + 4];
        size_t count = 0;
        for (; orders[i].order[count] >= 0; count++)
            mine[count] = good[orders[i].order[count]];
        converse(&compared.frames[0], mine, count, 110);
        converse(&compared.frames[1], good, UTTERANCES, 110);
        lay(&compared);
        expect(&compared, i, &orders[i].says);
        clear(&compared);
    }
}

/* DELE 1 and RETR 1 change places: whichever is found to have moved, why it matters is said. */
static void what_is_deleted_cannot_be_fetched(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    static const struct utterance mine[] = {
        {S, "+OK\r\n", 0},          {C, "DELE 1\r\n", 0}, {S, "+OK\r\n", 0}, {C, "RETR 1\r\n", 0},
        {S, "-ERR deleted\r\n", 0}, {C, "QUIT\r\n", 0},   {S, "+OK\r\n", 0}};
    static const struct utterance reference[] = {
        {S, "+OK\r\n", 0},    {C, "RETR 1\r\n", 0}, {S, "+OK\r\nhey\r\n.\r\n", 0},
        {C, "DELE 1\r\n", 0}, {S, "+OK\r\n", 0},    {C, "QUIT\r\n", 0},
        {S, "+OK\r\n", 0}};

    converse(&compared.frames[0], mine, sizeof mine / sizeof *mine, 110);
    converse(&compared.frames[1], reference, sizeof reference / sizeof *reference, 110);
    lay(&compared);
    const struct comparison_difference *first = comparison_first_wrong(&compared.comparison);
    assert_non_null(first);
    assert_string_equal(first->rule, "order");
    assert_non_null(
        strstr(first->sentence, " What is marked as deleted cannot be fetched any more."));
    clear(&compared);
}

/* UIDL and UIDL 1 must tell the same. */
static void a_unique_id_stays_the_same(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    struct utterance mine[] = {
        {S, "+OK\r\n", 0},    {C, "UIDL\r\n", 0},     {S, "+OK\r\n1 a1\r\n2 a2\r\n.\r\n", 0},
        {C, "UIDL 2\r\n", 0}, {S, "+OK 2 a2\r\n", 0}, {C, "QUIT\r\n", 0},
        {S, "+OK\r\n", 0}};
    const size_t count = sizeof mine / sizeof *mine;

    converse(&compared.frames[1], mine, count, 110);
    mine[4].text = "+OK 2 b2\r\n";
    converse(&compared.frames[0], mine, count, 110);
    lay(&compared);
    const struct comparison_difference *first = comparison_first_wrong(&compared.comparison);
    assert_non_null(first);
    assert_string_equal(
        first->sentence,
        "Message 2 has the unique-id b2, and before it had a2: it must stay the same.");
    clear(&compared);
}

/* RFC 2595 §4: behind STLS nothing may follow at once. */
static void stls_is_not_pipelined(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    static const struct utterance mine[] = {
        {S, "+OK\r\n", 0},  {C, "CAPA\r\n", 0},     {S, "+OK\r\nPIPELINING\r\nSTLS\r\n.\r\n", 0},
        {C, "STLS\r\n", 0}, {C, "USER bob\r\n", 0}, {S, "+OK go\r\n", 0},
        {S, "+OK\r\n", 0},  {C, "QUIT\r\n", 0},     {S, "+OK\r\n", 0}};
    struct utterance reference[sizeof mine / sizeof *mine];

    memcpy(reference, mine, sizeof mine);
    reference[4] = mine[5];
    reference[5] = mine[4];
    converse(&compared.frames[0], mine, sizeof mine / sizeof *mine, 110);
    converse(&compared.frames[1], reference, sizeof mine / sizeof *mine, 110);
    lay(&compared);
    const struct comparison_difference *first = comparison_first_wrong(&compared.comparison);
    assert_non_null(first);
    assert_string_equal(first->rule, "pipelining");
    assert_string_equal(first->clause, "RFC 2595 §4");
    clear(&compared);
}

/* Passwords are each student's own, in each form of AUTH. */
static void credentials_make_no_difference(void **state) {
    (void)state;
    struct compared compared = {.frames = {{NULL, 0, 0}}};
    struct utterance mine[] = {
        {S, "+OK\r\n", 0},      {C, "AUTH LOGIN\r\n", 0}, {S, "+ VXNlcm5hbWU6\r\n", 0},
        {C, "YWxpY2U=\r\n", 0}, {S, "+ UGFzczo=\r\n", 0}, {C, "c2VjcmV0\r\n", 0},
        {S, "+OK\r\n", 0},      {C, "QUIT\r\n", 0},       {S, "+OK\r\n", 0}};
    const size_t count = sizeof mine / sizeof *mine;

    converse(&compared.frames[1], mine, count, 110);
    mine[5].text = "b3BlbiBzZXNhbWU=\r\n";
    converse(&compared.frames[0], mine, count, 110);
    lay(&compared);
    assert_int_equal(compared.comparison.outcome, COMPARISON_IS_SAME);
    assert_int_equal(heaviest(&compared.comparison)->class, COMPARISON_ENVIRONMENT);
    clear(&compared);
}

static void garbled_captures_are_survived(void **state) {
    (void)state;
    survive_garbled(good, UTTERANCES, 110, "\r\n. +OK-ER1LIST\0", 1500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_rule),
        cmocka_unit_test(another_size_may_be_true),
        cmocka_unit_test(order_is_judged),
        cmocka_unit_test(what_is_deleted_cannot_be_fetched),
        cmocka_unit_test(a_unique_id_stays_the_same),
        cmocka_unit_test(stls_is_not_pipelined),
        cmocka_unit_test(credentials_make_no_difference),
        cmocka_unit_test(garbled_captures_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
