/* The data state machine of smtpd: a table, and every short message there is. */
#include "../../servers/smtpd/data.c"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define LIMIT 4096

struct result {
    size_t taken;
    bool ended;
    bool bare;
    unsigned long long size;
    char text[LIMIT];
    size_t length;
};

/* Gives `wire` to the machine in pieces of `piece` bytes, the first one of `first` bytes. */
static void run(const char *wire, size_t count, size_t first, size_t piece, struct result *result) {
    struct data data;
    size_t next = first;
    data_begin(&data);
    *result = (struct result){.taken = 0};
    while (result->taken < count && data.state != DATA_END) {
        size_t offered = count - result->taken < next ? count - result->taken : next;
        size_t length;
        size_t taken =
            data_take(&data, wire + result->taken, offered, result->text + result->length, &length);
        assert_true(taken == offered || data.state == DATA_END);
        assert_true(length <= taken);
        result->taken += taken;
        result->length += length;
        next = piece;
    }
    result->ended = data.state == DATA_END;
    result->bare = data.bare;
    result->size = data.size;
}

static void assert_same(const struct result *one, const struct result *other) {
    assert_int_equal(one->taken, other->taken);
    assert_int_equal(one->ended, other->ended);
    assert_int_equal(one->bare, other->bare);
    if (one->bare)
        return; /* what was written before that is of no use to anybody */
    assert_int_equal(one->size, other->size);
    assert_int_equal(one->length, other->length);
    assert_memory_equal(one->text, other->text, one->length);
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *wire;
    size_t count;
    size_t taken; /* where the message ends; the rest is the next command's */
    const char *text;
    size_t length;
    unsigned long long size;
} good[] = {
    /* empty: the CR LF of the DATA line itself stands in front of the dot (RFC 5321 §4.1.1.4) */
    {BYTES(".\r\n"), 3, BYTES(""), 0},
    {BYTES("Hello\r\n.\r\n"), 10, BYTES("Hello\n"), 7},
    {BYTES("Hello\r\n.\r\nQUIT\r\n"), 10, BYTES("Hello\n"), 7},
    {BYTES(".\r\n.\r\n"), 3, BYTES(""), 0},
    {BYTES("\r\n.\r\n"), 5, BYTES("\n"), 2},
    {BYTES("\r\n\r\n.\r\n"), 7, BYTES("\n\n"), 4},
    /* dots: one is taken from the front of a line, none from elsewhere (§4.5.2) */
    {BYTES("..\r\n.\r\n"), 7, BYTES(".\n"), 3},
    {BYTES("...\r\n.\r\n"), 8, BYTES("..\n"), 4},
    {BYTES("..a\r\n..\r\n.\r\n"), 12, BYTES(".a\n.\n"), 7},
    {BYTES(".a\r\n.\r\n"), 7, BYTES("a\n"), 3},
    {BYTES("a.\r\na..b\r\n.\r\n"), 13, BYTES("a.\na..b\n"), 10},
    {BYTES(". \r\n.\r\n"), 7, BYTES(" \n"), 3},
    {BYTES(" .\r\n.\r\n"), 7, BYTES(" .\n"), 4},
    /* bytes of every kind stay */
    {BYTES("a\0b\x01\x7f\xff\t\r\n.\r\n"), 12, BYTES("a\0b\x01\x7f\xff\t\n"), 9},
    {BYTES("Selam, \xc4\xb1 \xc5\x9f\r\n.\r\n"), 17, BYTES("Selam, \xc4\xb1 \xc5\x9f\n"), 14},
};

static void finds_the_end_wherever_the_message_is_split(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct result whole, other;
        run(good[i].wire, good[i].count, good[i].count, 1, &whole);
        assert_true(whole.ended);
        assert_false(whole.bare);
        assert_int_equal(whole.taken, good[i].taken);
        assert_int_equal(whole.size, good[i].size);
        assert_int_equal(whole.length, good[i].length);
        assert_memory_equal(whole.text, good[i].text, good[i].length);
        for (size_t first = 1; first <= good[i].count; first++) {
            run(good[i].wire, good[i].count, first, LIMIT, &other);
            assert_same(&whole, &other);
        }
        run(good[i].wire, good[i].count, 1, 1, &other);
        assert_same(&whole, &other);
    }
}

/* All that has ever been tried as an end of message besides the one there is. */
static const struct {
    const char *wire;
    size_t count;
} smuggled[] = {
    {BYTES("a\n.\nb\r\n.\r\n")},       {BYTES("a\n.\r\nb\r\n.\r\n")},
    {BYTES("a\r\n.\nb\r\n.\r\n")},     {BYTES("a\r.\rb\r\n.\r\n")},
    {BYTES("a\r.\r\nb\r\n.\r\n")},     {BYTES("a\r\n.\rb\r\n.\r\n")},
    {BYTES("a\r\n\n.\r\nb\r\n.\r\n")}, {BYTES("a\r\r\n.\r\n")},
    {BYTES("a\r\n.\r\r\nb\r\n.\r\n")}, {BYTES("a\r\n\r.\r\nb\r\n.\r\n")},
    {BYTES("a\r\n.\r\0\nb\r\n.\r\n")}, {BYTES("a\n\r.\r\nb\r\n.\r\n")},
    {BYTES("\n.\r\nb\r\n.\r\n")},      {BYTES(".\nb\r\n.\r\n")},
    {BYTES(".\rb\r\n.\r\n")},          {BYTES(".\r\r\nb\r\n.\r\n")},
    {BYTES("..\nb\r\n.\r\n")},         {BYTES("\rb\r\n.\r\n")},
};

static void reads_a_faulty_message_to_its_real_end(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof smuggled / sizeof smuggled[0]; i++) {
        for (size_t first = 1; first <= smuggled[i].count; first++) {
            struct result result;
            run(smuggled[i].wire, smuggled[i].count, first, first, &result);
            assert_true(result.ended);
            assert_true(result.bare);
            assert_int_equal(result.taken, smuggled[i].count);
        }
    }
}

/*
 * What must come out, straight from the words of the RFC: put CR LF in front, look for CR LF . CR
 * LF, split what is before it into lines, take the stuffed dots away.
 */
static void by_definition(const char *wire, size_t count, struct result *result) {
    char bytes[64] = "\r\n";
    memcpy(bytes + 2, wire, count);
    count += 2;
    *result = (struct result){.taken = count - 2};
    for (size_t i = 2; i + 3 <= count; i++) {
        if (memcmp(bytes + i - 2, "\r\n.\r\n", 5) == 0) {
            result->ended = true;
            count = i + 3;
            result->taken = count - 2;
            break;
        }
    }
    /* A CR at the very end may still get its LF. */
    for (size_t i = 2; i < count; i++)
        if ((bytes[i] == '\n' && bytes[i - 1] != '\r') ||
            (bytes[i] == '\r' && i + 1 < count && bytes[i + 1] != '\n'))
            result->bare = true;
    size_t end = result->ended ? count - 3 : count;
    for (size_t i = 2; i < end; i++) {
        bool line_begins = bytes[i - 1] == '\n';
        if (bytes[i] == '\r' || (bytes[i] == '.' && line_begins))
            continue;
        result->text[result->length++] = bytes[i];
        result->size += bytes[i] == '\n' ? 2 : 1;
    }
}

static void agrees_with_the_definition_on_every_short_message(void **state) {
    (void)state;
    static const char letters[] = "\r\n.a";
    for (size_t count = 1; count <= 9; count++) {
        for (unsigned long number = 0; number < 1UL << (2 * count); number++) {
            char wire[16];
            for (size_t i = 0; i < count; i++)
                wire[i] = letters[number >> (2 * i) & 3];
            struct result expected, got;
            by_definition(wire, count, &expected);
            run(wire, count, count, 1, &got);
            assert_same(&expected, &got);
            run(wire, count, 1, 1, &got);
            assert_same(&expected, &got);
        }
    }
}

/* What comes in BDAT's chunks, and what is kept of it (NULL: refused). */
static const struct {
    const char *wire;
    size_t count;
    const char *text;
} chunks[] = {
    {BYTES(""), ""},
    {BYTES("\r\n"), "\n"},
    {BYTES("x\r\n"), "x\n"},
    {BYTES("x"), "x\n"}, /* the LF is the caller's */
    {BYTES("a\r\nb"), "a\nb\n"},
    /* a dot is a dot, wherever it stands */
    {BYTES(".\r\n"), ".\n"},
    {BYTES("..\r\n"), "..\n"},
    {BYTES("x\r\n.\r\ny\r\n"), "x\n.\ny\n"},
    {BYTES("x\r\n..y\r\n"), "x\n..y\n"},
    {BYTES("."), ".\n"},
    {BYTES("\r"), NULL},
    {BYTES("\n"), NULL},
    {BYTES("x\r"), NULL},
    {BYTES("x\n"), NULL},
    {BYTES("x\r\r\n"), NULL},
    {BYTES("\r\n\n"), NULL},
    {BYTES("x\n.\ny\r\n"), NULL},
    {BYTES("x\n.\r\ny\r\n"), NULL},
    {BYTES("x\r\n.\ry\r\n"), NULL},
};

static void chunks_have_no_dots_to_look_for(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        const char *wire = chunks[i].wire;
        size_t count = chunks[i].count;
        for (size_t first = 0; first <= count; first++) {
            struct data data;
            char text[LIMIT];
            size_t length, more;
            data_begin_chunks(&data);
            assert_int_equal(data_take(&data, wire, first, text, &length), first);
            assert_int_equal(data_take(&data, wire + first, count - first, text + length, &more),
                             count - first);
            length += more;
            if (data_end_chunks(&data))
                text[length++] = '\n';
            assert_int_equal(data.bare, chunks[i].text == NULL);
            if (chunks[i].text == NULL)
                continue;
            assert_int_equal(data.size, count);
            assert_int_equal(length, strlen(chunks[i].text));
            assert_memory_equal(text, chunks[i].text, length);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_wherever_the_message_is_split),
        cmocka_unit_test(reads_a_faulty_message_to_its_real_end),
        cmocka_unit_test(agrees_with_the_definition_on_every_short_message),
        cmocka_unit_test(chunks_have_no_dots_to_look_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
