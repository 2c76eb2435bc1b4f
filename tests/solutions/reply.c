/* Lab 02: smtp_read_reply. */
#include "conversation.h"

static void replies_are_read_whole(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        int code; /* or -1: `text` is then the failure */
        const char *text;
    } cases[] = {
        {BYTES("220 mail.example.org ready\r\n"), 220, "220 mail.example.org ready\n"},
        {BYTES("250\r\n"), 250, "250\n"},
        {BYTES("250 \r\n"), 250, "250 \n"},
        {BYTES("250-mail\r\n250-SIZE 10\r\n250 HELP\r\n"), 250,
         "250-mail\n250-SIZE 10\n250 HELP\n"},
        {BYTES("250-\r\n250\r\n"), 250, "250-\n250\n"},
        {BYTES("250-a\n250 b\n"), 250, "250-a\n250 b\n"}, /* liberal: LF alone */
        {BYTES("354 go\r\n"), 354, "354 go\n"},
        {BYTES("421 4.3.2 stopping\r\n"), 421, "421 4.3.2 stopping\n"},
        {BYTES("559 odd but in range\r\n"), 559, "559 odd but in range\n"},
        {BYTES("250 \xC4\xB1\r\n"), 250, "250 \xC4\xB1\n"},

        {BYTES("250-a\r\n550 b\r\n"), -1, "reply code changes from 250 to 550 within a reply"},
        {BYTES("250-a\r\n251-b\r\n250 c\r\n"), -1,
         "reply code changes from 250 to 251 within a reply"},
        {BYTES("\r\n"), -1, "malformed reply: \"\""},
        {BYTES("25\r\n"), -1, "malformed reply: \"25\""},
        {BYTES("hello\r\n"), -1, "malformed reply: \"hello\""},
        {BYTES("+OK POP3\r\n"), -1, "malformed reply: \"+OK POP3\""},
        {BYTES("150 x\r\n"), -1, "malformed reply: \"150 x\""},
        {BYTES("650 x\r\n"), -1, "malformed reply: \"650 x\""},
        {BYTES("2a0 x\r\n"), -1, "malformed reply: \"2a0 x\""},
        {BYTES("25: x\r\n"), -1, "malformed reply: \"25: x\""},
        {BYTES("2500 x\r\n"), -1, "malformed reply: \"2500 x\""},
        {BYTES("250x\r\n"), -1, "malformed reply: \"250x\""},
        {BYTES("250\0x\r\n"), -1, "malformed reply: \"250\""},
        {BYTES(" 250 x\r\n"), -1, "malformed reply: \" 250 x\""},
        {BYTES("250-a\r\n\r\n250 b\r\n"), -1, "malformed reply: \"\""},
        {BYTES(""), -1, "the server closed the connection"},
        {BYTES("250-a\r\n"), -1, "the server closed the connection"},
        {BYTES("250 a"), -1, "the server closed the connection in the middle of a line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= cases[i].count + 1; piece++) {
            struct conversation conversation;
            conversation_begin(&conversation);
            struct smtp *smtp = &conversation.smtp;
            smtp->reply = (struct smtp_reply){.code = 999, .text = "old", .length = 3};
            server_says_slowly(&conversation, cases[i].bytes, cases[i].count, piece);
            server_closes(&conversation);
            assert_int_equal(smtp_read_reply(smtp), cases[i].code);
            if (cases[i].code > 0) {
                assert_int_equal(smtp->reply.code, cases[i].code);
                assert_string_equal(smtp->reply.text, cases[i].text);
                assert_int_equal(smtp->reply.length, strlen(cases[i].text));
            } else {
                assert_int_equal(smtp->reply.code, 0);
                assert_string_equal(smtp->why.text, cases[i].text);
            }
            conversation_end(&conversation);
        }
    }
}

static void two_replies_in_one_read_are_two_replies(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    struct smtp *smtp = &conversation.smtp;
    server_says(&conversation, BYTES("250-a\r\n250 b\r\n550 c\r\n42"));
    server_says(&conversation, BYTES("1 d\r\n"));
    assert_int_equal(smtp_read_reply(smtp), 250);
    assert_true(line_is_ready(&smtp->reader));
    assert_int_equal(smtp_read_reply(smtp), 550);
    assert_string_equal(smtp->reply.text, "550 c\n");
    assert_int_equal(smtp_read_reply(smtp), 421);
    assert_string_equal(smtp->reply.text, "421 d\n");
    conversation_end(&conversation);
}

static void what_came_before_the_failure_is_kept(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("250-a\r\n250-b\r\nnonsense\r\n"));
    assert_int_equal(smtp_read_reply(&conversation.smtp), -1);
    assert_string_equal(conversation.smtp.reply.text, "250-a\n250-b\n");
    conversation_end(&conversation);
}

/* 16,384 bytes with their newlines fit, one more does not; and a reply that never ends has an end.
 */
static void a_reply_has_a_limit(void **state) {
    (void)state;
    for (size_t last = 1020; last <= 1030; last++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        char line[1100];
        memset(line, 'x', sizeof line);
        for (int i = 0; i < 15; i++) { /* 1,024 bytes with the newline */
            memcpy(line, "250-", 4);
            memcpy(line + 1023, "\r\n", 2);
            server_says(&conversation, line, 1025);
            memset(line, 'x', sizeof line);
        }
        memcpy(line, "250 ", 4);
        memcpy(line + last - 1, "\r\n", 2);
        server_says(&conversation, line, last + 1);
        bool fits = 15 * 1024 + last <= SMTP_REPLY_LIMIT;
        assert_int_equal(smtp_read_reply(&conversation.smtp), fits ? 250 : -1);
        if (!fits)
            assert_string_equal(conversation.smtp.why.text, "reply longer than 16384 bytes");
        conversation_end(&conversation);
    }
}

static void silence_ends_with_words(void **state) {
    (void)state;
    static const char *const begun[] = {"", "2", "250 a", "250-a\r\n", "250-a\r\n25"};
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        conversation.smtp.timeout_ms = 10;
        if (begun[i][0] != '\0')
            server_says(&conversation, begun[i], strlen(begun[i]));
        assert_int_equal(smtp_read_reply(&conversation.smtp), -1);
        assert_non_null(strstr(conversation.smtp.why.text, "10 milliseconds"));
        conversation_end(&conversation);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_whole),
        cmocka_unit_test(two_replies_in_one_read_are_two_replies),
        cmocka_unit_test(what_came_before_the_failure_is_kept),
        cmocka_unit_test(a_reply_has_a_limit),
        cmocka_unit_test(silence_ends_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
