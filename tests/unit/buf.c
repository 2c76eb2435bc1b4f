#include "buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void starts_without_memory(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_null(buf.bytes);
    assert_int_equal(buf.length, 0);
    assert_true(buf_equals(&buf, ""));
    assert_false(buf_equals(&buf, "x"));
    buf_consume(&buf, 3);
    buf_clear(&buf);
    buf_wipe(&buf);
    buf_free(&buf);
}

static void appending_nothing_makes_a_string(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 0);
    assert_int_equal(buf_append(&buf, NULL, 0), 0);
    assert_string_equal(buf.bytes, "");
    buf_free(&buf);
    assert_int_equal(buf_printf(&buf, "%s", ""), 0);
    assert_string_equal(buf.bytes, "");
    buf_free(&buf);
}

static void grows_up_to_its_limit_and_not_past_it(void **state) {
    (void)state;
    static const size_t limits[] = {0, 1, 2, 63, 64, 65, 127, 128, 512, 1000, 100000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct buf buf;
        buf_init(&buf, limits[i]);
        for (size_t n = 0; n < limits[i]; n++)
            assert_int_equal(buf_append(&buf, &"abcdefg"[n % 7], 1), 0);
        assert_int_equal(buf.length, limits[i]);
        assert_true(buf.capacity <= limits[i] + 1);
        assert_int_equal(buf_append(&buf, "x", 1), -1);
        assert_int_equal(buf_printf(&buf, "x"), -1);
        assert_int_equal(buf_append(&buf, "x", SIZE_MAX), -1);
        assert_int_equal(buf.length, limits[i]);
        for (size_t n = 0; n < limits[i]; n++)
            assert_int_equal(buf.bytes[n], "abcdefg"[n % 7]);
        assert_true(limits[i] == 0 || buf.bytes[limits[i]] == '\0');
        buf_free(&buf);
    }
}

static void a_refused_append_changes_nothing(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 5);
    assert_int_equal(buf_append(&buf, "abc", 3), 0);
    assert_int_equal(buf_append(&buf, "def", 3), -1);
    assert_int_equal(buf_printf(&buf, "%d", 123), -1);
    assert_string_equal(buf.bytes, "abc");
    assert_int_equal(buf_printf(&buf, "%d", 12), 0);
    assert_string_equal(buf.bytes, "abc12");
    buf_free(&buf);
}

static void no_limit_is_no_overflow(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, SIZE_MAX);
    assert_int_equal(buf_append(&buf, "abc", 3), 0);
    assert_int_equal(buf_append(&buf, "abc", SIZE_MAX - 3), -1);
    assert_int_equal(buf_append(&buf, "abc", SIZE_MAX / 2), -1);
    assert_string_equal(buf.bytes, "abc");
    buf_free(&buf);
}

static void holds_nul(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    assert_int_equal(buf_append(&buf, "a\0b", 3), 0);
    assert_int_equal(buf.length, 3);
    assert_memory_equal(buf.bytes, "a\0b", 4);
    assert_false(buf_equals(&buf, "a"));
    buf_free(&buf);
}

static void gives_out_from_the_front(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    buf_printf(&buf, "hello %s", "world");
    buf_consume(&buf, 0);
    buf_consume(&buf, 6);
    assert_true(buf_equals(&buf, "world"));
    assert_string_equal(buf.bytes, "world");
    buf_consume(&buf, 99);
    assert_true(buf_equals(&buf, ""));
    assert_string_equal(buf.bytes, "");
    buf_free(&buf);
}

static void clear_keeps_the_memory(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    buf_printf(&buf, "hello");
    char *before = buf.bytes;
    buf_clear(&buf);
    assert_int_equal(buf.length, 0);
    assert_string_equal(buf.bytes, "");
    buf_printf(&buf, "again");
    assert_ptr_equal(buf.bytes, before);
    buf_free(&buf);
    assert_null(buf.bytes);
    buf_printf(&buf, "and again");
    assert_true(buf_equals(&buf, "and again"));
    buf_wipe(&buf);
    assert_null(buf.bytes);
    assert_int_equal(buf.limit, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_without_memory),
        cmocka_unit_test(appending_nothing_makes_a_string),
        cmocka_unit_test(grows_up_to_its_limit_and_not_past_it),
        cmocka_unit_test(a_refused_append_changes_nothing),
        cmocka_unit_test(no_limit_is_no_overflow),
        cmocka_unit_test(holds_nul),
        cmocka_unit_test(gives_out_from_the_front),
        cmocka_unit_test(clear_keeps_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
