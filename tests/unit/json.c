#include "json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nothing_is_empty_brackets(void **state) {
    (void)state;
    struct buf out;
    struct json json;
    buf_init(&out, 1000);
    json_begin(&json, &out);
    json_open(&json, NULL, '{');
    json_close(&json);
    assert_int_equal(json_end(&json), 0);
    assert_string_equal(out.bytes, "{}\n");
    buf_free(&out);
}

static void values_stand_in_their_brackets(void **state) {
    (void)state;
    struct buf out;
    struct json json;
    buf_init(&out, 1000);
    json_begin(&json, &out);
    json_open(&json, NULL, '{');
    json_text(&json, "name", "03");
    json_open(&json, "list", '[');
    json_number(&json, NULL, -7);
    json_decimal(&json, NULL, 1.25, 1);
    json_decimal(&json, NULL, NAN, 1);
    json_truth(&json, NULL, true);
    json_text(&json, NULL, NULL);
    json_close(&json);
    json_close(&json);
    assert_int_equal(json_end(&json), 0);
    assert_string_equal(out.bytes, "{\n"
                                   "  \"name\": \"03\",\n"
                                   "  \"list\": [\n"
                                   "    -7,\n"
                                   "    1.2,\n"
                                   "    null,\n"
                                   "    true,\n"
                                   "    null\n"
                                   "  ]\n"
                                   "}\n");
    buf_free(&out);
}

static void strings_are_escaped(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *json;
    } cases[] = {
        {"", 0, "\"\"\n"},
        {"a\"b\\c", 5, "\"a\\\"b\\\\c\"\n"},
        {"\r\n\t\0\x7f", 5, "\"\\u000d\\u000a\\u0009\\u0000\\u007f\"\n"},
        {"\xc5\x9f", 2, "\"\xc5\x9f\"\n"},
        {"\xc5", 1, "\"\xef\xbf\xbd\"\n"},                                 /* cut short */
        {"\xff", 1, "\"\xef\xbf\xbd\"\n"},                                 /* never in UTF-8 */
        {"\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"\n"},                 /* longer than needed */
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n"}, /* a surrogate */
        {"\xf0\x9f\x93\xac", 4, "\"\xf0\x9f\x93\xac\"\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        struct json json;
        buf_init(&out, 1000);
        json_begin(&json, &out);
        json_bytes(&json, NULL, cases[i].bytes, cases[i].length);
        assert_int_equal(json_end(&json), 0);
        assert_string_equal(out.bytes, cases[i].json);
        buf_free(&out);
    }
}

static void what_is_not_whole_is_said_at_the_end(void **state) {
    (void)state;
    struct buf out;
    struct json json;
    buf_init(&out, 10);
    json_begin(&json, &out);
    json_text(&json, NULL, "more than ten bytes");
    assert_int_equal(json_end(&json), -1);
    buf_free(&out);

    buf_init(&out, 1000);
    json_begin(&json, &out);
    json_open(&json, NULL, '[');
    assert_int_equal(json_end(&json), -1); /* never closed */
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_empty_brackets),
        cmocka_unit_test(values_stand_in_their_brackets),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(what_is_not_whole_is_said_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
