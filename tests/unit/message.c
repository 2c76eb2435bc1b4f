#include "message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static struct message_part *read_text(const char *text) {
    struct message_part *message = message_read(text, strlen(text), NULL);
    assert_non_null(message);
    return message;
}

static void assert_field(const struct message_part *part, const char *name, const char *wanted) {
    struct buf value;
    buf_init(&value, 1000);
    buf_append(&value, "", 0);
    assert_int_equal(message_field_append(part, name, &value), wanted != NULL);
    assert_string_equal(value.bytes, wanted == NULL ? "" : wanted);
    buf_free(&value);
}

static void assert_content(const struct message_part *part, const char *wanted) {
    struct buf content;
    assert_non_null(part);
    buf_init(&content, part->length);
    buf_append(&content, "", 0);
    assert_int_equal(message_content(part, &content, NULL), 0);
    assert_string_equal(content.bytes, wanted);
    buf_free(&content);
}

static void fields(void **state) {
    (void)state;
    struct message_part *message = read_text("Return-Path: <a@b>\r\n"
                                             "Subject : =?UTF-8?Q?=C5=9Eu?=\r\n =?UTF-8?Q?le?=\r\n"
                                             "Empty:\r\n"
                                             "folded:\r\n\tone\r\n two \r\n"
                                             "Subject: another\r\n"
                                             "\r\n"
                                             "Body: no field\r\n");
    assert_int_equal(message->field_count, 5);
    assert_field(message, "SUBJECT", "Şule");
    assert_field(message, "empty", "");
    assert_field(message, "Folded", " one two ");
    assert_field(message, "Body", NULL);
    assert_field(message, "Return", NULL);
    assert_string_equal(message->type, "text/plain");
    assert_string_equal(message->charset, "");
    assert_null(message->filename);
    assert_null(message->flaw);
    assert_content(message, "Body: no field\r\n");
    message_free(message);
}

static void strange_headers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t fields;
        const char *body, *flaw;
    } cases[] = {
        {"", 0, "", NULL},
        {"\n", 0, "", NULL},
        {"\nbody", 0, "body", NULL},
        {"A: b", 1, "", NULL},
        {"A: b\n", 1, "", NULL},
        {"A: b\n\nbody", 1, "body", NULL},
        {"A: b\r\nno field here\n\nx", 1, "no field here\n\nx", "a line of the header is no field"},
        {": no name\n\nx", 0, ": no name\n\nx", "a line of the header is no field"},
        {" folded, under nothing\nA: b\n\nx", 1, "x", NULL},
        {"From alice@example.org Sat Nov 21\nA: b\n\nx", 1, "x", NULL}, /* an mbox has this */
        {"A: b\nFrom x\n\nx", 1, "From x\n\nx", "a line of the header is no field"},
        {"A\xC5\x9E: b\n\nx", 0, "A\xC5\x9E: b\n\nx", "a line of the header is no field"},
        {"A: b\r\r\n\r\nx", 1, "x", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message_part *message = read_text(cases[i].text);
        if (message->field_count != cases[i].fields)
            fail_msg("%s: %zu fields", cases[i].text, message->field_count);
        assert_content(message, cases[i].body);
        if (cases[i].flaw == NULL)
            assert_null(message->flaw);
        else
            assert_string_equal(message->flaw, cases[i].flaw);
        message_free(message);
    }
}

/* RFC 2046 §5.1.1. */
static const char rfc_2046[] = "From: Nathaniel Borenstein <nsb@bellcore.com>\r\n"
                               "To: Ned Freed <ned@innosoft.com>\r\n"
                               "Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)\r\n"
                               "Subject: Sample message\r\n"
                               "MIME-Version: 1.0\r\n"
                               "Content-type: multipart/mixed; boundary=\"simple boundary\"\r\n"
                               "\r\n"
                               "This is the preamble.  It is to be ignored, though it\r\n"
                               "is a handy place for composition agents to include an\r\n"
                               "explanatory note to non-MIME conformant readers.\r\n"
                               "\r\n"
                               "--simple boundary\r\n"
                               "\r\n"
                               "This is implicitly typed plain US-ASCII text.\r\n"
                               "It does NOT end with a linebreak.\r\n"
                               "--simple boundary\r\n"
                               "Content-type: text/plain; charset=us-ascii\r\n"
                               "\r\n"
                               "This is explicitly typed plain US-ASCII text.\r\n"
                               "It DOES end with a linebreak.\r\n"
                               "\r\n"
                               "--simple boundary--\r\n"
                               "\r\n"
                               "This is the epilogue.  It is also to be ignored.\r\n";

static void the_example_of_rfc_2046(void **state) {
    (void)state;
    struct message_part *message = read_text(rfc_2046);
    assert_string_equal(message->type, "multipart/mixed");
    assert_null(message->flaw);
    const struct message_part *first = message->parts;
    assert_content(first, "This is implicitly typed plain US-ASCII text.\r\n"
                          "It does NOT end with a linebreak.");
    assert_string_equal(first->type, "text/plain");
    assert_content(first->next, "This is explicitly typed plain US-ASCII text.\r\n"
                                "It DOES end with a linebreak.\r\n");
    assert_string_equal(first->next->charset, "us-ascii");
    assert_null(first->next->next);
    message_free(message);
}

static const char nested[] = "Content-Type: multipart/mixed; boundary=a\n\n"
                             "--a\n"
                             "Content-Type: multipart/alternative; boundary=aa\n\n"
                             "--aa \t\nContent-Type: text/plain; charset=iso-8859-9\n"
                             "Content-Transfer-Encoding: Quoted-Printable\n\n=DE=\nule\n"
                             "--aa\nContent-Type: text/html\n\n<p>\n--aa--\nepilogue\n"
                             "--a\n"
                             "Content-Type: message/rfc822\n\n"
                             "Subject: inner\n\ninner body\n"
                             "--a\n"
                             "Content-Type: message/rfc822\n\n"
                             "Content-Type: multipart/digest; boundary=b\n\n"
                             "--b\n\nSubject: one\n\nfirst\n--b\n\nSubject: two\n\nsecond\n--b--\n"
                             "--a\n"
                             "Content-Type: image/png; name=\"logo.png\"\n"
                             "Content-Disposition: attachment\n"
                             "Content-Transfer-Encoding: base64\n\niVBORw0K\n"
                             "--a--\n";

struct listing {
    char text[2000];
    size_t length;
};

static int list_part(const struct message_part *part, const char *number, unsigned depth,
                     void *context) {
    struct listing *listing = context;
    listing->length +=
        (size_t)snprintf(listing->text + listing->length, sizeof listing->text - listing->length,
                         "%u|%s|%s\n", depth, number, part->type);
    return 0;
}

static void parts_within_parts_and_their_numbers(void **state) {
    (void)state;
    struct message_part *message = read_text(nested);
    struct listing listing = {.length = 0};
    assert_int_equal(message_walk(message, list_part, &listing), 0);
    assert_string_equal(listing.text, "0||multipart/mixed\n"
                                      "1|1|multipart/alternative\n"
                                      "2|1.1|text/plain\n"
                                      "2|1.2|text/html\n"
                                      "1|2|message/rfc822\n"
                                      "2|2.1|text/plain\n"
                                      "1|3|message/rfc822\n"
                                      "2||multipart/digest\n"
                                      "3|3.1|message/rfc822\n"
                                      "4|3.1.1|text/plain\n"
                                      "3|3.2|message/rfc822\n"
                                      "4|3.2.1|text/plain\n"
                                      "1|4|image/png\n");
    assert_content(message_find(message, "1.1"), "\xDEule");
    assert_content(message_find(message, "2.1"), "inner body");
    assert_field(message_find(message, "2")->parts, "Subject", "inner");
    assert_content(message_find(message, "3.2.1"), "second");
    assert_content(message_find(message, "4"), "\x89PNG\r\n");
    assert_string_equal(message_find(message, "4")->filename, "logo.png");
    assert_true(message_find(message, "4")->attachment);
    static const char *const none[] = {"", "0", "5", "1.3", "4.1", "2.1.1", "x"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(message_find(message, none[i]));
    struct buf text;
    buf_init(&text, 100);
    assert_int_equal(message_text(message_find(message, "1.1"), &text, NULL), 0);
    assert_string_equal(text.bytes, "Şule");
    buf_free(&text);
    message_free(message);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t parts;
        const char *flaw;
    } cases[] = {
        {"Content-Type: multipart/mixed\n\n--x\n\na\n--x--\n", 0, "a multipart without a boundary"},
        {"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\na\n----\n", 0,
         "a multipart without a boundary"},
        {"Content-Type: multipart/mixed; boundary=y\n\n--x\n\na\n--x--\n", 0,
         "its boundary stands nowhere"},
        {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n", 1,
         "the closing delimiter is missing"},
        {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--xy\n--x z\n -- x\n--x", 2,
         "the closing delimiter is missing"},
        {"Content-Type: multipart/mixed; boundary=x\n\n--x--\n", 0, NULL},
        {"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--", 1, NULL},
        {"Content-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64\n\n--x\n", 0,
         "it is encoded, which such a part may not be"},
        {"Content-Type: nonsense\n\na", 0, "the Content-Type is none"},
        {"Content-Transfer-Encoding: x-uuencode\n\na", 0,
         "the Content-Transfer-Encoding is unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message_part *message = read_text(cases[i].text);
        size_t parts = 0;
        for (const struct message_part *part = message->parts; part != NULL; part = part->next)
            parts++;
        if (parts != cases[i].parts || (message->flaw == NULL) != (cases[i].flaw == NULL) ||
            (message->flaw != NULL && strcmp(message->flaw, cases[i].flaw) != 0))
            fail_msg("%s: %zu parts, %s", cases[i].text, parts, message->flaw);
        message_free(message);
    }
}

static int count_part(const struct message_part *part, const char *number, unsigned depth,
                      void *context) {
    size_t *count = context;
    (void)part, (void)number;
    count[0]++;
    if (depth > count[1])
        count[1] = depth;
    return 0;
}

/* Reads what is in the buf, counts, and frees both. */
static void count_parts(struct buf *text, size_t count[2]) {
    struct message_part *message = message_read(text->bytes, text->length, NULL);
    assert_non_null(message);
    count[0] = count[1] = 0;
    message_walk(message, count_part, count);
    message_free(message);
    buf_free(text);
}

static void depth_number_and_fields_have_limits(void **state) {
    (void)state;
    struct buf text;
    size_t count[2];
    buf_init(&text, 10 << 20);
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "Content-Type: multipart/mixed; boundary=%d\n\n--%d\n", i, i);
    count_parts(&text, count);
    assert_int_equal(count[0], MESSAGE_DEPTH_LIMIT + 1);
    assert_int_equal(count[1], MESSAGE_DEPTH_LIMIT);

    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "Content-Type: message/rfc822\n\n");
    count_parts(&text, count);
    assert_int_equal(count[0], MESSAGE_DEPTH_LIMIT + 1);

    buf_printf(&text, "Content-Type: multipart/mixed; boundary=x\n\n");
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "--x\n");
    count_parts(&text, count);
    assert_int_equal(count[0], MESSAGE_PART_LIMIT);

    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "A: %d\n b\n", i);
    struct message_part *message = message_read(text.bytes, text.length, NULL);
    assert_int_equal(message->field_count, MESSAGE_FIELD_LIMIT);
    assert_string_equal(message->flaw, "more header fields than are read");
    assert_int_equal(message->length, 0);
    message_free(message);
    buf_free(&text);
}

/* Everything that a reader asks, of every part. */
static int ask_all(const struct message_part *part, const char *number, unsigned depth,
                   void *context) {
    struct buf content, text;
    (void)number, (void)depth, (void)context;
    buf_init(&content, part->length);
    buf_init(&text, 100000);
    assert_int_equal(message_content(part, &content, NULL), 0);
    message_text(part, &text, NULL);
    buf_clear(&text);
    message_field_append(part, "Subject", &text);
    buf_free(&content);
    buf_free(&text);
    return 0;
}

/* Mutations of the messages above; whatever comes of them, it is read within its bounds (the
   sanitizers look on) and given back. */
static void chance_changes_bytes(void **state) {
    (void)state;
    const char *const seeds[] = {rfc_2046, nested};
    static const char likely[] = "-=?\"';:()\\ \t\r\n*%xab0";
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        const char *seed = seeds[round % 2];
        size_t length = strlen(seed);
        char *bytes = malloc(length); /* of exactly this size: for the sanitizers */
        memcpy(bytes, seed, length);
        for (int change = 0; change < 1 + round % 8; change++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % length;
            bytes[at] = (random & 0x80000000) != 0 ? (char)(random >> 3)
                                                   : likely[(random >> 20) % (sizeof likely - 1)];
        }
        random = random * 1664525 + 1013904223;
        if (round % 5 == 0)
            length = (random >> 8) % (length + 1);
        struct message_part *message = message_read(bytes, length, NULL);
        assert_non_null(message);
        message_walk(message, ask_all, NULL);
        message_free(message);
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(strange_headers),
        cmocka_unit_test(the_example_of_rfc_2046),
        cmocka_unit_test(parts_within_parts_and_their_numbers),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(depth_number_and_fields_have_limits),
        cmocka_unit_test(chance_changes_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
