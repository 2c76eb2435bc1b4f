/* Lab 03: the commands but DATA. */
#include "conversation.h"

static int vrfy_bob(struct smtp *smtp) {
    return smtp_vrfy(smtp, "bob");
}

static int greet(struct smtp *smtp) {
    return smtp_greet(smtp, "client.example.org");
}

static int mail_alice(struct smtp *smtp) {
    return smtp_mail(smtp, "alice@example.org");
}

static int mail_nobody(struct smtp *smtp) {
    return smtp_mail(smtp, "");
}

static int rcpt_bob(struct smtp *smtp) {
    return smtp_rcpt(smtp, "bob@example.org");
}

static int any_command(struct smtp *smtp) {
    return smtp_command(smtp, "Any Command, as it is");
}

static int empty_command(struct smtp *smtp) {
    return smtp_command(smtp, "");
}

static void each_command_is_one_line_and_has_its_reply(void **state) {
    (void)state;
    static const struct {
        int (*send)(struct smtp *smtp);
        const char *replies; /* all that the server will say */
        const char *heard;   /* all that it hears */
        int code;
    } cases[] = {
        {any_command, "250 ok\r\n", "Any Command, as it is\r\n", 250},
        {any_command, "250-a\r\n250 b\r\n", "Any Command, as it is\r\n", 250},
        {empty_command, "500 what?\r\n", "\r\n", 500},
        {greet, "250-mail\r\n250 SIZE\r\n", "EHLO client.example.org\r\n", 250},
        {greet, "500 ?\r\n250 hi\r\n", "EHLO client.example.org\r\nHELO client.example.org\r\n",
         250},
        {greet, "502 ?\r\n250 hi\r\n", "EHLO client.example.org\r\nHELO client.example.org\r\n",
         250},
        {greet, "504 ?\r\n250 hi\r\n", "EHLO client.example.org\r\nHELO client.example.org\r\n",
         250},
        {greet, "550 ?\r\n550 hi\r\n", "EHLO client.example.org\r\nHELO client.example.org\r\n",
         550},
        {greet, "501 bad name\r\n", "EHLO client.example.org\r\n", 501},
        {greet, "421 too busy\r\n", "EHLO client.example.org\r\n", 421},
        {mail_alice, "250 ok\r\n", "MAIL FROM:<alice@example.org>\r\n", 250},
        {mail_nobody, "250 ok\r\n", "MAIL FROM:<>\r\n", 250},
        {rcpt_bob, "550 no\r\n", "RCPT TO:<bob@example.org>\r\n", 550},
        {vrfy_bob, "252 perhaps\r\n", "VRFY bob\r\n", 252},
        {smtp_noop, "250 ok\r\n", "NOOP\r\n", 250},
        {smtp_rset, "250 ok\r\n", "RSET\r\n", 250},
        {smtp_quit, "221 bye\r\n", "QUIT\r\n", 221},
        {smtp_quit, "500 ?\r\n", "QUIT\r\n", 500},
        {smtp_noop, "", "NOOP\r\n", -1},
        {smtp_noop, "250-", "NOOP\r\n", -1},
        {smtp_noop, "okay\r\n", "NOOP\r\n", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= 64; piece *= 8) {
            struct conversation conversation;
            conversation_begin(&conversation);
            server_says_slowly(&conversation, cases[i].replies, strlen(cases[i].replies), piece);
            server_closes(&conversation);
            assert_int_equal(cases[i].send(&conversation.smtp), cases[i].code);
            if (cases[i].code > 0)
                assert_int_equal(conversation.smtp.reply.code, cases[i].code);
            assert_heard(&conversation, cases[i].heard, strlen(cases[i].heard));
            conversation_end(&conversation);
        }
    }
}

/* Whoever can slip a line end into a command could give commands of his own. */
static void a_command_is_one_line(void **state) {
    (void)state;
    static const char *const bad[] = {"NOOP\r\nRSET", "NOOP\n", "\r", "a\nb", "MAIL FROM:<a\r@b>"};
    struct conversation conversation;
    conversation_begin(&conversation);
    struct smtp *smtp = &conversation.smtp;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(smtp_command(smtp, bad[i]), -1);
        assert_string_equal(smtp->why.text, "a command is one line");
    }
    assert_int_equal(smtp_mail(smtp, "a@b>\r\nRCPT TO:<c@d"), -1);
    assert_int_equal(smtp_rcpt(smtp, "a@b\n"), -1);
    assert_int_equal(smtp_vrfy(smtp, "a\rb"), -1);
    assert_int_equal(smtp_greet(smtp, "a\r\nb"), -1);
    assert_heard(&conversation, "", 0);
    conversation_end(&conversation);
}

/* RFC 5321 §4.5.3.1.4: 512 bytes with CR LF. */
static void a_command_is_never_cut(void **state) {
    (void)state;
    static const struct {
        int (*send)(struct smtp *smtp, const char *argument);
        size_t longest;
    } cases[] = {
        {smtp_mail, 510 - strlen("MAIL FROM:<>")},
        {smtp_rcpt, 510 - strlen("RCPT TO:<>")},
        {smtp_vrfy, 510 - strlen("VRFY ")},
        {smtp_greet, 510 - strlen("EHLO ")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char argument[1000];
        memset(argument, 'x', sizeof argument);
        argument[cases[i].longest] = '\0';
        struct conversation conversation;
        conversation_begin(&conversation);
        server_says(&conversation, BYTES("250 ok\r\n"));
        assert_int_equal(cases[i].send(&conversation.smtp, argument), 250);
        char heard[2000];
        assert_int_equal(server_heard(&conversation, heard, sizeof heard), 512);

        argument[cases[i].longest] = 'x';
        argument[cases[i].longest + 1] = '\0';
        assert_int_equal(cases[i].send(&conversation.smtp, argument), -1);
        assert_string_equal(conversation.smtp.why.text, "command longer than 510 bytes");
        assert_heard(&conversation, "", 0);
        conversation_end(&conversation);
    }
}

/* The server has said 421 and is gone before we say anything: that is the answer. */
static void the_last_words_are_heard(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("421 4.3.2 stopping\r\n"));
    close(conversation.server);
    assert_int_equal(smtp_noop(&conversation.smtp), 421);
    assert_string_equal(conversation.smtp.reply.text, "421 4.3.2 stopping\n");
    assert_int_equal(smtp_noop(&conversation.smtp), -1);
    conversation.server = -1;
    conversation_end(&conversation);
}

/* After 221 the server closes; whether it says more, or never closes, changes nothing. */
static void quit_waits_for_the_close(void **state) {
    (void)state;
    static const struct {
        const char *said;
        bool closes;
    } cases[] = {{"221 bye\r\n", true}, {"221 bye\r\n421 what?\r\n", true}, {"221 bye\r\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        server_says(&conversation, cases[i].said, strlen(cases[i].said));
        if (cases[i].closes)
            server_closes(&conversation);
        else
            conversation.smtp.timeout_ms = 10;
        assert_int_equal(smtp_quit(&conversation.smtp), 221);
        char byte;
        size_t count;
        stream_set_deadline(conversation.smtp.stream, deadline_in(0));
        assert_int_equal(stream_read_some(conversation.smtp.stream, &byte, 1, &count),
                         cases[i].closes ? STREAM_END : STREAM_TIMEOUT);
        conversation_end(&conversation);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command_is_one_line_and_has_its_reply),
        cmocka_unit_test(a_command_is_one_line),
        cmocka_unit_test(a_command_is_never_cut),
        cmocka_unit_test(the_last_words_are_heard),
        cmocka_unit_test(quit_waits_for_the_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
