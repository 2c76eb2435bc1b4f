#include "failure.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void says_what_failed(void **state) {
    (void)state;
    struct failure why;
    assert_int_equal(failure_set(&why, "%s port %d: gone", "mail.example.org", 25), -1);
    assert_string_equal(why.text, "mail.example.org port 25: gone");
}

static void nobody_wants_to_know(void **state) {
    (void)state;
    assert_int_equal(failure_set(NULL, "x"), -1);
    assert_int_equal(failure_system(NULL, EIO, "x"), -1);
    assert_int_equal(failure_not_written(NULL, 1, "x"), -1);
}

static void adds_the_system_s_words(void **state) {
    (void)state;
    static const struct {
        int error;
        const char *text;
    } cases[] = {
        {ECONNREFUSED, "port 25: connection refused"},
        {ENOENT, "port 25: no such file or directory"},
        {EIO, "port 25: input/output error"},
        {ENOTBLK, "port 25: block device required"},
        {EDOTDOT, "port 25: RFS specific error"},
        {99999, "port 25: error 99999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure why;
        assert_int_equal(failure_system(&why, cases[i].error, "port %d", 25), -1);
        assert_string_equal(why.text, cases[i].text);
    }
}

static void old_words_may_stand_in_new_ones(void **state) {
    (void)state;
    struct failure why;
    failure_set(&why, "no such file");
    failure_set(&why, "kit.ini: %s", why.text);
    assert_string_equal(why.text, "kit.ini: no such file");
    failure_system(&why, EIO, "%s", why.text);
    assert_string_equal(why.text, "kit.ini: no such file: input/output error");
}

static void stays_one_printable_line(void **state) {
    (void)state;
    struct failure why;
    failure_set(&why, "reply \"%s\"", "250 ok\r\n\x1b[2Jforged\x7f");
    assert_string_equal(why.text, "reply \"250 ok???[2Jforged?\"");
    failure_set(&why, "Dosya bulunamadı: İ");
    assert_string_equal(why.text, "Dosya bulunamadı: İ");
}

/* Characters of 1 to 4 octets at every place around the cut. */
static void cuts_between_characters(void **state) {
    (void)state;
    static const char *characters[] = {"a", "ç", "€", "\xF0\x9F\x93\xA7"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t before = 0; before < 8; before++) {
            struct failure why;
            char long_text[sizeof why.text + 40] = "";
            memset(long_text, 'x', before);
            while (strlen(long_text) < sizeof why.text + 20)
                strcat(long_text, characters[c]);
            failure_set(&why, "%s", long_text);
            size_t size = strlen(characters[c]), room = sizeof why.text - 1 - before;
            size_t expected = before + room / size * size;
            assert_int_equal(strlen(why.text), expected);
            assert_memory_equal(why.text, long_text, expected);
        }
    }
}

static void names_the_todo(void **state) {
    (void)state;
    struct failure why;
    assert_int_equal(failure_not_written(&why, 3, "smtp_data"), -1);
    assert_string_equal(why.text, "TODO 3: smtp_data is not written yet");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_failed),
        cmocka_unit_test(nobody_wants_to_know),
        cmocka_unit_test(adds_the_system_s_words),
        cmocka_unit_test(old_words_may_stand_in_new_ones),
        cmocka_unit_test(stays_one_printable_line),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(names_the_todo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
