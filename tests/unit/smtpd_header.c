/* What smtpd does to the header of a message that it delivers, and what it puts in front. */
#include "../../servers/smtpd/header.c"
#include "../../servers/smtpd/trace.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define LIMIT 4096

static const struct {
    const char *text;
    const char *kept; /* NULL: all of it */
    unsigned received;
} messages[] = {
    {"", NULL, 0},
    {"\n", NULL, 0},
    {"Subject: x\n\nbody\n", NULL, 0},
    {"Return-Path: <a@b>\nSubject: x\n\nbody\n", "Subject: x\n\nbody\n", 0},
    {"return-PATH:<a@b>\n\nbody\n", "\nbody\n", 0},
    {"Subject: x\nReturn-Path: <a@b>\nTo: y\n\n", "Subject: x\nTo: y\n\n", 0},
    {"Return-Path: 1\nReturn-Path: 2\nA: b\nReturn-Path: 3\n\n", "A: b\n\n", 0},
    /* folded: the lines behind go with it, those of other fields stay */
    {"Return-Path:\n <a@b>\n\t(x)\nA: b\n c\n\n", "A: b\n c\n\n", 0},
    {"A: b\n Return-Path: c\n\n", NULL, 0},
    /* blanks before the colon (RFC 5322 §4.5.8) */
    {"Return-Path  : <a@b>\nReceived \t: x\nA : b\n\n", "Received \t: x\nA : b\n\n", 1},
    {"Return-Path                                 : x\n\n", NULL, 0},
    /* names that are only alike */
    {"Return-Paths: x\nReturn-Pat: x\nX-Return-Path: x\nReceived-SPF: x\n\n", NULL, 0},
    {"Return-Path-And-A-Very-Long-Name-Behind-It: x\nReturn-Path: y\n\n",
     "Return-Path-And-A-Very-Long-Name-Behind-It: x\n\n", 0},
    /* the body is not looked at, nor what only looks like a header */
    {"A: b\n\nReturn-Path: x\nReceived: y\n", NULL, 0},
    {"\nReturn-Path: x\n", NULL, 0},
    {"Hello Bob\nReturn-Path: x\n", NULL, 0},
    {"Return-Path is a field\nReturn-Path: x\n", NULL, 0},
    {"Return-Path\nReturn-Path: x\n", NULL, 0},
    {" folded from nothing\nReturn-Path: x\n", NULL, 0},
    {": no name\nReturn-Path: x\n", NULL, 0},
    {"\xc4\xb1: x\nReturn-Path: x\n", NULL, 0},
    {"Received: a\nreceived: b\n\tReceived: c\nRECEIVED:\n\nReceived: d\n", NULL, 3},
};

static void leaves_out_and_counts_wherever_it_is_split(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const char *text = messages[i].text;
        const char *kept = messages[i].kept == NULL ? text : messages[i].kept;
        size_t count = strlen(text);
        for (size_t first = 0; first <= count; first++) {
            struct header header;
            char out[LIMIT];
            size_t length;
            header_begin(&header, NULL, NULL);
            length = header_take(&header, text, first, out);
            length += header_take(&header, text + first, count - first, out + length);
            assert_int_equal(length, strlen(kept));
            assert_memory_equal(out, kept, length);
            assert_int_equal(header.received, messages[i].received);
        }
    }
}

#define DATE "Date: Sat, 21 Nov 2026 10:07:08 +0000\n"
#define ID   "Message-ID: <6412F0A3B9C01@mail.example.org>\n"

/* What is submitted, and what is kept of it. */
static const struct {
    const char *text;
    const char *kept;
} submitted[] = {
    {"Subject: x\n\nbody\n", "Subject: x\n" DATE ID "\nbody\n"},
    {"Date: y\n\nbody\n", "Date: y\n" ID "\nbody\n"},
    {"Message-ID: <y>\n\nbody\n", "Message-ID: <y>\n" DATE "\nbody\n"},
    {"MESSAGE-id : <y>\nDATE:y\n\n", "MESSAGE-id : <y>\nDATE:y\n\n"},
    /* these are others, or in another field, or in the body */
    {"Resent-Date: y\nDates: y\nMessage-IDs: y\n\n",
     "Resent-Date: y\nDates: y\nMessage-IDs: y\n" DATE ID "\n"},
    {"Subject: x\n Date: y\n\tMessage-ID: y\n\n",
     "Subject: x\n Date: y\n\tMessage-ID: y\n" DATE ID "\n"},
    {"Subject: x\n\nDate: y\nMessage-ID: y\n", "Subject: x\n" DATE ID "\nDate: y\nMessage-ID: y\n"},
    {"Return-Path: <a@b>\n\nx\n", DATE ID "\nx\n"},
    /* a header alone, and no header at all */
    {"Subject: x\n", "Subject: x\n" DATE ID},
    {"Subject: x\n y\n", "Subject: x\n y\n" DATE ID},
    {"", DATE ID},
    {"\n", DATE ID "\n"},
    {"\nDate: y\n", DATE ID "\nDate: y\n"},
    {"Hello Bob\n", DATE ID "Hello Bob\n"},
    {" folded from nothing\n", DATE ID " folded from nothing\n"},
    /* a line that is no field, found out when half of it is written already */
    {"A-Name-That-Is-Longer-Than-What-Is-Held-Back without colon\n",
     "A-Name-That-Is-Longer-Than-What-Is-Held-Back without colon\n"},
};

static void adds_what_is_missing_wherever_it_is_split(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof submitted / sizeof submitted[0]; i++) {
        const char *text = submitted[i].text;
        size_t count = strlen(text);
        for (size_t first = 0; first <= count; first++) {
            struct header header;
            char out[LIMIT];
            header_begin(&header, DATE, ID);
            size_t length = header_take(&header, text, first, out);
            length += header_take(&header, text + first, count - first, out + length);
            length += header_end(&header, out + length);
            out[length] = '\0';
            assert_string_equal(out, submitted[i].kept);
        }
    }
}

static void holds_back_no_more_than_it_says(void **state) {
    (void)state;
    for (size_t count = 1; count < 200; count++) {
        struct header header;
        char text[200], out[200 + HEADER_HELD + HEADER_ADDED];
        memset(text, 'a', sizeof text);
        header_begin(&header, NULL, NULL);
        size_t length = header_take(&header, text, count, out);
        assert_true(length + HEADER_HELD >= count);
        assert_true(header_take(&header, text, 1, out) <= 1 + HEADER_HELD);
    }
}

static void writes_the_trace(void **state) {
    (void)state;
    struct buf text;
    buf_init(&text, LIMIT);
    struct trace trace = {
        .sender = "alice@example.org",
        .name = "client.example.org",
        .address = "127.0.0.1",
        .hostname = "mail.example.org",
        .protocol = "ESMTP",
        .tls = "",
        .id = "6412F0A3B9C01",
        .recipient = "bob@example.org",
        .time = 1795255628,
    };
    assert_int_equal(trace_write(&trace, &text), 0);
    assert_string_equal(text.bytes, "Return-Path: <alice@example.org>\n"
                                    "Received: from client.example.org ([127.0.0.1])\n"
                                    "    by mail.example.org with ESMTP id 6412F0A3B9C01\n"
                                    "    for <bob@example.org>; Sat, 21 Nov 2026 10:07:08 +0000\n");
    buf_clear(&text);
    trace.sender = "";
    trace.recipient = NULL;
    trace.address = "::1";
    trace.time = 951782400; /* a leap day */
    assert_int_equal(trace_write(&trace, &text), 0);
    assert_string_equal(text.bytes, "Return-Path: <>\n"
                                    "Received: from client.example.org ([IPv6:::1])\n"
                                    "    by mail.example.org with ESMTP id 6412F0A3B9C01;\n"
                                    "    Tue, 29 Feb 2000 00:00:00 +0000\n");
    buf_clear(&text);
    trace.protocol = "ESMTPSA";
    trace.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    assert_int_equal(trace_write(&trace, &text), 0);
    assert_string_equal(text.bytes,
                        "Return-Path: <>\n"
                        "Received: from client.example.org ([IPv6:::1])\n"
                        "    by mail.example.org with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384)\n"
                        "    id 6412F0A3B9C01;\n"
                        "    Tue, 29 Feb 2000 00:00:00 +0000\n");
    buf_free(&text);
}

int main(void) {
    setenv("TZ", "Asia/Istanbul", 1); /* the date is in UTC, wherever the server stands */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_and_counts_wherever_it_is_split),
        cmocka_unit_test(adds_what_is_missing_wherever_it_is_split),
        cmocka_unit_test(holds_back_no_more_than_it_says),
        cmocka_unit_test(writes_the_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
