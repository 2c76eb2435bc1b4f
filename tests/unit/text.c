#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void escapes_stand_for_bytes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *bytes; /* NULL: wrong */
        size_t length;
    } cases[] = {
        {"", "", 0},
        {"plain", "plain", 5},
        {"a\\r\\n", "a\r\n", 3},
        {"\\t\\\\\\\"", "\t\\\"", 3},
        {"\\0", "\0", 1},
        {"\\x00\\x7f\\xFf", "\0\x7f\xff", 3},
        {"\\x41B", "AB", 2},
        {"\\", NULL, 0},
        {"a\\", NULL, 0},
        {"\\q", NULL, 0},
        {"\\x", NULL, 0},
        {"\\x4", NULL, 0},
        {"\\xg0", NULL, 0},
        {"\\x0g", NULL, 0},
        {"\\N", NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf bytes;
        struct failure why;
        buf_init(&bytes, 100);
        int result = text_unescape(cases[i].text, strlen(cases[i].text), &bytes, &why);
        assert_int_equal(result, cases[i].bytes == NULL ? -1 : 0);
        if (result == 0) {
            assert_int_equal(bytes.length, cases[i].length);
            if (bytes.length > 0)
                assert_memory_equal(bytes.bytes, cases[i].bytes, bytes.length);
        }
        buf_free(&bytes);
    }
}

static void unescaping_keeps_to_the_limit(void **state) {
    (void)state;
    struct buf bytes;
    struct failure why;
    buf_init(&bytes, 3);
    assert_int_equal(text_unescape("abcd", 4, &bytes, &why), -1);
    assert_string_equal(why.text, "longer than 3 bytes");
    buf_free(&bytes);
}

static void strings_in_a_row_are_one(void **state) {
    (void)state;
    static const struct {
        const char *text, *bytes, *rest;
    } cases[] = {
        {"\"\"", "", ""},
        {"\"a b\"", "a b", ""},
        {"\"a\" \"b\"\t\"c\"  rest", "abc", "rest"},
        {"\"a\\\"b\"x", "a\"b", "x"},
        {"\"a\\\\\" b", "a\\", "b"},
        {"a", NULL, NULL},
        {"", NULL, NULL},
        {"\"a", NULL, NULL},
        {"\"a\\\"", NULL, NULL},
        {"\"a\" \"b", NULL, NULL},
        {"\"\\q\"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf bytes;
        const char *rest = cases[i].text;
        buf_init(&bytes, 100);
        int result = text_quoted(&rest, &bytes, NULL);
        assert_int_equal(result, cases[i].bytes == NULL ? -1 : 0);
        if (result == 0) {
            assert_true(buf_equals(&bytes, cases[i].bytes));
            assert_string_equal(rest, cases[i].rest);
        }
        buf_free(&bytes);
    }
}

static void a_line_is_words(void **state) {
    (void)state;
    static const struct {
        const char *value;
        int count; /* -1: wrong */
        const char *words[4];
    } cases[] = {
        {"", 0, {NULL}},
        {"   ", 0, {NULL}},
        {"one", 1, {"one"}},
        {" one  two\tthree ", 3, {"one", "two", "three"}},
        {"--from \"\" x", 3, {"--from", "", "x"}},
        {"\"a b\" c", 2, {"a b", "c"}},
        {"\"a\\nb\"", 1, {"a\nb"}},
        {"a\"b", 1, {"a\"b"}}, /* a quote inside a word is a byte like any other */
        {"\"open", -1, {NULL}},
        {"\"nul\\0\"", -1, {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments words = {0};
        int result = text_words(cases[i].value, &words, NULL);
        assert_int_equal(result, cases[i].count < 0 ? -1 : 0);
        for (int j = 0; j < cases[i].count; j++)
            assert_string_equal(words.words[j], cases[i].words[j]);
        if (result == 0)
            assert_int_equal(words.count, cases[i].count);
        arguments_free(&words);
    }
}

static void numbers_and_times(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int milliseconds; /* -1: wrong */
    } times[] = {{"10s", 10000},   {"500ms", 500},
                 {"2m", 120000},   {"0s", 0},
                 {"60m", 3600000}, {"61m", -1},
                 {"10", -1},       {"s", -1},
                 {"-1s", -1},      {" 1s", -1},
                 {"1 s", -1},      {"", -1},
                 {"1h", -1},       {"99999999999999999999s", -1}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int milliseconds = -1;
        int result = text_duration(times[i].text, &milliseconds, NULL);
        assert_int_equal(result, times[i].milliseconds < 0 ? -1 : 0);
        if (result == 0)
            assert_int_equal(milliseconds, times[i].milliseconds);
    }
    static const char *const wrong[] = {"", "x", "-1", "+1", "1x", "11", "18446744073709551617"};
    unsigned long number;
    assert_int_equal(text_number("10", 10, &number, NULL), 0);
    assert_int_equal(number, 10);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(text_number(wrong[i], 10, &number, NULL), -1);
}

static void only_whole_words_begin_a_text(void **state) {
    (void)state;
    assert_string_equal(text_after("holds 2", "holds"), "2");
    assert_string_equal(text_after("holds\t  2", "holds"), "2");
    assert_string_equal(text_after("empty", "empty"), "");
    assert_null(text_after("holdsome", "holds"));
    assert_null(text_after("hold", "holds"));
    assert_null(text_after("", "holds"));
}

static void bytes_can_be_printed_and_read_back(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *text;
        size_t columns;
    } cases[] = {
        {"plain", 5, "plain", 5},
        {"a\r\n", 3, "a\\r\\n", 5},
        {"\0\x1b\x7f", 3, "\\0\\x1b\\x7f", 10},
        {"\\", 1, "\\\\", 2},
        {"\"", 1, "\"", 1},
        {"\xc4\xb1\xc5\x9f", 4, "\xc4\xb1\xc5\x9f", 2},      /* two letters */
        {"\xf0\x9f\x93\xa8", 4, "\xf0\x9f\x93\xa8", 1},      /* four bytes, one character */
        {"\xc4", 1, "\\xc4", 4},                             /* cut */
        {"\xc0\xaf", 2, "\\xc0\\xaf", 8},                    /* overlong */
        {"\xed\xa0\x80", 3, "\\xed\\xa0\\x80", 12},          /* a surrogate */
        {"\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80", 16}, /* beyond Unicode */
        {"\xc2\x85", 2, "\\xc2\\x85", 8},                    /* a control character */
        {"\xff", 1, "\\xff", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out, back;
        size_t columns;
        buf_init(&out, 100);
        buf_init(&back, 100);
        assert_int_equal(text_printable(cases[i].bytes, cases[i].length, &out, &columns), 0);
        assert_true(buf_equals(&out, cases[i].text));
        assert_int_equal(columns, cases[i].columns);
        assert_int_equal(text_unescape(out.bytes, out.length, &back, NULL), 0);
        assert_int_equal(back.length, cases[i].length);
        assert_memory_equal(back.bytes, cases[i].bytes, back.length);
        buf_free(&out);
        buf_free(&back);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_stand_for_bytes),
        cmocka_unit_test(unescaping_keeps_to_the_limit),
        cmocka_unit_test(strings_in_a_row_are_one),
        cmocka_unit_test(a_line_is_words),
        cmocka_unit_test(numbers_and_times),
        cmocka_unit_test(only_whole_words_begin_a_text),
        cmocka_unit_test(bytes_can_be_printed_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
