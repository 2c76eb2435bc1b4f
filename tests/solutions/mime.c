/* Lab 06: the contract of shared/mime.h. */
#include "mime.h"
#include "base64.h"
#include "encoded_words.h"
#include "transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static void q(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *encoded;
    } cases[] = {
        {BYTES(""), ""},
        {BYTES("azAZ09!*+-/"), "azAZ09!*+-/"},
        {BYTES("a b"), "a_b"},
        {BYTES("_=?.,:;()<>@\"\\[]'&#$%^`{|}~"),
         "=5F=3D=3F=2E=2C=3A=3B=28=29=3C=3E=40=22=5C=5B=5D=27=26=23=24=25=5E=60=7B=7C=7D=7E"},
        {BYTES("\t\r\n\0\x7f"), "=09=0D=0A=00=7F"},
        {BYTES("Şule"), "=C5=9Eule"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 1000);
        buf_append(&out, "", 0);
        assert_int_equal(mime_q(cases[i].text, cases[i].length, &out, NULL), 0);
        assert_string_equal(out.bytes, cases[i].encoded);
        buf_free(&out);
    }
}

#define FORTY "1234567890123456789012345678901234567890"

static void encoded_words(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t column;
        const char *field;
    } cases[] = {
        {"", 9, ""},
        {"Görüşme", 9, "=?UTF-8?B?R8O2csO8xZ9tZQ==?="},
        {"Toplantı saati", 9, "=?UTF-8?Q?Toplant=C4=B1_saati?="},
        /* as long in both: Q. "ıabc" is 5 bytes: 9 in Q, 8 in base64; "ıabcdefg" 13 and 12 */
        {"ıabc", 9, "=?UTF-8?B?xLFhYmM=?="},
        {"ıabcdef", 9, "=?UTF-8?Q?=C4=B1abcdef?="}, /* 12 and 12 */
        /* what looks like an encoded word is none any more */
        {"=?UTF-8?Q?a?"
         "=",
         9, "=?UTF-8?B?PT9VVEYtOD9RP2E/PQ==?="},
        /* a line of 76 is full: 9 and 67, of which 12 are marks, so 6 and 49 of Q */
        {"ı" FORTY "123456789", 9, "=?UTF-8?Q?=C4=B1" FORTY "123456789?="},
        {"ı" FORTY "123456789a", 9, "=?UTF-8?Q?=C4=B1" FORTY "123456789?=\r\n =?UTF-8?Q?a?="},
        /* of base64 52 letters, that is 39 bytes; 19 letters of two bytes are 38 */
        {"şşşşşşşşşşşşşşşşşşşş", 9,
         "=?UTF-8?B?xZ/Fn8WfxZ/Fn8WfxZ/Fn8WfxZ/Fn8WfxZ/Fn8WfxZ/Fn8WfxZ8=?="
         "\r\n =?UTF-8?B?xZ8=?="},
        /* no room at all in the first line, or for one character only */
        {"ı", 76, "\r\n =?UTF-8?B?xLE=?="},
        {"ı", 200, "\r\n =?UTF-8?B?xLE=?="},
        {"ı", 61, "\r\n =?UTF-8?B?xLE=?="},
        {"ı", 60, "=?UTF-8?B?xLE=?="},
        {"ıabc", 60, "=?UTF-8?B?xLFh?=\r\n =?UTF-8?B?YmM=?="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf field;
        buf_init(&field, 1000);
        buf_append(&field, "", 0);
        assert_int_equal(
            mime_encoded_words(cases[i].text, strlen(cases[i].text), cases[i].column, &field, NULL),
            0);
        assert_string_equal(field.bytes, cases[i].field);
        buf_free(&field);
    }
}

/* Of text by chance: lines, words, characters are whole, and it comes back. */
static void every_text_comes_back_from_encoded_words(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "b", " ", "=", "?", "ş", "İ", "€", "日", "😀"};
    uint32_t random = 7;
    for (int round = 0; round < 2000; round++) {
        struct buf text, field, back;
        buf_init(&text, 4000);
        buf_init(&field, 20000);
        buf_init(&back, 4000);
        buf_append(&text, "ı", 2);
        for (int i = 0; i < round % 200; i++) {
            random = random * 1664525 + 1013904223;
            const char *character = characters[(random >> 16) % (round % 3 == 0 ? 6 : 10)];
            buf_append(&text, character, strlen(character));
        }
        buf_append(&text, "ı", 2);
        size_t column = (random >> 8) % 100;
        assert_int_equal(mime_encoded_words(text.bytes, text.length, column, &field, NULL), 0);
        for (char *line = field.bytes, *end; line != NULL; line = end, column = 0) {
            end = strstr(line, "\r\n");
            size_t length = end == NULL ? strlen(line) : (size_t)(end - line);
            assert_true(length == 0 || column + length <= MIME_HEADER_LINE_LIMIT);
            assert_true(length <= MIME_WORD_LIMIT + (line[0] == ' '));
            end = end == NULL ? NULL : end + 2;
        }
        assert_int_equal(encoded_words_append(&back, field.bytes, field.length), 0);
        assert_string_equal(back.bytes + (back.bytes[0] == ' '), text.bytes);
        assert_null(strstr(back.bytes, "\xEF\xBF\xBD"));
        buf_free(&text);
        buf_free(&field);
        buf_free(&back);
    }
}

#define TEN     "1234567890"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void quoted_printable(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *body;
    } cases[] = {
        {BYTES(""), ""},
        {BYTES("a"), "a"},
        {BYTES("Şule = 1\n"), "=C5=9Eule =3D 1\r\n"},
        {BYTES("!<>~ \ta"), "!<>~ \ta"},
        {BYTES("\x7f\x80\xff\0\x1b"), "=7F=80=FF=00=1B"},
        /* line ends */
        {BYTES("a\nb\r\nc"), "a\r\nb\r\nc"},
        {BYTES("\n\n"), "\r\n\r\n"},
        {BYTES("a\rb\r"), "a=0Db=0D"},
        {BYTES("a\r\r\n"), "a=0D\r\n"},
        /* blanks at the end of a line, and of all */
        {BYTES("a \nb\t\r\nc "), "a=20\r\nb=09\r\nc=20"},
        {BYTES("a  \n"), "a =20\r\n"},
        {BYTES(" "), "=20"},
        {BYTES(" \n"), "=20\r\n"},
        {BYTES(" \r\n"), "=20\r\n"},
        {BYTES(" \rb"), " =0Db"},
        /* 76 characters fit; 77 do not, and the "=" counts */
        {BYTES(SEVENTY "123456\n"), SEVENTY "123456\r\n"},
        {BYTES(SEVENTY "123456"), SEVENTY "123456"},
        {BYTES(SEVENTY "1234567\n"), SEVENTY "12345=\r\n67\r\n"},
        {BYTES(SEVENTY "1234567"), SEVENTY "12345=\r\n67"},
        /* "=C5" is not torn: it ends at 75 where more follows, or at 76 */
        {BYTES(SEVENTY "12\xC5z\n"), SEVENTY "12=C5z\r\n"},
        {BYTES(SEVENTY "12\xC5zz\n"), SEVENTY "12=C5=\r\nzz\r\n"},
        {BYTES(SEVENTY "123\xC5\n"), SEVENTY "123=C5\r\n"},
        {BYTES(SEVENTY "123\xC5z\n"), SEVENTY "123=\r\n=C5z\r\n"},
        {BYTES(SEVENTY "1234\xC5\n"), SEVENTY "1234=\r\n=C5\r\n"},
        /* a blank in column 76 of the last piece; one before a soft break is safe */
        {BYTES(SEVENTY "12345 \n"), SEVENTY "12345=\r\n=20\r\n"},
        {BYTES(SEVENTY "1234 67\n"), SEVENTY "1234 =\r\n67\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf body;
        buf_init(&body, 1000);
        buf_append(&body, "", 0);
        assert_int_equal(mime_quoted_printable(cases[i].text, cases[i].length, &body, NULL), 0);
        assert_string_equal(body.bytes, cases[i].body);
        buf_free(&body);
    }
}

static void base64_lines(void **state) {
    (void)state;
    static unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    for (size_t count = 0; count <= sizeof bytes; count++) {
        struct buf body, back;
        bool clean = true;
        size_t lines = (count + 56) / 57, letters = BASE64_LENGTH(count);
        buf_init(&body, 1000);
        buf_init(&back, 1000);
        buf_append(&body, "", 0);
        assert_int_equal(mime_base64_lines(bytes, count, &body, NULL), 0);
        assert_int_equal(body.length, letters + (lines > 1 ? 2 * (lines - 1) : 0));
        for (size_t i = 1; i < lines; i++)
            assert_memory_equal(body.bytes + 78 * i - 2, "\r\n", 2);
        assert_int_equal(transfer_base64(&back, body.bytes, body.length, &clean), 0);
        assert_true(clean);
        assert_int_equal(back.length, count);
        assert_true(count == 0 || memcmp(back.bytes, bytes, count) == 0);
        buf_free(&body);
        buf_free(&back);
    }
}

static void a_boundary_that_is_in_no_part(void **state) {
    (void)state;
    static const struct {
        struct mime_part parts[2];
        const char *boundary;
    } cases[] = {
        {{{"", BYTES("")}, {"", BYTES("")}}, "=_part_1"},
        {{{"", BYTES("--=_part_1--")}, {"", BYTES("")}}, "=_part_2"},
        {{{"", BYTES("")}, {"", BYTES("\0=_part_1")}}, "=_part_2"},
        {{{"X: =_part_1\r\n", BYTES("=_part_2")}, {"Y: =_part_3\r\n", BYTES("=_part_4")}},
         "=_part_5"},
        /* a longer one begins with it: "--=_part_1" would stand at the front of that line, too */
        {{{"", BYTES("--=_part_10\r\n")}, {"", BYTES("")}}, "=_part_2"},
        {{{"", BYTES("=_part_")}, {"", BYTES("1")}}, "=_part_1"},
    };
    char boundary[MIME_BOUNDARY_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(mime_boundary(cases[i].parts, 2, boundary, NULL), 0);
        assert_string_equal(boundary, cases[i].boundary);
    }
    struct buf all;
    struct failure why;
    buf_init(&all, 100000);
    for (int i = 1; i <= MIME_BOUNDARY_TRIES; i++)
        buf_printf(&all, "=_part_%d ", i);
    const struct mime_part part = {"", all.bytes, all.length};
    assert_int_equal(mime_boundary(&part, 1, boundary, &why), -1);
    assert_string_equal(why.text, "no boundary is free");
    buf_free(&all);
}

static void multipart(void **state) {
    (void)state;
    static const struct mime_part parts[] = {
        {"Content-Type: text/plain\r\n", BYTES("ends\r\n")},
        {"Content-Type: a/b\r\nX: y\r\n", BYTES("does not\0end")},
        {"", BYTES("")},
    };
    static const char wanted[] = "MIME-Version: 1.0\r\n"
                                 "Content-Type: multipart/mixed; boundary=\"=_part_1\"\r\n"
                                 "\r\n"
                                 "A message in several parts (MIME, RFC 2046).\r\n"
                                 "\r\n--=_part_1\r\n"
                                 "Content-Type: text/plain\r\n"
                                 "\r\n"
                                 "ends\r\n"
                                 "\r\n--=_part_1\r\n"
                                 "Content-Type: a/b\r\n"
                                 "X: y\r\n"
                                 "\r\n"
                                 "does not\0end"
                                 "\r\n--=_part_1\r\n"
                                 "\r\n"
                                 "\r\n--=_part_1--\r\n";
    struct buf message;
    buf_init(&message, 1000);
    buf_printf(&message, "MIME-Version: 1.0\r\n");
    assert_int_equal(mime_multipart(parts, 3, &message, NULL), 0);
    assert_int_equal(message.length, sizeof wanted - 1);
    assert_memory_equal(message.bytes, wanted, sizeof wanted - 1);
    buf_free(&message);
}

static void a_full_buf_is_said(void **state) {
    (void)state;
    static const struct mime_part part = {"X: y\r\n", BYTES("body")};
    for (size_t limit = 0; limit < 10; limit++) {
        struct buf out;
        struct failure why;
        buf_init(&out, limit);
        assert_int_equal(mime_q(BYTES("abcdefghij"), &out, &why), -1);
        assert_string_equal(why.text, "the message is too large");
        buf_clear(&out);
        assert_int_equal(mime_encoded_words(BYTES("ş"), 0, &out, &why), -1);
        assert_string_equal(why.text, "the message is too large");
        buf_clear(&out);
        assert_int_equal(mime_quoted_printable(BYTES("ab ş\n\n\n"), &out, &why), -1);
        assert_string_equal(why.text, "the message is too large");
        buf_clear(&out);
        assert_int_equal(mime_base64_lines(BYTES("12345678"), &out, &why), -1);
        assert_string_equal(why.text, "the message is too large");
        buf_clear(&out);
        assert_int_equal(mime_multipart(&part, 1, &out, &why), -1);
        assert_string_equal(why.text, "the message is too large");
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q),
        cmocka_unit_test(encoded_words),
        cmocka_unit_test(every_text_comes_back_from_encoded_words),
        cmocka_unit_test(quoted_printable),
        cmocka_unit_test(base64_lines),
        cmocka_unit_test(a_boundary_that_is_in_no_part),
        cmocka_unit_test(multipart),
        cmocka_unit_test(a_full_buf_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
