#include "field.h"
#include "date.h"
#include "media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static void dates(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        time_t time;
        const char *date;
    } cases[] = {
        {"UTC0", 0, "Thu, 1 Jan 1970 00:00:00 +0000"},
        {"<+03>-3", 1795244828, "Sat, 21 Nov 2026 10:07:08 +0300"},
        {"<-0930>9:30", 1795244828, "Fri, 20 Nov 2026 21:37:08 -0930"},
        {"<+0545>-5:45", 1795244828, "Sat, 21 Nov 2026 12:52:08 +0545"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf date;
        buf_init(&date, 100);
        setenv("TZ", cases[i].zone, 1);
        tzset();
        assert_int_equal(date_append(&date, cases[i].time, true), 0);
        assert_string_equal(date.bytes, cases[i].date);
        buf_free(&date);
    }
    struct buf date;
    buf_init(&date, 100);
    assert_int_equal(date_append(&date, 1795244828, false), 0);
    assert_string_equal(date.bytes, "Sat, 21 Nov 2026 07:07:08 +0000");
    buf_free(&date);
}

#define TEN     "1234567890"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void texts_are_folded_at_blanks(void **state) {
    (void)state;
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"Selam", "Subject: Selam\r\n"},
        {"", "Subject:\r\n"},
        /* "Subject: " and 69 characters fill a line of 78 */
        {"a b " TEN TEN TEN TEN TEN TEN "12345",
         "Subject: a b " TEN TEN TEN TEN TEN TEN "12345\r\n"},
        {"a b " TEN TEN TEN TEN TEN TEN "123456",
         "Subject: a b\r\n " TEN TEN TEN TEN TEN TEN "123456\r\n"},
        {"a  " SEVENTY " b", "Subject: a\r\n  " SEVENTY " b\r\n"},
        {SEVENTY, "Subject: " SEVENTY "\r\n"}, /* no blank to fold at */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf header;
        buf_init(&header, 1000);
        assert_int_equal(field_add_text("Subject", cases[i].text, &header, NULL), 0);
        assert_string_equal(header.bytes, cases[i].field);
        buf_free(&header);
    }
    struct buf header;
    struct failure why;
    buf_init(&header, 1000);
    assert_int_equal(field_add_text("Subject", "a\r\nBcc: b", &header, &why), -1);
    assert_string_equal(why.text, "Subject: a field is one line of ASCII");
    buf_free(&header);
}

static void which_texts_need_encoded_words(void **state) {
    (void)state;
    static const char *const need[] = {"ş",  "a\tb", "=?UTF-8?Q?a?=", " a",
                                       "a ", "a\nb", "\x7f",          SEVENTY "12345678"};
    static const char *const need_not[] = {"", "Selam", "a = b? c", SEVENTY "1234567",
                                           SEVENTY " " SEVENTY};
    for (size_t i = 0; i < sizeof need / sizeof need[0]; i++)
        assert_true(field_needs_words(need[i]));
    for (size_t i = 0; i < sizeof need_not / sizeof need_not[0]; i++)
        assert_false(field_needs_words(need_not[i]));
}

static void addresses(void **state) {
    (void)state;
    static const char *const good[] = {"alice@example.org", "\"a b\"@example.org", "x@[127.0.0.1]",
                                       "somebody.with.a.long.name@example.org"};
    struct buf header;
    struct failure why;
    buf_init(&header, 1000);
    assert_int_equal(field_add_addresses("To", good, 4, &header, &why), 0);
    assert_string_equal(header.bytes,
                        "To: alice@example.org, \"a b\"@example.org, x@[127.0.0.1],\r\n"
                        " somebody.with.a.long.name@example.org\r\n");
    buf_free(&header);
    static const char *const bad[] = {
        "", "alice@", "a@b\r\nBcc: c@d", "ş@example.org", "a@b> <c@d", "a@b, c@d", "\t"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        buf_init(&header, 1000);
        if (field_add_addresses("To", &bad[i], 1, &header, &why) != -1)
            fail_msg("taken: %s", bad[i]);
        buf_free(&header);
    }
}

static void message_ids_are_never_the_same(void **state) {
    (void)state;
    static const struct {
        const char *host, *right;
    } cases[] = {
        {"client.example.org", "@client.example.org>\r\n"},
        {"[127.0.0.1]", "@127.0.0.1>\r\n"},
        {"", "@localhost>\r\n"},
        {"a>\r\nBcc: b..c.", "@aBccb.c>\r\n"},
    };
    struct buf one, other;
    buf_init(&one, 1000);
    buf_init(&other, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(field_add_message_id(cases[i].host, &one, NULL), 0);
        assert_int_equal(field_add_message_id(cases[i].host, &other, NULL), 0);
        assert_string_not_equal(one.bytes, other.bytes);
        assert_int_equal(strspn(one.bytes + strlen("Message-ID: <"), "0123456789abcdef"), 32);
        assert_string_equal(one.bytes + strlen("Message-ID: <") + 32, cases[i].right);
        buf_clear(&one);
        buf_clear(&other);
    }
    buf_free(&one);
    buf_free(&other);
}

static void parameters(void **state) {
    (void)state;
    static const struct {
        const char *value, *written;
    } cases[] = {
        {"logo.png", ";\r\n filename=\"logo.png\""},
        {"", ";\r\n filename=\"\""},
        {"a b;c", ";\r\n filename=\"a b;c\""},
        {"a\"b", ";\r\n filename*=UTF-8''a%22b"},
        {"a\\b'c*d%e", ";\r\n filename*=UTF-8''a%5Cb%27c%2Ad%25e"},
        {"=?UTF-8?Q?a?=", ";\r\n filename*=UTF-8''%3D%3FUTF-8%3FQ%3Fa%3F%3D"},
        {"Şubat özeti.txt", ";\r\n filename*=UTF-8''%C5%9Eubat%20%C3%B6zeti.txt"},
        /* in pieces; a character stays in one */
        {"şşşşşşşşşş.txt", ";\r\n filename*0*=UTF-8''%C5%9F%C5%9F%C5%9F%C5%9F%C5%9F%C5%9F%C5%9F"
                           "%C5%9F%C5%9F;\r\n filename*1*=%C5%9F.txt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf header;
        buf_init(&header, 1000);
        assert_int_equal(field_add_parameter("filename", cases[i].value, &header, NULL), 0);
        assert_string_equal(header.bytes, cases[i].written);
        for (const char *line = header.bytes; line != NULL; line = strstr(line + 1, "\r\n"))
            assert_true(strcspn(line + 2, "\r") <= FIELD_LINE_LIMIT);
        buf_free(&header);
    }
    static const char *const bad[] = {"a\r\nb", "\xFF", "\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf header;
        buf_init(&header, 1000);
        assert_int_equal(field_add_parameter("filename", bad[i], &header, NULL), -1);
        buf_free(&header);
    }
}

static void what_kind_a_file_is(void **state) {
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t length;
        const char *type;
        enum media_encoding encoding;
        const char *charset;
    } cases[] = {
        {"a.txt", BYTES("Selam\n"), "text/plain", MEDIA_7BIT, "us-ascii"},
        {"a.TXT", BYTES(""), "text/plain", MEDIA_7BIT, "us-ascii"},
        {"a.csv", BYTES("ş\n"), "text/csv", MEDIA_QUOTED_PRINTABLE, "utf-8"},
        {"a", BYTES("ş\n"), "text/plain", MEDIA_QUOTED_PRINTABLE, "utf-8"},
        {".txt", BYTES("a"), "text/plain", MEDIA_7BIT, "us-ascii"},
        /* text, but not as mail wants it */
        {"a.txt", BYTES("blank \nb"), "text/plain", MEDIA_QUOTED_PRINTABLE, "us-ascii"},
        {"a.txt", BYTES("b\t"), "text/plain", MEDIA_QUOTED_PRINTABLE, "us-ascii"},
        {"a.txt", BYTES(SEVENTY "12345678"), "text/plain", MEDIA_7BIT, "us-ascii"},
        {"a.txt", BYTES(SEVENTY "123456789"), "text/plain", MEDIA_QUOTED_PRINTABLE, "us-ascii"},
        /* no text: it would not come back byte for byte */
        {"a.txt", BYTES("a\r\nb"), "application/octet-stream", MEDIA_BASE64, NULL},
        {"a.txt", BYTES("a\0b"), "application/octet-stream", MEDIA_BASE64, NULL},
        {"a", BYTES("\xFF"), "application/octet-stream", MEDIA_BASE64, NULL},
        {"logo.png", BYTES("text, really\n"), "image/png", MEDIA_BASE64, NULL},
        /* messages */
        {"a.eml", BYTES("Subject: a\n\nb\n"), "message/rfc822", MEDIA_7BIT, NULL},
        {"a.eml", BYTES("Subject: ş\n\nb\n"), "application/octet-stream", MEDIA_BASE64, NULL},
        {"a.eml", BYTES("Subject: a\r\n\r\n"), "application/octet-stream", MEDIA_BASE64, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct media media = media_of_file(cases[i].name, cases[i].bytes, cases[i].length);
        if (strcmp(media.type, cases[i].type) != 0 || media.encoding != cases[i].encoding)
            fail_msg("%s (case %zu): %s, %s", cases[i].name, i, media.type,
                     media_encoding_name(media.encoding));
        assert_true((media.charset == NULL) == (cases[i].charset == NULL));
        if (media.charset != NULL)
            assert_string_equal(media.charset, cases[i].charset);
    }
}

static void what_a_text_is(void **state) {
    (void)state;
    assert_int_equal(media_of_text(BYTES("a\r\nb\n")).encoding, MEDIA_7BIT);
    assert_int_equal(media_of_text(BYTES("a\rb\n")).encoding, MEDIA_QUOTED_PRINTABLE);
    assert_int_equal(media_of_text(BYTES("a \r\nb\n")).encoding, MEDIA_QUOTED_PRINTABLE);
    assert_int_equal(media_of_text(BYTES("\x1b[1m")).encoding, MEDIA_QUOTED_PRINTABLE);
    assert_null(media_of_text(BYTES("\xFF")).type);
    assert_null(media_of_text(BYTES("a\0b")).type);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test(texts_are_folded_at_blanks),
        cmocka_unit_test(which_texts_need_encoded_words),
        cmocka_unit_test(addresses),
        cmocka_unit_test(message_ids_are_never_the_same),
        cmocka_unit_test(parameters),
        cmocka_unit_test(what_kind_a_file_is),
        cmocka_unit_test(what_a_text_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
