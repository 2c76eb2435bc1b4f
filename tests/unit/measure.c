/* The figures of conversations made by hand, computed by hand. A packet has 66 octets of headers,
   and they are 1 ms apart (frames_for_tests.h). */
#include "measure.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coverage.h"
#include "frames_for_tests.h"
#include "measure_data.h"
#include "quantity.h"
#include <stdio.h>

#define MS 1000000

/* The measures of some frames, and what they refer to. */
struct measured {
    struct frames frames;
    struct dialogues dialogues;
    struct measures measures;
};

static const struct measure *measured(struct measured *all) {
    struct failure why;

    assert_int_equal(dialogues_make(all->frames.list, all->frames.count, &all->dialogues, &why), 0);
    assert_int_equal(
        measures_make(all->frames.list, all->frames.count, &all->dialogues, &all->measures, &why),
        0);
    assert_int_equal(all->measures.count, all->dialogues.count);
    return all->measures.list;
}

static void done(struct measured *all) {
    measures_free(&all->measures);
    dialogues_free(&all->dialogues);
    free(all->frames.list);
}

static void a_small_conversation(void **state) {
    (void)state;
    struct measured all = {.frames = {.list = NULL}};
    struct wire wire = WIRE;

    handshake(&all.frames, &wire);                    /* frames 1, 2, 3 at 0, 1, 2 ms */
    say(&all.frames, &wire, S, "220 hi\r\n");         /* 3 ms, 8 octets */
    acknowledge(&all.frames, &wire, C);               /* 4 ms */
    say(&all.frames, &wire, C, "EHLO me\r\n");        /* 5 ms, 9 */
    say(&all.frames, &wire, S, "250-you\r\n");        /* 6 ms, 9: answers after 1 ms */
    say(&all.frames, &wire, S, "250 SIZE\r\n");       /* 7 ms, 10 */
    say(&all.frames, &wire, C, "NOOP\r\nNOOP\r\n");   /* 8 ms, 12: two commands at once */
    say(&all.frames, &wire, C, "QUIT\r\n");           /* 9 ms, 6 */
    acknowledge(&all.frames, &wire, S);               /* 10 ms */
    say(&all.frames, &wire, S, "250 a\r\n250 b\r\n"); /* 11 ms, 14: after 2 ms */
    say(&all.frames, &wire, S, "221 bye\r\n");        /* 12 ms, 9 */
    farewell(&all.frames, &wire);                     /* 13, 14, 15 ms */
    const struct measure *measure = measured(&all);
    const struct measure_side *client = &measure->side[C], *server = &measure->side[S];

    /* SYN, ACK, ACK, EHLO, NOOP NOOP, QUIT, FIN; its FIN acknowledges as well */
    assert_int_equal(client->packets, 7);
    assert_int_equal(client->acknowledgments, 2);
    assert_int_equal(client->payload, 9 + 12 + 6);
    assert_int_equal(client->octets, 7 * 66 + 27);
    assert_int_equal(client->application, 27);
    assert_int_equal(client->repeated + client->repeated_octets, 0);
    /* SYN ACK, 220, 250-, 250, ACK, 250 250, 221, FIN, ACK */
    assert_int_equal(server->packets, 9);
    assert_int_equal(server->acknowledgments, 2);
    assert_int_equal(server->payload, 8 + 9 + 10 + 14 + 9);
    assert_int_equal(server->octets, 9 * 66 + 50);

    assert_int_equal(measure->start, 0);
    assert_int_equal(measure->duration, 15 * MS);
    assert_int_equal(measure->connect, 2 * MS);
    assert_int_equal(measure->first_byte, 3 * MS);
    assert_int_equal(measure->shaking_hands, MEASURE_UNKNOWN);
    /* SYN → SYN ACK; ACK → 220; EHLO → 250; the group → its replies */
    assert_int_equal(measure->round_trips, 4);
    /* 1 ms for EHLO, 2 ms from QUIT on for the group */
    assert_int_equal(measure->latency.count, 2);
    assert_int_equal(measure->latency.least, 1 * MS);
    assert_int_equal(measure->latency.median, 3 * MS / 2);
    assert_int_equal(measure->latency.most, 2 * MS);
    assert_false(measure->tls);
    /* 489 octets in 15 ms */
    assert_int_equal(measure_throughput(measure, DIALOGUE_CLIENT), 489 * 8000 / 15);
    assert_int_equal(measure_goodput(measure, DIALOGUE_CLIENT), 27 * 8000 / 15);
    done(&all);
}

/* What is sent again is counted, but is neither new nor a turn. */
static void what_is_sent_again(void **state) {
    (void)state;
    struct measured all = {.frames = {.list = NULL}};
    struct wire wire = WIRE;

    wire.next[S] = UINT32_MAX - 3; /* its numbers wrap */
    handshake(&all.frames, &wire);
    uint32_t first = wire.next[S];
    say(&all.frames, &wire, S, "220 hello\r\n");
    say(&all.frames, &wire, C, "QUIT\r\n");
    packet_at(&all.frames, &wire, S, TCP_ACK, first, "220 hello\r\n", 11); /* all of it again */
    packet_at(&all.frames, &wire, C, TCP_ACK, wire.next[C] - 1, "", 0);    /* keep-alive */
    packet_at(&all.frames, &wire, S, TCP_ACK, wire.next[S] - 2, "\r\n221\r\n", 7); /* two again */
    wire.next[S] += 5;
    farewell(&all.frames, &wire);
    const struct measure *measure = measured(&all);
    const struct measure_side *server = &measure->side[S];

    assert_int_equal(server->payload, 11 + 11 + 7);
    assert_int_equal(server->repeated, 1);
    assert_int_equal(server->repeated_octets, 11 + 2);
    assert_int_equal(server->application, 11 + 5);
    assert_int_equal(measure->side[C].repeated_octets, 0);
    /* SYN, greeting, QUIT → 221: the greeting sent again answers nothing */
    assert_int_equal(measure->round_trips, 3);
    assert_int_equal(measure->latency.count, 1);
    assert_int_equal(measure->latency.most, 3 * MS);
    done(&all);
}

/* A capture that began late, and one of a connection that nobody took. */
static void what_is_not_there(void **state) {
    (void)state;
    struct measured all = {.frames = {.list = NULL}};
    struct wire late = WIRE, refused = WIRE;

    say(&all.frames, &late, C, "NOOP\r\n");
    refused.stream = 1;
    refused.port[C] = 40001;
    packet(&all.frames, &refused, C, TCP_SYN, NULL, 0);
    packet(&all.frames, &refused, S, TCP_RST | TCP_ACK, NULL, 0);
    say(&all.frames, &late, S, "250 ok\r\n");
    const struct measure *measure = measured(&all);

    assert_int_equal(all.measures.count, 2);
    assert_int_equal(measure[0].connect, MEASURE_UNKNOWN);
    assert_int_equal(measure[0].first_byte, MEASURE_UNKNOWN);
    assert_int_equal(measure[0].round_trips, 1);
    assert_int_equal(measure[0].latency.most, 3 * MS);
    assert_int_equal(measure[1].connect, MEASURE_UNKNOWN);
    assert_int_equal(measure[1].start, 1 * MS);
    assert_int_equal(measure[1].duration, 1 * MS);
    assert_int_equal(measure[1].round_trips, 0);
    assert_int_equal(measure[1].latency.count, 0);
    done(&all);
}

static void records(struct dissect_frame *frame, const char *types, size_t count,
                    const char *lengths) {
    frame->records = (struct dissect_bytes){(const unsigned char *)types, count};
    frame->record_lengths = (struct dissect_bytes){(const unsigned char *)lengths, 2 * count};
}

/* TLS from the first octet on: the handshake one turn each, then one line each way in a record. */
static void the_cost_of_tls(void **state) {
    (void)state;
    struct measured all = {.frames = {.list = NULL}};
    struct wire wire = WIRE;
    static const char hello[25] = "\x16\x03\x01\x00\x14", answer[45] = "\x16\x03\x03\x00\x28",
                      data[30] = "\x17\x03\x03\x00\x19";

    handshake(&all.frames, &wire);
    records(packet(&all.frames, &wire, C, TCP_ACK, hello, 25), "\x16", 1, "\0\x14");
    records(packet(&all.frames, &wire, S, TCP_ACK, answer, 45), "\x16", 1, "\0\x28");
    records(packet(&all.frames, &wire, C, TCP_ACK, hello, 25), "\x14", 1, "\0\x14");
    struct dissect_frame *frame = packet(&all.frames, &wire, C, TCP_ACK, data, 30);
    records(frame, "\x17", 1, "\0\x19");
    frame->application = (struct dissect_bytes){(const unsigned char *)"NOOP\r\n", 6};
    frame = packet(&all.frames, &wire, S, TCP_ACK, data, 30);
    records(frame, "\x17", 1, "\0\x19");
    frame->application = (struct dissect_bytes){(const unsigned char *)"250 ok\r\n", 8};
    records(packet(&all.frames, &wire, C, TCP_ACK, data, 30), "\x15", 1, "\0\x19"); /* alerts */
    records(packet(&all.frames, &wire, S, TCP_ACK, data, 30), "\x15", 1, "\0\x19");
    const struct measure *measure = measured(&all);

    assert_true(measure->tls && measure->decrypted);
    assert_int_equal(measure->side[C].handshake, 25 + 25);
    assert_int_equal(measure->side[S].handshake, 45);
    assert_int_equal(measure->side[C].application, 6);
    assert_int_equal(measure_tls_cost(measure, DIALOGUE_CLIENT), 25 + 25 + 30 + 30 - 6);
    assert_int_equal(measure_tls_cost(measure, DIALOGUE_SERVER), 45 + 30 + 30 - 8);
    assert_int_equal(measure->shaking_hands, 2 * MS);
    assert_int_equal(measure->round_trips, 3);   /* SYN, hello, NOOP */
    assert_int_equal(measure->latency.count, 1); /* a ServerHello is no reply */
    assert_int_equal(measure->latency.most, 1 * MS);
    measures_free(&all.measures);
    dialogues_free(&all.dialogues);

    /* Without keys. */
    for (size_t i = 0; i < all.frames.count; i++)
        all.frames.list[i].application = (struct dissect_bytes){NULL, 0};
    measure = measured(&all);
    assert_true(measure->tls && !measure->decrypted);
    assert_int_equal(measure_tls_cost(measure, DIALOGUE_CLIENT), 0);
    assert_int_equal(measure->latency.count, 1);
    done(&all);
}

static void octets_are_new_only_once(void **state) {
    (void)state;
    static const struct {
        int64_t start, end;
        uint64_t fresh;
        size_t stretches;
    } steps[] = {
        {0, 10, 10, 1}, {10, 20, 10, 1},   {5, 15, 0, 1},    {30, 40, 10, 2}, {50, 60, 10, 3},
        {25, 35, 5, 3}, {15, 55, 15, 1},   {0, 60, 0, 1},    {-5, 5, 5, 1},   {70, 70, 0, 1},
        {80, 70, 0, 1}, {100, 110, 10, 2}, {60, 100, 40, 1},
    };
    struct coverage coverage = {.count = 0};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(coverage_add(&coverage, steps[i].start, steps[i].end), steps[i].fresh);
        assert_int_equal(coverage.count, steps[i].stretches);
    }
}

/* Holes without end: memory has one. The first ones are forgotten, from both ends. */
static void holes_are_bounded(void **state) {
    (void)state;
    struct coverage up = {.count = 0}, down = {.count = 0};

    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(coverage_add(&up, 10 * i, 10 * i + 5), 5);
        assert_int_equal(coverage_add(&down, 10000 - 10 * i, 10005 - 10 * i), 5);
        assert_true(up.count <= COVERAGE_STRETCHES && down.count <= COVERAGE_STRETCHES);
    }
    assert_int_equal(coverage_add(&up, 5, 10), 0);      /* forgotten: counts as seen */
    assert_int_equal(coverage_add(&up, 9985, 9990), 5); /* the last ones are still known */
    assert_int_equal(coverage_add(&up, 0, 10000), 5 * (COVERAGE_STRETCHES - 2) + 5);
    for (size_t i = 1; i < down.count; i++)
        assert_true(down.list[i - 1].end < down.list[i].start);
}

static void data_for_programs(void **state) {
    (void)state;
    struct measured all = {.frames = {.list = NULL}};
    struct wire wire = WIRE;
    struct buf csv, json;

    say(&all.frames, &wire, C, "NOOP\r\n");
    say(&all.frames, &wire, S, "250 ok\r\n");
    const struct measure *measure = measured(&all);
    buf_init(&csv, 10000);
    buf_init(&json, 10000);
    assert_int_equal(measure_csv(measure, 1, &csv), 0);
    assert_int_equal(measure_json(measure, 1, "a\"b", &json), 0);
    const char *line = strchr(csv.bytes, '\n') + 1;
    /* stream, ends, start, duration, connect, first byte, TLS handshake, exchanges, latencies … */
    assert_int_equal(
        strncmp(line, "0,127.0.0.1,40000,127.0.0.2,25,0.000000,1.000000,,,,1,1.000000,", 62), 0);
    assert_non_null(strstr(json.bytes, "\"file\": \"a\\\"b\""));
    assert_non_null(strstr(json.bytes, "\"connect_ms\": null"));
    assert_non_null(strstr(json.bytes, "\"latency_max_ms\": 1.000000"));
    buf_free(&csv);
    buf_init(&csv, 100);
    assert_int_equal(measure_csv(measure, 1, &csv), -1);
    buf_free(&csv);
    buf_free(&json);
    done(&all);
}

static void quantities(void **state) {
    (void)state;
    static const struct {
        double bits;
        const char *text;
    } rates[] = {{0, "0 bit/s"},         {999, "999 bit/s"},     {1000, "1.00 kbit/s"},
                 {12345, "12.3 kbit/s"}, {123456, "123 kbit/s"}, {999999, "1.00 Mbit/s"},
                 {1.5e9, "1.50 Gbit/s"}, {2e16, "20000 Tbit/s"}};
    static const struct {
        int64_t time;
        const char *text;
    } times[] = {{0, "0.000 ms"},
                 {499, "0.000 ms"},
                 {500, "0.001 ms"},
                 {1234567, "1.235 ms"},
                 {1234567890123, "1,234,567.890 ms"},
                 {-5, "0.000 ms"},
                 {-1234567, "-1.235 ms"}};
    char text[QUANTITY_SIZE];

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        assert_string_equal(quantity_rate(rates[i].bits, text), rates[i].text);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_string_equal(quantity_time(times[i].time, text), times[i].text);
    assert_int_equal(strlen(quantity_time(INT64_MAX, text)), strlen("9,223,372,036,854.776 ms"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_conversation),     cmocka_unit_test(what_is_sent_again),
        cmocka_unit_test(what_is_not_there),        cmocka_unit_test(the_cost_of_tls),
        cmocka_unit_test(octets_are_new_only_once), cmocka_unit_test(holes_are_bounded),
        cmocka_unit_test(data_for_programs),        cmocka_unit_test(quantities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
