/* Lab 09: the text of a message, the store, and many clients at once. */
#include "receiving.h"

#define BYTES(text) text, sizeof(text) - 1

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

/* RFC 5321 §4.1.1.4, §4.5.2, §2.3.8; each in pieces of any size. */
static void text_ends_where_it_ends(void **state) {
    (void)state;
    static const struct {
        const char *wire;
        size_t count;
        const char *file;
        size_t length;
        size_t taken; /* 0: all */
        unsigned long long size;
        bool ended, bare;
    } cases[] = {
        {BYTES(".\r\n"), BYTES(""), 3, 0, true, false},
        {BYTES("\r\n.\r\n"), BYTES("\n"), 5, 2, true, false},
        {BYTES("a\r\n.\r\nNOOP\r\n"), BYTES("a\n"), 6, 3, true, false},
        {BYTES("..\r\n...\r\n.a\r\n.\r\n"), BYTES(".\n..\na\n"), 16, 10, true, false},
        {BYTES("a.\r\n. \r\n.\r\n"), BYTES("a.\n \n"), 11, 7, true, false},
        {BYTES("a\0b\xFF\r\n.\r\n"), BYTES("a\0b\xFF\n"), 9, 6, true, false},
        {BYTES("a\r\n.\r"), BYTES("a\n"), 0, 3, false, false},
        {BYTES("a\r\n."), BYTES("a\n"), 0, 3, false, false},
        {BYTES("a"), BYTES("a"), 0, 1, false, false},
        {BYTES(""), BYTES(""), 0, 0, false, false},
        /* The forms of smuggling: none of them is an end. */
        {BYTES("a\n.\nb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\n.\r\nb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r\n.\nb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r.\rb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r\n.\rb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r.\r\nb\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("a\r\n.\r\r\n.\r\n"), BYTES(""), 0, 0, true, true},
        {BYTES("\n.\r\n"), BYTES(""), 0, 0, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= cases[i].count + 1; piece++) {
            struct smtp_server_text text = {.size = 0};
            char into[64];
            size_t taken = 0, length = 0;
            while (taken < cases[i].count && text.place != SMTP_SERVER_END) {
                size_t left = cases[i].count - taken, some;
                taken += smtp_server_take(&text, cases[i].wire + taken, left < piece ? left : piece,
                                          into + length, &some);
                length += some;
            }
            assert_int_equal(taken, cases[i].taken == 0 ? cases[i].count : cases[i].taken);
            assert_int_equal(text.place == SMTP_SERVER_END, cases[i].ended);
            assert_int_equal(text.bare, cases[i].bare);
            if (cases[i].bare)
                continue;
            assert_int_equal(length, cases[i].length);
            assert_memory_equal(into, cases[i].file, length);
            assert_int_equal(text.size, cases[i].size);
        }
    }
}

static void a_message_is_stored_as_it_came(void **state) {
    struct place *place = *state;
    static char text[TEXT];
    assert_replies(&place->server,
                   BYTES("HELO [127.0.0.1]\r\n" MAIL BOB CAROL DATA
                         "Subject: Selam\r\n\r\n..profile\r\nna\xC3\xAFve\r\n" END),
                   "220 250 250 250 250 354 250 ");
    assert_delivered(place, 0, 1, 1);
    only_message(place, "carol", text);
    char *date = strstr(text, ";\n    ");
    assert_non_null(date);
    char *body = strchr(date + 2, '\n');
    assert_non_null(body);
    assert_string_equal(body, "\nSubject: Selam\n\n.profile\nna\xC3\xAFve\n");
    *date = '\0';
    assert_string_equal(text, "Return-Path: <alice@example.org>\n"
                              "Received: from [127.0.0.1] ([127.0.0.1])\n"
                              "    by mail.example.org with SMTP id 1.7");
}

static void what_is_refused_leaves_nothing(void **state) {
    struct place *place = *state;
    place->server.message_size = 10;
    assert_replies(&place->server,
                   BYTES(HELLO MAIL BOB DATA "12345678\r\n" END MAIL BOB DATA "123456789\r\n" END
                                             "NOOP\r\n" MAIL BOB DATA "a\nb\r\n" END MAIL BOB DATA
                                             "a\r\n" END),
                   "220 250 250 250 354 250 250 250 354 552 250 250 250 354 550 250 250 354 250 ");
    assert_delivered(place, 0, 2, 0);
    assert_replies(&place->server, BYTES(HELLO MAIL BOB DATA "12345678\r\n.\r"),
                   "220 250 250 250 354 ");
    assert_delivered(place, 0, 2, 0);
}

/* However large: it is read to its end, in bounded memory, and refused there. */
static void a_flood_is_refused_in_step(void **state) {
    struct place *place = *state;
    struct client client;
    static char block[100000];
    memset(block, 'x', sizeof block);
    client_begin(&client, &place->server);
    says(&client, BYTES(HELLO MAIL BOB DATA));
    for (size_t i = 0; i < 100; i++)
        says(&client, block, sizeof block);
    says(&client, BYTES("\r\n" END "NOOP\r\n"));
    static const int replies[] = {220, 250, 250, 250, 354, 552, 250};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        expects(&client, replies[i]);
    client_end(&client);
    assert_delivered(place, 0, 0, 0);
}

static void path_in(const struct place *place, const char *name, char path[300]) {
    snprintf(path, 300, "%s/store/example.org/%s", place->directory, name);
}

/* Hides a directory of the store, as a disk that has gone would, or brings it back. */
static void move(const struct place *place, const char *from, const char *to) {
    char old_path[300], new_path[300];
    path_in(place, from, old_path);
    path_in(place, to, new_path);
    assert_int_equal(rename(old_path, new_path), 0);
}

static void everybody_has_it_or_nobody(void **state) {
    struct place *place = *state;
    move(place, "carol", "gone");
    assert_replies(&place->server,
                   BYTES(HELLO MAIL BOB CAROL DATA "NOOP\r\n" BOB MAIL BOB DATA END),
                   "220 250 250 250 250 451 250 503 250 250 354 250 ");
    assert_delivered(place, 0, 1, 0);
    move(place, "gone", "carol");
}

/* A directory that breaks while the message comes: what bob had is taken back. */
static void nobody_keeps_what_is_refused(void **state) {
    struct place *place = *state;
    struct client client;
    static const int replies[] = {220, 250, 250, 250, 250, 354};
    client_begin(&client, &place->server);
    says(&client, BYTES(HELLO MAIL BOB CAROL DATA));
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        expects(&client, replies[i]);
    move(place, "carol/new", "carol/gone");
    says(&client, BYTES("a\r\n" END));
    expects(&client, 451);
    move(place, "carol/gone", "carol/new");
    assert_delivered(place, 0, 0, 0);
    says(&client, BYTES(MAIL BOB CAROL DATA END));
    static const int again[] = {250, 250, 250, 354, 250};
    for (size_t i = 0; i < sizeof again / sizeof *again; i++)
        expects(&client, again[i]);
    client_end(&client);
    assert_delivered(place, 0, 1, 1);
}

/* What the store says is heard, at each step. */
static void the_store_may_fail_at_any_time(void **state) {
    struct place *place = *state;
    struct failure why;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct smtp_server_session session = {
        .server = &place->server, .stream = stream_open(ends[0], NULL), .recipient_count = 1};
    assert_non_null(session.stream);
    session.recipients[0] = accounts_at(place->site.accounts, 1);
    struct smtp_server_message message;

    move(place, "bob/tmp", "bob/gone");
    assert_int_equal(smtp_server_begin(&session, &message, &why), -1);
    smtp_server_end(&message);
    move(place, "bob/gone", "bob/tmp");

    assert_int_equal(smtp_server_begin(&session, &message, &why), 0);
    assert_int_equal(smtp_server_write(&message, BYTES("text\n"), &why), 0);
    assert_int_equal(messages_in(place, "bob", "tmp"), 1);
    smtp_server_end(&message);
    assert_delivered(place, 0, 0, 0);

    assert_int_equal(smtp_server_begin(&session, &message, &why), 0);
    assert_int_equal(smtp_server_publish(&message, &why), 0);
    smtp_server_end(&message);
    assert_delivered(place, 0, 1, 0);
    assert_string_equal(message.id, "3.7"); /* what failed has had a number, too */
    close(ends[1]);
    stream_close(session.stream);
}

/* One is silent in the middle of a message; the other is served meanwhile. */
static void nobody_waits_for_another(void **state) {
    struct place *place = *state;
    struct client slow, quick;
    static const int replies[] = {220, 250, 250, 250, 354};
    char text[TEXT];
    client_begin(&slow, &place->server);
    says(&slow, BYTES(HELLO MAIL BOB DATA "slow\r\n"));
    for (size_t i = 0; i < 5; i++)
        expects(&slow, replies[i]);
    client_begin(&quick, &place->server);
    says(&quick, BYTES(HELLO MAIL CAROL DATA "quick\r\n" END));
    for (size_t i = 0; i < 5; i++)
        expects(&quick, replies[i]);
    assert_int_equal(hears(&quick, text), 250);
    assert_string_equal(text, "250 Stored as 2.7\r\n");
    says(&slow, BYTES(END));
    assert_int_equal(hears(&slow, text), 250);
    assert_string_equal(text, "250 Stored as 1.7\r\n");
    client_end(&slow);
    client_end(&quick);
    assert_delivered(place, 0, 1, 1);
    only_message(place, "bob", text);
    assert_non_null(strstr(text, "\nslow\n"));
}

#define CLIENTS  8
#define MESSAGES 25

/* For ThreadSanitizer, above all: no two messages have one number. */
static void many_at_once(void **state) {
    struct place *place = *state;
    struct client clients[CLIENTS];
    bool seen[CLIENTS * MESSAGES + 1] = {false};
    char text[TEXT];
    for (size_t i = 0; i < CLIENTS; i++) {
        client_begin(&clients[i], &place->server);
        says(&clients[i], BYTES(HELLO));
        for (size_t n = 0; n < MESSAGES; n++)
            says(&clients[i], BYTES(MAIL BOB DATA "text\r\n" END));
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        expects(&clients[i], 220);
        expects(&clients[i], 250);
        for (size_t n = 0; n < MESSAGES; n++) {
            static const int replies[] = {250, 250, 354};
            for (size_t step = 0; step < 3; step++)
                expects(&clients[i], replies[step]);
            assert_int_equal(hears(&clients[i], text), 250);
            unsigned long number = strtoul(text + strlen("250 Stored as "), NULL, 10);
            assert_in_range(number, 1, CLIENTS * MESSAGES);
            assert_false(seen[number]);
            seen[number] = true;
        }
        client_end(&clients[i]);
    }
    assert_int_equal(place->server.messages, CLIENTS * MESSAGES);
    assert_delivered(place, 0, CLIENTS * MESSAGES, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_ends_where_it_ends),
        cmocka_unit_test_setup_teardown(a_message_is_stored_as_it_came, begin, end),
        cmocka_unit_test_setup_teardown(what_is_refused_leaves_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_is_refused_in_step, begin, end),
        cmocka_unit_test_setup_teardown(everybody_has_it_or_nobody, begin, end),
        cmocka_unit_test_setup_teardown(nobody_keeps_what_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(the_store_may_fail_at_any_time, begin, end),
        cmocka_unit_test_setup_teardown(nobody_waits_for_another, begin, end),
        cmocka_unit_test_setup_teardown(many_at_once, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
