/* Lab 03: smtp_send. */
#include "conversation.h"

#define MAIL  "MAIL FROM:<alice@example.org>\r\n"
#define BOB   "RCPT TO:<bob@example.org>\r\n"
#define CAROL "RCPT TO:<carol@example.org>\r\n"
#define ERIN  "RCPT TO:<erin@example.com>\r\n"
#define BODY  "DATA\r\n..hi\r\n.\r\n"
#define RSET  "RSET\r\n"

/* Keeps what was reported: "carol@example.org 550\n". */
static void note(const char *recipient, const struct smtp_reply *reply, void *context) {
    char *notes = context;
    snprintf(notes + strlen(notes), 100, "%s %d\n", recipient, reply->code);
}

static void envelopes_and_their_fates(void **state) {
    (void)state;
    static const char *const recipients[] = {"bob@example.org", "carol@example.org",
                                             "erin@example.com"};
    static const struct {
        const char *replies; /* all that the server will say */
        const char *heard;   /* all that it hears */
        int code;            /* returned, */
        const char *text;    /* the reply that is left, */
        size_t accepted;
        const char *reported;
    } cases[] = {
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n250 f\r\n", MAIL BOB CAROL ERIN BODY, 250,
         "250 f\n", 3, ""},
        {"250 a\r\n250 b\r\n550 c\r\n251 d\r\n354 e\r\n250 f\r\n", MAIL BOB CAROL ERIN BODY, 250,
         "250 f\n", 2, "carol@example.org 550\n"},
        {"250 a\r\n450 b\r\n550 c\r\n250 d\r\n354 e\r\n250 f\r\n", MAIL BOB CAROL ERIN BODY, 250,
         "250 f\n", 1, "bob@example.org 450\ncarol@example.org 550\n"},
        {"250 a\r\n550 b\r\n550 c\r\n553 d\r\n250 e\r\n", MAIL BOB CAROL ERIN RSET, 553, "553 d\n",
         0, "bob@example.org 550\ncarol@example.org 550\nerin@example.com 553\n"},
        {"550 a\r\n250 b\r\n", MAIL RSET, 550, "550 a\n", 0, ""},
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n554 e\r\n250 f\r\n",
         MAIL BOB CAROL ERIN "DATA\r\n" RSET, 554, "554 e\n", 0, ""},
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n552 f\r\n250 g\r\n",
         MAIL BOB CAROL ERIN BODY RSET, 552, "552 f\n", 0, ""},
        /* the last recipient refused, but not the only one */
        {"250 a\r\n250 b\r\n250 c\r\n550 d\r\n354 e\r\n250 f\r\n", MAIL BOB CAROL ERIN BODY, 250,
         "250 f\n", 2, "erin@example.com 550\n"},
        /* 421 at any time: nothing more is sent */
        {"421 a\r\n", MAIL, 421, "421 a\n", 0, ""},
        {"250 a\r\n250 b\r\n421 c\r\n", MAIL BOB CAROL, 421, "421 c\n", 0, ""},
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n421 e\r\n", MAIL BOB CAROL ERIN "DATA\r\n", 421,
         "421 e\n", 0, ""},
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n421 f\r\n", MAIL BOB CAROL ERIN BODY, 421,
         "421 f\n", 0, ""},
        /* and so is the end at any time */
        {"", MAIL, -1, NULL, 0, ""},
        {"250 a\r\n25", MAIL BOB, -1, NULL, 0, ""},
        {"250 a\r\n250 b\r\nwhat\r\n", MAIL BOB CAROL, -1, NULL, 0, ""},
        {"250 a\r\n550 b\r\n250 c\r\n250 d\r\n", MAIL BOB CAROL ERIN "DATA\r\n", -1, NULL, 0,
         "bob@example.org 550\n"},
        {"250 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n", MAIL BOB CAROL ERIN BODY, -1, NULL, 0,
         ""},
        /* RSET unanswered: the refusal still is what is returned */
        {"550 a\r\n", MAIL RSET, 550, "550 a\n", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= 256; piece *= 16) {
            struct conversation conversation;
            conversation_begin(&conversation);
            server_says_slowly(&conversation, cases[i].replies, strlen(cases[i].replies), piece);
            server_closes(&conversation);
            FILE *message = fmemopen((char[]){".hi\n"}, 4, "rb");
            char reported[300] = "";
            size_t accepted = 99;
            int code = smtp_send(&conversation.smtp, "alice@example.org", recipients, 3, message,
                                 &accepted, note, reported);
            fclose(message);
            assert_int_equal(code, cases[i].code);
            assert_int_equal(accepted, cases[i].accepted);
            assert_string_equal(reported, cases[i].reported);
            if (cases[i].text != NULL) {
                assert_int_equal(conversation.smtp.reply.code, code);
                assert_string_equal(conversation.smtp.reply.text, cases[i].text);
            }
            assert_heard(&conversation, cases[i].heard, strlen(cases[i].heard));
            conversation_end(&conversation);
        }
    }
}

static void nobody_has_to_want_the_details(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("250 a\r\n550 b\r\n250 c\r\n354 d\r\n250 e\r\n"));
    FILE *message = fmemopen((char[]){".hi\n"}, 4, "rb");
    const char *const recipients[] = {"carol@example.org", "bob@example.org"};
    assert_int_equal(smtp_send(&conversation.smtp, "", recipients, 2, message, NULL, NULL, NULL),
                     250);
    fclose(message);
    assert_heard(&conversation, BYTES("MAIL FROM:<>\r\n" CAROL BOB BODY));
    conversation_end(&conversation);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelopes_and_their_fates),
        cmocka_unit_test(nobody_has_to_want_the_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
