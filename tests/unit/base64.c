#include "base64.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct pair {
    const char *bytes;
    size_t count;
    const char *text;
} pairs[] = {
    /* RFC 4648 §10 */
    {"", 0, ""},
    {"f", 1, "Zg=="},
    {"fo", 2, "Zm8="},
    {"foo", 3, "Zm9v"},
    {"foob", 4, "Zm9vYg=="},
    {"fooba", 5, "Zm9vYmE="},
    {"foobar", 6, "Zm9vYmFy"},
    {"Man", 3, "TWFu"},
    {"Lev!", 4, "TGV2IQ=="},
    /* RFC 4616 §4: NULs within */
    {"\0tim\0tanstaaftanstaaf", 21, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"},
    {"\0", 1, "AA=="},
    {"\0\0\0", 3, "AAAA"},
    {"\xff\xff\xff", 3, "////"},
    {"\xfb\xef\xbe", 3, "++++"},
};

static void the_rfcs_examples_both_ways(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct buf text, bytes;
        buf_init(&text, 100);
        buf_init(&bytes, 100);
        assert_int_equal(base64_encode(pairs[i].bytes, pairs[i].count, &text), 0);
        assert_string_equal(text.bytes, pairs[i].text);
        assert_int_equal(text.length, BASE64_LENGTH(pairs[i].count));
        assert_int_equal(base64_decode(pairs[i].text, strlen(pairs[i].text), &bytes), 0);
        assert_int_equal(bytes.length, pairs[i].count);
        assert_memory_equal(bytes.bytes, pairs[i].bytes, pairs[i].count);
        buf_free(&text);
        buf_free(&bytes);
    }
}

static void every_length_comes_back(void **state) {
    (void)state;
    static unsigned char all[3000];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)(i * 7 + i / 256);
    for (size_t count = 0; count < sizeof all; count += count < 800 ? 1 : 137) {
        struct buf text, bytes;
        buf_init(&text, BASE64_LENGTH(count)); /* exactly as much as is needed */
        buf_init(&bytes, count);
        assert_int_equal(base64_encode(all, count, &text), 0);
        assert_int_equal(text.length, BASE64_LENGTH(count));
        assert_null(strpbrk(text.bytes, "\r\n"));
        assert_int_equal(base64_decode(text.bytes, text.length, &bytes), 0);
        assert_int_equal(bytes.length, count);
        assert_memory_equal(bytes.bytes, all, count);
        buf_free(&text);
        buf_free(&bytes);
    }
}

static void adds_behind_what_is_there(void **state) {
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    buf_printf(&buf, "AUTH PLAIN ");
    assert_int_equal(base64_encode("Man", 3, &buf), 0);
    assert_int_equal(base64_decode("TWFu", 4, &buf), 0);
    assert_string_equal(buf.bytes, "AUTH PLAIN TWFuMan");
    buf_free(&buf);
}

/* A text and its length, which may include NUL. */
#define BAD(text) \
    { text, sizeof(text) - 1 }

static void bad_text_is_refused_and_adds_nothing(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } bad[] = {
        /* groups that are not whole */
        BAD("T"),
        BAD("TW"),
        BAD("TWF"),
        BAD("TWFuT"),
        BAD("TWFuTW"),
        BAD("TWFuTWF"),
        BAD("Zg="),
        BAD("Zm8"),
        /* too much padding, or padding where none may be */
        BAD("="),
        BAD("=="),
        BAD("==="),
        BAD("===="),
        BAD("T==="),
        BAD("Zg==="),
        BAD("Zg===="),
        BAD("TWFu===="),
        BAD("Zg==TWFu"),
        BAD("Zg==Zg=="),
        BAD("Zm8=Zm8="),
        BAD("T=Fu"),
        BAD("=WFu"),
        BAD("TW=u"),
        BAD("TW==="),
        /* bits left over: Zg== is "f", these would be "f" again (RFC 4648 §3.5) */
        BAD("Zh=="),
        BAD("Zk=="),
        BAD("Zv=="),
        BAD("Zm9="),
        BAD("Zm+="),
        BAD("//=="),
        BAD("///="),
        /* other characters: white space, the URL's alphabet, NUL, eight bits, controls */
        BAD(" TWFu"),
        BAD("TWFu "),
        BAD("TW Fu"),
        BAD("    "),
        BAD("TWFu\n"),
        BAD("TWFu\r\n"),
        BAD("\nTWF"),
        BAD("TWFu    "),
        BAD("TW\nu"),
        BAD("TW-u"),
        BAD("TW_u"),
        BAD("TW.u"),
        BAD("TW,u"),
        BAD("TW\0u"),
        BAD("\0\0\0\0"),
        BAD("TWFu\0\0\0\0"),
        BAD("TW\xc3\xbc"),
        BAD("TW\x80u"),
        BAD("\xff\xff\xff\xff"),
        BAD("TW\x7fu"),
        BAD("*"),
        BAD("****"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf bytes;
        buf_init(&bytes, 100);
        buf_printf(&bytes, "before");
        if (base64_decode(bad[i].text, bad[i].length, &bytes) != -1)
            fail_msg("taken, though it is not base64: %s", bad[i].text);
        assert_true(buf_equals(&bytes, "before"));
        buf_free(&bytes);
    }
}

static void only_one_spelling_of_each_end(void **state) {
    (void)state;
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int one = 0, two = 0;
    for (int i = 0; i < 64; i++) {
        struct buf bytes;
        buf_init(&bytes, 100);
        one += base64_decode((char[]){'A', letters[i], '=', '='}, 4, &bytes) == 0;
        two += base64_decode((char[]){'A', 'A', letters[i], '='}, 4, &bytes) == 0;
        buf_free(&bytes);
    }
    assert_int_equal(one, 4);  /* two bits count, four are left over */
    assert_int_equal(two, 16); /* four count, two are left over */
}

static void a_limit_is_kept_and_nothing_is_left_half_done(void **state) {
    (void)state;
    static const unsigned char many[2000];
    struct buf text, bytes;
    buf_init(&text, BASE64_LENGTH(sizeof many) - 1);
    assert_int_equal(base64_encode(many, sizeof many, &text), -1);
    assert_int_equal(text.length, 0);
    buf_free(&text);
    buf_init(&text, BASE64_LENGTH(sizeof many));
    assert_int_equal(base64_encode(many, sizeof many, &text), 0);
    buf_init(&bytes, sizeof many - 1);
    assert_int_equal(base64_decode(text.bytes, text.length, &bytes), -1);
    assert_int_equal(bytes.length, 0);
    buf_free(&text);
    buf_free(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfcs_examples_both_ways),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(adds_behind_what_is_there),
        cmocka_unit_test(bad_text_is_refused_and_adds_nothing),
        cmocka_unit_test(only_one_spelling_of_each_end),
        cmocka_unit_test(a_limit_is_kept_and_nothing_is_left_half_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
