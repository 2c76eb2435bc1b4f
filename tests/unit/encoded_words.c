#include "encoded_words.h"
#include "charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static void the_examples_of_rfc_2047(void **state) {
    (void)state;
    static const struct {
        const char *text, *decoded;
    } cases[] = {
        /* §8 */
        {"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
        {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
         "Keld Jørn Simonsen <keld@dkuug.dk>"},
        {"=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>",
         "André Pirard <PIRARD@vm1.ulg.ac.be>"},
        {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
         " =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
         "If you can read this you understand the example."},
        {"Nathaniel Borenstein <nsb@thumper.bellcore.com>\r\n "
         "(=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=)",
         "Nathaniel Borenstein <nsb@thumper.bellcore.com> (םולש ןב ילטפנ)"},
        {"(=?ISO-8859-1?Q?a?=)", "(a)"},
        {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
        {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
        {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
        /* RFC 2231 §5 */
        {"From: =?US-ASCII*EN?Q?Keith_Moore?=", "From: Keith Moore"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(encoded_words_append(&out, cases[i].text, strlen(cases[i].text)), 0);
        assert_string_equal(out.bytes, cases[i].decoded);
        buf_free(&out);
    }
}

static void what_else_stands_in_headers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *decoded;
    } cases[] = {
        {BYTES("plain text"), "plain text"},
        {BYTES("=?UTF-8?B?R8O2csO8xZ9tZQ==?="), "Görüşme"},
        {BYTES("=?utf-8?q?=C5=9E?= =?utf-8?b?xZ8=?="), "Şş"},
        {BYTES("=?ISO-8859-9?Q?=DEule=FD?="), "Şuleı"},
        {BYTES("=?windows-1254?Q?=DE=80?="), "Ş€"},
        /* bytes above 127 that no word speaks of: UTF-8, or nothing */
        {BYTES("Görüşme \xDE"), "Görüşme \xEF\xBF\xBD"},
        /* half a character in each of two words */
        {BYTES("=?UTF-8?Q?=C5?= =?UTF-8?Q?=9E?="), "\xEF\xBF\xBD\xEF\xBF\xBD"},
        /* a header is one line, and gives no orders to a terminal */
        {BYTES("=?UTF-8?Q?a=0D=0AX:_b?="), "a\xEF\xBF\xBD\xEF\xBF\xBDX: b"},
        {BYTES("a\x1b[2J\0b"), "a\xEF\xBF\xBD[2J\xEF\xBF\xBD"
                               "b"},
        {BYTES("=?UTF-8?Q?=C2=9B2J?= \xC2\x85 \xC2\xA0"), "\xEF\xBF\xBD"
                                                          "2J \xEF\xBF\xBD \xC2\xA0"},
        {BYTES("a\r\n\tb"), "a b"},
        /* no encoded words */
        {BYTES("=?UTF-8?X?a?="), "=?UTF-8?X?a?="},
        {BYTES("=?UTF-8?Q?a b?="), "=?UTF-8?Q?a b?="},
        {BYTES("=?UTF-8?Q?a?"), "=?UTF-8?Q?a?"},
        {BYTES("=?UTF-8?Q?a"), "=?UTF-8?Q?a"},
        {BYTES("=?UTF-8?Q?"), "=?UTF-8?Q?"},
        {BYTES("=?UTF-8?Q"), "=?UTF-8?Q"},
        {BYTES("=?UTF-8?"), "=?UTF-8?"},
        {BYTES("=?"), "=?"},
        {BYTES("=??Q?a?="), "=??Q?a?="},
        {BYTES("=?=?UTF-8?Q?a?="), "=?a"},
        {BYTES("=?UTF-8?Q?"
               "?="),
         ""},
        /* sets nobody knows, or nobody should choose, are read as UTF-8 */
        {BYTES("=?x-unknown?Q?=C5=9E?="), "Ş"},
        {BYTES("=?ISO-2022-CN-EXT?Q?a?="), "a"},
        {BYTES("=?../../etc/passwd?Q?a?="), "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 1000);
        buf_append(&out, "", 0);
        assert_int_equal(encoded_words_append(&out, cases[i].text, cases[i].length), 0);
        assert_string_equal(out.bytes, cases[i].decoded);
        buf_free(&out);
    }
}

static void character_sets(void **state) {
    (void)state;
    static const struct {
        const char *charset, *bytes, *utf8;
    } cases[] = {
        {"", "abc", "abc"},
        {"UTF-8", "ş\xFFş", "ş\xEF\xBF\xBDş"},
        {"us-ascii", "ş", "ş"},
        {"iso-8859-15", "\xA4", "€"},
        {"KOI8-R", "\xF0\xD2", "Пр"},
        {"iso-2022-jp", "\x1b$B$3\x1b(B!", "こ!"},
        {"Shift_JIS", "\x82\xB1\x82", "こ\xEF\xBF\xBD"}, /* ends within a character */
        {"euc-jp", "\xFF\xA4\xB3", "\xEF\xBF\xBDこ"},
        {"iso-8859-999", "\xDE", "\xEF\xBF\xBD"},
        {"iso-8859-", "\xDE", "\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 100);
        assert_int_equal(
            charset_append(&out, cases[i].charset, cases[i].bytes, strlen(cases[i].bytes)), 0);
        assert_string_equal(out.bytes, cases[i].utf8);
        buf_free(&out);
    }
}

static void words_are_found_one_by_one(void **state) {
    (void)state;
    static const char text[] = "a =?x =?UTF-8?Q?b?=\r\n =?UTF-8?B?Yw==?= d";
    size_t at = 0;
    assert_int_equal(encoded_words_next(text, sizeof text - 1, &at), 13);
    assert_int_equal(at, 6);
    at += 13;
    assert_int_equal(encoded_words_next(text, sizeof text - 1, &at), 16);
    assert_int_equal(at, 22);
    at += 16;
    assert_int_equal(encoded_words_next(text, sizeof text - 1, &at), 0);
}

static void a_limit_is_kept(void **state) {
    (void)state;
    struct buf out;
    buf_init(&out, 5);
    assert_int_equal(encoded_words_append(&out, BYTES("=?UTF-8?Q?abcdef?=")), -1);
    buf_free(&out);
    buf_init(&out, 5);
    assert_int_equal(charset_append(&out, "iso-8859-9", BYTES("\xDE\xDE\xDE")), -1);
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_2047), cmocka_unit_test(what_else_stands_in_headers),
        cmocka_unit_test(character_sets),           cmocka_unit_test(words_are_found_one_by_one),
        cmocka_unit_test(a_limit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
