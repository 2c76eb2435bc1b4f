/* The values of DSN's parameters and of AUTH=: what is one, what it stands for, and what is none.
 */
#include "../../servers/smtpd/notify.c"
#include "../../servers/smtpd/xtext.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void decodes_xtext(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool utf8;
        const char *plain; /* NULL: refused */
    } texts[] = {
        {"", false, ""},
        {"alice@example.org", false, "alice@example.org"},
        {"a+2Bb+3Dc", false, "a+b=c"},
        {"two+20words", false, "two words"},
        {"+2B2B", false, "+2B"}, /* decoded once */
        {"+7E~!", false, "~~!"},
        {"+", false, NULL},
        {"a+4", false, NULL},
        {"a+G1", false, NULL},
        {"a+2b", false, NULL},
        {"a=b", false, NULL},
        {"a b", false, NULL},
        {"a\tb", false, NULL},
        {"a\x7f", false, NULL},
        {"+00", false, NULL},
        {"+0D+0A", false, NULL},
        {"+1F", false, NULL},
        {"+7F", false, NULL},
        {"+C4+B1", true, NULL},
        {"\xc4\xb1", false, NULL},
        {"\xc4\xb1", true, "\xc4\xb1"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char plain[40];
        bool right = xtext_decode(texts[i].text, texts[i].utf8, plain);
        if (right != (texts[i].plain != NULL))
            fail_msg("\"%s\" is %s", texts[i].text, right ? "taken" : "refused");
        if (right)
            assert_string_equal(plain, texts[i].plain);
    }
}

static void reads_when_to_notify(void **state) {
    (void)state;
    static const struct {
        const char *value;
        unsigned when; /* 0: refused */
        const char *words;
    } values[] = {
        {"NEVER", NOTIFY_NEVER, "NEVER"},
        {"success", NOTIFY_SUCCESS, "SUCCESS"},
        {"DELAY,FAILURE", NOTIFY_FAILURE | NOTIFY_DELAY, "FAILURE,DELAY"},
        {"SUCCESS,FAILURE,DELAY", NOTIFY_SUCCESS | NOTIFY_FAILURE | NOTIFY_DELAY,
         "SUCCESS,FAILURE,DELAY"},
        {"SUCCESS,SUCCESS", NOTIFY_SUCCESS, "SUCCESS"},
        {NULL, 0, "-"},
        {"", 0, "-"},
        {",", 0, "-"},
        {"SUCCESS,", 0, "-"},
        {"NEVER,DELAY", 0, "-"},
        {"DELAY,NEVER", 0, "-"},
        {"NEVER,NEVER", 0, "-"},
        {"SUCCES", 0, "-"},
        {"SUCCESSFUL", 0, "-"},
        {"SUCCESS FAILURE", 0, "-"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        unsigned when;
        char words_of_it[32];
        bool right = notify_parse_when(values[i].value, &when);
        assert_int_equal(right, values[i].when != 0);
        assert_string_equal(notify_words(right ? when : NOTIFY_UNSAID, words_of_it),
                            values[i].words);
        if (right)
            assert_int_equal(when, values[i].when);
    }
}

static void reads_the_others(void **state) {
    (void)state;
    enum notify_return content;
    char id[NOTIFY_ENVID_LIMIT + 1], original[NOTIFY_ORIGINAL_LIMIT + 1];
    assert_true(notify_parse_return("full", &content) && content == NOTIFY_RETURN_FULL);
    assert_true(notify_parse_return("HDRS", &content) && content == NOTIFY_RETURN_HEADERS);
    assert_false(notify_parse_return("", &content) || notify_parse_return(NULL, &content) ||
                 notify_parse_return("BODY", &content));

    assert_true(notify_parse_envid("letter+2B7", id));
    assert_string_equal(id, "letter+7");
    char longest[NOTIFY_ENVID_LIMIT + 2];
    memset(longest, 'x', sizeof longest);
    longest[NOTIFY_ENVID_LIMIT + 1] = '\0';
    assert_false(notify_parse_envid(longest, id));
    assert_true(notify_parse_envid(longest + 1, id));
    assert_false(notify_parse_envid(NULL, id));

    assert_true(notify_parse_original("rfc822;bob+2Bx@example.org", false, original));
    assert_string_equal(original, "rfc822;bob+x@example.org");
    assert_true(notify_parse_original("UTF-8;\xc4\xb1@example.org", true, original));
    assert_string_equal(original, "UTF-8;\xc4\xb1@example.org");
    static const char *const bad[] = {
        NULL,        "",       ";",        "rfc822",     "rfc822;",       ";bob@x",
        "rfc 822;x", "a(b);x", "rfc822;+", "rfc822;a=b", "utf-8;\xc4\xb1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(notify_parse_original(bad[i], false, original));
    assert_false(notify_parse_original("rfc822;\xc4\xb1", true, original));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_xtext),
        cmocka_unit_test(reads_when_to_notify),
        cmocka_unit_test(reads_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
