#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct repl_word words[] = {
    {"EHLO", "name", "greets"},
    {"MAIL FROM:", "<sender> [SIZE=bytes]", "begins a message"},
    {"RCPT TO:", "<recipient>", "adds a recipient"},
    {"RSET", "", "forgets"},
    {"HELO", "name", "greets the old way"},
    {"HELP", "[command]", "asks for help"},
    {NULL, NULL, NULL},
};

static void one_word_that_fits_is_hinted_at(void **state) {
    (void)state;
    static const struct {
        const char *typed, *hint;
    } cases[] = {
        {"", ""},
        {"E", "HLO name"},
        {"eh", "LO name"},
        {"EHLO", " name"},
        {"EHLO ", "name"},
        {"EHLO n", "ame"},
        {"EHLO x", ""},
        {"EHLOx", ""},
        {"EHLO  ", ""},
        {"MA", "IL FROM:<sender> [SIZE=bytes]"},
        {"mail from:", "<sender> [SIZE=bytes]"},
        {"Mail From:<", "sender> [SIZE=bytes]"},
        {"MAIL FROM:<alice", ""},
        {"R", ""}, /* two fit */
        {"RS", "ET"},
        {"RSET", ""},
        {"RSET ", ""},
        {"HEL", ""},
        {"HELP", " [command]"},
        {"X", ""},
    };
    struct buf hint;
    buf_init(&hint, 512);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_hint(words, cases[i].typed, &hint);
        assert_true(buf_equals(&hint, cases[i].hint));
    }
    words_hint(NULL, "E", &hint);
    assert_int_equal(hint.length, 0);
    buf_free(&hint);
}

static void all_that_fit_are_found(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        const char *found[7];
    } cases[] = {
        {"", {"EHLO", "MAIL FROM:", "RCPT TO:", "RSET", "HELO", "HELP"}},
        {"r", {"RCPT TO:", "RSET"}},
        {"hel", {"HELO", "HELP"}},
        {"mail f", {"MAIL FROM:"}},
        {"MAIL FROM:<", {NULL}},
        {"x", {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t index = 0;
        for (size_t n = 0; cases[i].found[n] != NULL; n++) {
            const struct repl_word *word = words_match(words, cases[i].typed, &index);
            assert_non_null(word);
            assert_string_equal(word->word, cases[i].found[n]);
        }
        assert_null(words_match(words, cases[i].typed, &index));
        assert_null(words_match(words, cases[i].typed, &index));
    }
    assert_null(words_match(NULL, "", &(size_t){0}));
}

static void a_completed_word_goes_on_as_its_hint_does(void **state) {
    (void)state;
    static const char appended[] = {' ', '<', '<', '\0', ' ', ' '};
    for (size_t i = 0; words[i].word != NULL; i++)
        assert_int_equal(words_append(&words[i]), appended[i]);
}

static void the_list_has_columns(void **state) {
    (void)state;
    static const struct repl_word some[] = {
        {"EHLO", "name", "greets"},
        {"MAIL FROM:", "<sender> [SIZE=bytes]", "begins a message"},
        {"DATA", "", "the message"},
        {NULL, NULL, NULL},
    };
    struct buf list;
    buf_init(&list, 1000);
    words_list(some, &list);
    assert_string_equal(list.bytes, "  EHLO name               greets\n"
                                    "  MAIL FROM:<sender> [SIZE=bytes]\n"
                                    "                          begins a message\n"
                                    "  DATA                    the message\n");
    buf_clear(&list);
    words_list(NULL, &list);
    assert_int_equal(list.length, 0);
    buf_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_word_that_fits_is_hinted_at),
        cmocka_unit_test(all_that_fit_are_found),
        cmocka_unit_test(a_completed_word_goes_on_as_its_hint_does),
        cmocka_unit_test(the_list_has_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
