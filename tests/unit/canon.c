#include "canon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frames_for_tests.h"

static void names_what_varies(void **state) {
    (void)state;
    static const struct {
        const char *line, *canonical;
    } cases[] = {
        {"", ""},
        {"250 2.0.0 Ok", "250 2.0.0 Ok"},
        {"250 2.0.0 Stored as 1795258665.M5P411", "250 2.0.0 Stored as ‹queue-id›"},
        {"250 Ok: queued as ABC123", "250 Ok: queued as ‹queue-id›"},
        {"250 Ok: queued as ", "250 Ok: queued as "},
        {"Message-ID: <1@example.org>", "Message-ID: ‹message-id›"},
        {"message-id:", "message-id: ‹message-id›"},
        {"X-Message-ID: <1@example.org>", "X-Message-ID: <1@example.org>"},
        {"Date: Sat, 21 Nov 2026 10:07:08 +0300", "Date: ‹date›"},
        {"Date: Sun, 1 Nov 2026 10:07:08 -0000", "Date: ‹date›"},
        {"Date: Sun, 1 Nov 2026 10:07 -0000", "Date: Sun, 1 Nov 2026 10:07 -0000"},
        {"at 2026-11-21T10:07:08Z and 2026-11-21T10:07:08.123Z.", "at ‹date› and ‹date›."},
        {"\tby mail.example.org with ESMTP id 77; Sat, 21 Nov 2026 10:07:08 +0000",
         "\\x09by mail.example.org with ESMTP id ‹queue-id›; ‹date›"},
        {"Word: kit-abcdefgh23!", "Word: ‹nonce›!"},
        {"AUTH PLAIN AGFsaWNlAHNlc2FtZQ==", "AUTH PLAIN ‹credentials›"},
        {"auth plain AGFsaWNlAHNlc2FtZQ==", "auth plain ‹credentials›"},
        {"AUTH PLAIN AGFsaWNlAHNlc2FtZQ", "AUTH PLAIN AGFsaWNlAHNlc2FtZQ"}, /* not base64 */
        {"AUTH PLAIN ", "AUTH PLAIN "},
        {"AUTH PLAIN", "AUTH PLAIN"},
        {"AUTH LOGIN YWxpY2U=", "AUTH LOGIN YWxpY2U="},
        {"250 AUTH PLAIN AAAA", "250 AUTH PLAIN AAAA"},
        {"kit-abcdefgh2", "kit-abcdefgh2"}, /* one letter short */
        {"kit-abcdefgh01", "kit-abcdefgh01"},
        {"ı ç ş ü ö İ €", "ı ç ş ü ö İ €"},
        {"C:\\temp", "C:\\\\temp"},
        {"\x01\x7f", "\\x01\\x7F"},
        {"\xff\xc3", "\\xFF\\xC3"},                   /* not UTF-8; cut off */
        {"\xc0\xaf", "\\xC0\\xAF"},                   /* longer than needed */
        {"\xe0\x80\xaf", "\\xE0\\x80\\xAF"},          /* the same */
        {"\xed\xa0\x80", "\\xED\\xA0\\x80"},          /* a surrogate */
        {"\xf5\x80\x80\x80", "\\xF5\\x80\\x80\\x80"}, /* beyond Unicode */
        {"\xc2\x85", "\\xC2\\x85"},                   /* a control character */
        {"\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(canon_line(cases[i].line, strlen(cases[i].line), &out), 0);
        assert_string_equal(out.bytes != NULL ? out.bytes : "", cases[i].canonical);
        buf_free(&out);
    }
}

/* What a conversation makes up itself has a name where it stands as a word. */
static void names_a_word_of_the_conversation(void **state) {
    (void)state;
    static const struct canon_word word = {"client.example.org", 18, "client-name"};
    static const char *const cases[][2] = {
        {"250 mail.example.org greets client.example.org",
         "250 mail.example.org greets ‹client-name›"},
        {"EHLO CLIENT.example.org", "EHLO ‹client-name›"},
        {"EHLO my-client.example.org", "EHLO my-client.example.org"},
        {"from client.example.org (client.example.org.)",
         "from ‹client-name› (client.example.org.)"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(canon_line_with(cases[i][0], strlen(cases[i][0]), &word, &out), 0);
        assert_string_equal(out.bytes, cases[i][1]);
        buf_free(&out);
    }
}

static void stays_within_the_limit(void **state) {
    (void)state;
    struct buf out;

    for (size_t limit = 0; limit < 12; limit++) { /* "a ‹date›\x01" takes more */
        buf_init(&out, limit);
        assert_int_equal(canon_line("a 2026-11-21T10:07:08Z\x01", 23, &out), -1);
        assert_true(out.length <= limit);
        buf_free(&out);
    }
}

static char *text_of(const struct frames *frames) {
    struct dialogues dialogues;
    struct failure why;
    struct buf out;

    buf_init(&out, 1 << 20);
    assert_int_equal(dialogues_make(frames->list, frames->count, &dialogues, &why), 0);
    assert_int_equal(canon_dialogues(&dialogues, &out), 0);
    dialogues_free(&dialogues);
    char *text = strdup(out.bytes != NULL ? out.bytes : "");
    assert_non_null(text);
    buf_free(&out);
    return text;
}

static const char canonical[] = "stream 0: 127.0.0.1 to 127.0.0.2 port 25\n"
                                "-> connects\n"
                                "<- 220 hi\n"
                                "-> EHLO a\n"
                                "<- 250-mail\n"
                                "<- 250 PIPELINING\n"
                                "-> MAIL FROM:<>\n"
                                "<- 250 ok\n"
                                "-> RCPT TO:<b>\n"
                                "<- 550 no\n"
                                "-> RCPT TO:<c>\n"
                                "<- 250 ok\n"
                                "-> DATA\n"
                                "<- 354 go\n"
                                "-> : Subject: x\n"
                                "-> :\n"
                                "-> : bare\\n\n"
                                "-> :\n"
                                "-> : .\n"
                                "<- 250 Stored as ‹queue-id›\n"
                                "-> QUIT\n"
                                "<- 221 bye\n"
                                "<- closes\n"
                                "-> closes\n";
static const char message[] = "Subject: x\r\n\r\nbare\n\r\n.\r\n";

/* One command after another. */
static void step_by_step(struct frames *frames) {
    struct wire wire = WIRE;

    handshake(frames, &wire);
    say(frames, &wire, S, "220 hi\r\n");
    say(frames, &wire, C, "EHLO a\r\n");
    say(frames, &wire, S, "250-mail\r\n250 PIPELINING\r\n");
    say(frames, &wire, C, "MAIL FROM:<>\r\n");
    say(frames, &wire, S, "250 ok\r\n");
    say(frames, &wire, C, "RCPT TO:<b>\r\n");
    say(frames, &wire, S, "550 no\r\n");
    say(frames, &wire, C, "RCPT TO:<c>\r\n");
    say(frames, &wire, S, "250 ok\r\n");
    say(frames, &wire, C, "DATA\r\n");
    say(frames, &wire, S, "354 go\r\n");
    say(frames, &wire, C, message);
    say(frames, &wire, S, "250 Stored as 1.2.3\r\n");
    say(frames, &wire, C, "QUIT\r\n");
    say(frames, &wire, S, "221 bye\r\n");
    farewell(frames, &wire);
}

static void reads_like_a_dialogue(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};

    step_by_step(&frames);
    char *text = text_of(&frames);
    assert_string_equal(text, canonical);
    free(text);
    free(frames.list);
}

/* Small, and the same everywhere: a test must not depend on the C library's rand. */
static unsigned random_below(uint32_t *seed, unsigned limit) {
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 16) % limit;
}

/* Sends bytes in segments of any size; now and then one comes twice, or before the one before it.
 */
static void send_in_pieces(struct frames *frames, struct wire *wire, int side, const char *bytes,
                           uint32_t *seed) {
    size_t length = strlen(bytes), sent = 0;

    while (sent < length) {
        size_t one = 1 + random_below(seed, (unsigned)(length - sent));
        size_t two = sent + one < length && random_below(seed, 4) == 0 ? 1 : 0;
        uint32_t sequence = wire->next[side];
        if (two > 0)
            packet_at(frames, wire, side, TCP_ACK, sequence + (uint32_t)one, bytes + sent + one,
                      two);
        packet(frames, wire, side, TCP_ACK, bytes + sent, one);
        if (random_below(seed, 5) == 0)
            packet_at(frames, wire, side, TCP_ACK, sequence, bytes + sent, one);
        wire->next[side] += (uint32_t)two;
        sent += one + two;
    }
}

/* The same dialogue with pipelining: replies come at any time behind their commands. */
static void pipelined(struct frames *frames, uint32_t *seed) {
    static const char *const commands[] = {"MAIL FROM:<>\r\n", "RCPT TO:<b>\r\n", "RCPT TO:<c>\r\n",
                                           "DATA\r\n"};
    static const char *const replies[] = {"250 ok\r\n", "550 no\r\n", "250 ok\r\n", "354 go\r\n"};
    struct wire wire = WIRE;
    size_t sent = 0, answered = 0;
    wire.port[C] = 50000 + random_below(seed, 1000);
    wire.next[C] = UINT32_MAX - random_below(seed, 100); /* the numbers wrap soon */

    handshake(frames, &wire);
    send_in_pieces(frames, &wire, S, "220 hi\r\n", seed);
    send_in_pieces(frames, &wire, C, "EHLO a\r\n", seed);
    send_in_pieces(frames, &wire, S, "250-mail\r\n250 PIPELINING\r\n", seed);
    while (answered < 4) {
        if (sent < 4 && (answered == sent || random_below(seed, 2) == 0))
            send_in_pieces(frames, &wire, C, commands[sent++], seed);
        else
            send_in_pieces(frames, &wire, S, replies[answered++], seed);
    }
    send_in_pieces(frames, &wire, C, message, seed);
    if (random_below(seed, 2) == 0) {
        send_in_pieces(frames, &wire, C, "QUIT\r\n", seed);
        send_in_pieces(frames, &wire, S, "250 Stored as 4.5.6\r\n", seed);
    } else {
        send_in_pieces(frames, &wire, S, "250 Stored as 7.8.9\r\n", seed);
        send_in_pieces(frames, &wire, C, "QUIT\r\n", seed);
    }
    send_in_pieces(frames, &wire, S, "221 bye\r\n", seed);
    farewell(frames, &wire);
}

static void segments_and_pipelining_make_no_difference(void **state) {
    (void)state;

    for (uint32_t round = 0; round < 2000; round++) {
        struct frames frames = {.list = NULL};
        uint32_t seed = round;
        pipelined(&frames, &seed);
        char *text = text_of(&frames);
        assert_string_equal(text, canonical);
        free(text);
        free(frames.list);
    }
}

static void what_goes_wrong_is_told(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire refused = WIRE, broken = WIRE;
    broken.stream = 1;
    broken.port[S] = 7;

    packet(&frames, &refused, C, TCP_SYN, NULL, 0);
    packet(&frames, &refused, S, TCP_RST | TCP_ACK, NULL, 0);
    handshake(&frames, &broken);
    say(&frames, &broken, S, "half a li");
    broken.next[S] += 7;
    say(&frames, &broken, S, "\n");
    packet(&frames, &broken, C, TCP_RST, NULL, 0);
    char *text = text_of(&frames);
    assert_string_equal(text, "stream 0: 127.0.0.1 to 127.0.0.2 port 25\n"
                              "<- refuses\n"
                              "\n"
                              "stream 1: 127.0.0.1 to 127.0.0.2 port 7\n"
                              "-> connects\n"
                              "<- half a li\\\n"
                              "<- 7 octets not recorded\n"
                              "<-\\n\n"
                              "-> breaks off\n");
    free(text);
    free(frames.list);
}

/* Commands that never got a reply are there nevertheless, in front of what ended it all. */
static void unanswered_commands_are_kept(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "NOOP\r\nEHLO a\r\n");
    say(&frames, &wire, S, "250 ok\r\n");
    packet(&frames, &wire, S, TCP_RST, NULL, 0);
    char *text = text_of(&frames);
    assert_string_equal(text, "stream 0: 127.0.0.1 to 127.0.0.2 port 25\n"
                              "-> connects\n"
                              "<- 220 hi\n"
                              "-> NOOP\n"
                              "<- 250 ok\n"
                              "-> EHLO a\n"
                              "<- breaks off\n");
    free(text);
    free(frames.list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_varies),
        cmocka_unit_test(names_a_word_of_the_conversation),
        cmocka_unit_test(stays_within_the_limit),
        cmocka_unit_test(reads_like_a_dialogue),
        cmocka_unit_test(segments_and_pipelining_make_no_difference),
        cmocka_unit_test(what_goes_wrong_is_told),
        cmocka_unit_test(unanswered_commands_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
