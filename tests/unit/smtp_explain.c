#include "smtp_explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct smtp_reply reply_of(const char *text) {
    struct smtp_reply reply = {.code = (int)strtol(text, NULL, 10), .length = strlen(text)};
    memcpy(reply.text, text, reply.length);
    return reply;
}

static void replies_are_explained(void **state) {
    (void)state;
    static const struct {
        const char *reply, *lines;
    } cases[] = {
        {"250 ok\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"354 go\n", "354 ← start mail input; end with <CRLF>.<CRLF> · RFC 5321 §4.2.3\n"},
        {"299 what?\n", "299 ← done · RFC 5321 §4.2.1\n"},
        {"599 what?\n", "599 ← no; do not try the same again · RFC 5321 §4.2.1\n"},
        {"250 2.1.5 ok\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"
                           "2.1.5 ← destination address valid · RFC 3463 §3.2\n"},
        {"554-5.7.1 no\n554 5.7.1 no\n",
         "554 ← transaction failed, or, as a greeting: no SMTP service here · RFC 5321 §4.2.3\n"
         "5.7.1 ← delivery not authorized, message refused · RFC 3463 §3.8\n"},
        {"221 2.0.0 bye\n", "221 ← service closing transmission channel · RFC 5321 §4.2.3\n"},
        /* no enhanced codes, though they begin like some */
        {"250 2.1.5\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"
                        "2.1.5 ← destination address valid · RFC 3463 §3.2\n"},
        {"250 2.1.5x\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 3.1.5 x\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2.1\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2.1.\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2..1 x\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2.1.5555 x\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2.999.999 x\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"250 2\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        /* EHLO: the first line is a name, each further one an extension */
        {"250-SIZE\n250-pipelining\n250-X-OWN 1\n250-\n250 SIZE 1000\n",
         "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"
         "pipelining ← several commands may be sent without waiting for each reply · RFC 2920\n"
         "SIZE       ← the largest message it takes, in bytes · RFC 1870\n"},
        {"250-mail\n250\n", "250 ← requested mail action okay, completed · RFC 5321 §4.2.3\n"},
        {"214-SIZE\n214 SIZE\n", "214 ← help message, for a person · RFC 5321 §4.2.3\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_reply reply = reply_of(cases[i].reply);
        struct buf lines;
        buf_init(&lines, 4096);
        smtp_explain(&reply, &lines);
        assert_string_equal(lines.bytes, cases[i].lines);
        buf_free(&lines);
    }
}

static void no_reply_is_not_explained(void **state) {
    (void)state;
    static struct smtp_reply none;
    struct buf lines;
    buf_init(&lines, 4096);
    smtp_explain(&none, &lines);
    assert_int_equal(lines.length, 0);
}

static void a_reply_becomes_one_line(void **state) {
    (void)state;
    char line[REPLY_LINE_SIZE];
    static struct smtp_reply none;
    assert_string_equal(reply_line(&none, line), "");
    struct smtp_reply reply = reply_of("550-no\n550 no!\n");
    assert_string_equal(reply_line(&reply, line), "550-no 550 no!");
    memset(reply.text, 'x', 1000);
    reply.text[1000] = '\n';
    reply.length = 1001;
    assert_int_equal(strlen(reply_line(&reply, line)), REPLY_LINE_SIZE - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_explained),
        cmocka_unit_test(no_reply_is_not_explained),
        cmocka_unit_test(a_reply_becomes_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
