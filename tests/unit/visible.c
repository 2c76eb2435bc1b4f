#include "visible.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static void what_a_terminal_obeys_is_shown_by_value(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        const char *visible;
    } cases[] = {
        {BYTES(""), ""},
        {BYTES("220 ready\r\n"), "220 ready\n"},
        {BYTES("a\nb\n"), "a\nb\n"},
        {BYTES("a\tb"), "a\tb"},
        {BYTES("a\rb"), "a\\rb"},
        {BYTES("a\r\r\n"), "a\\r\n"},
        {BYTES("a\r"), "a\\r"},
        {BYTES("\x1b[2J\x07"), "\\x1B[2J\\x07"},
        {BYTES("\0\x01\x1f\x7f"), "\\x00\\x01\\x1F\\x7F"},
        {BYTES("a\\b"), "a\\b"},
        /* UTF-8: one of each length, and its edges */
        {BYTES("ı ç ş ü ö İ"), "ı ç ş ü ö İ"},
        {BYTES("\xC2\xA0"), "\xC2\xA0"},
        {BYTES("\xE2\x82\xAC"), "\xE2\x82\xAC"},
        {BYTES("\xF0\x9F\x93\xA7"), "\xF0\x9F\x93\xA7"},
        {BYTES("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF"},
        /* U+0080 to U+009F are control characters: CSI is \xC2\x9B */
        {BYTES("\xC2\x9B"
               "2J"),
         "\\xC2\\x9B2J"},
        {BYTES("\x9B"
               "2J"),
         "\\x9B2J"},
        /* not UTF-8: alone, cut, overlong, a surrogate, too high */
        {BYTES("\x80"), "\\x80"},
        {BYTES("\xFF\xFE"), "\\xFF\\xFE"},
        {BYTES("\xC4"), "\\xC4"},
        {BYTES("\xC4"
               "a"),
         "\\xC4a"},
        {BYTES("\xE2\x82"), "\\xE2\\x82"},
        {BYTES("\xE2\x82\n"), "\\xE2\\x82\n"},
        {BYTES("\xC0\xAF"), "\\xC0\\xAF"},
        {BYTES("\xC1\xBF"), "\\xC1\\xBF"},
        {BYTES("\xE0\x80\xAF"), "\\xE0\\x80\\xAF"},
        {BYTES("\xF0\x80\x80\xAF"), "\\xF0\\x80\\x80\\xAF"},
        {BYTES("\xED\xA0\x80"), "\\xED\\xA0\\x80"},
        {BYTES("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80"},
        {BYTES("\xF5\x80\x80\x80"), "\\xF5\\x80\\x80\\x80"},
        {BYTES("\xC4\xC4\xB1"), "\\xC4ı"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(buf_append(&out, ">", 1), 0);
        assert_int_equal(visible_append(&out, cases[i].bytes, cases[i].count), 0);
        assert_string_equal(out.bytes + 1, cases[i].visible);
        buf_free(&out);
    }
}

static void it_never_grows_past_the_limit(void **state) {
    (void)state;
    struct buf out;
    buf_init(&out, 10);
    assert_int_equal(visible_append(&out, BYTES("1234567\x1b")), -1);
    assert_true(out.length <= 10);
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_obeys_is_shown_by_value),
        cmocka_unit_test(it_never_grows_past_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
