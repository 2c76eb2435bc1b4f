/* How pop3d sends a message's lines: a table, and every short message there is. */
#include "crlf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define LIMIT       256
#define BYTES(text) text, sizeof(text) - 1

struct result {
    char out[LIMIT];
    size_t length;
    unsigned long long size;
};

/* Gives `file` to the machine in pieces of `piece` bytes. */
static void run(const char *file, size_t count, size_t piece, unsigned long long lines,
                struct result *result) {
    struct crlf crlf;
    *result = (struct result){.length = 0};
    crlf_begin(&crlf, lines);
    for (size_t at = 0; at < count; at += piece) {
        size_t length = count - at < piece ? count - at : piece;
        size_t added = crlf_take(&crlf, file + at, length, result->out + result->length);
        assert_true(added <= 2 * length);
        result->length += added;
    }
    result->length += crlf_end(&crlf, result->out + result->length);
    result->size = crlf.size;
}

static const struct {
    const char *file;
    size_t count;
    unsigned long long lines;
    const char *sent;
    size_t length;
    unsigned long long size;
} rows[] = {
    {BYTES(""), CRLF_ALL, BYTES(""), 0},
    {BYTES("a\n"), CRLF_ALL, BYTES("a\r\n"), 3},
    {BYTES("a\r\n"), CRLF_ALL, BYTES("a\r\n"), 3},
    {BYTES("a"), CRLF_ALL, BYTES("a\r\n"), 3},   /* the last line is ended */
    {BYTES("a\r"), CRLF_ALL, BYTES("a\r\n"), 3}, /* with what is missing */
    {BYTES("\n"), CRLF_ALL, BYTES("\r\n"), 2},
    {BYTES("\r"), CRLF_ALL, BYTES("\r\n"), 2},
    {BYTES("a\rb\n"), CRLF_ALL, BYTES("a\rb\r\n"), 5}, /* a lone CR is none of our business */
    {BYTES("a\r\r\n"), CRLF_ALL, BYTES("a\r\r\n"), 4},
    {BYTES("a\n\rb\n"), CRLF_ALL, BYTES("a\r\n\rb\r\n"), 7},
    /* a dot more at the front of a line, and it does not count */
    {BYTES(".\n"), CRLF_ALL, BYTES("..\r\n"), 3},
    {BYTES("."), CRLF_ALL, BYTES("..\r\n"), 3},
    {BYTES("..\na.\n.b"), CRLF_ALL, BYTES("...\r\na.\r\n..b\r\n"), 12},
    {BYTES(".\r\n.\r\n"), CRLF_ALL, BYTES("..\r\n..\r\n"), 6},
    {BYTES("\r.\n"), CRLF_ALL, BYTES("\r.\r\n"), 4}, /* that line begins with CR */
    {BYTES("a\0b\xff\n"), CRLF_ALL, BYTES("a\0b\xff\r\n"), 6},
    /* TOP */
    {BYTES("A: b\n\n1\n2\n"), 0, BYTES("A: b\r\n\r\n"), 8},
    {BYTES("A: b\n\n1\n2\n"), 1, BYTES("A: b\r\n\r\n1\r\n"), 11},
    {BYTES("A: b\n\n1\n2\n"), 2, BYTES("A: b\r\n\r\n1\r\n2\r\n"), 14},
    {BYTES("A: b\n\n1\n2\n"), 9, BYTES("A: b\r\n\r\n1\r\n2\r\n"), 14},
    {BYTES("A: b\r\n\r\n1\r\n2"), 2, BYTES("A: b\r\n\r\n1\r\n2\r\n"), 14},
    {BYTES("A: b\n\n\n\n3\n"), 2, BYTES("A: b\r\n\r\n\r\n\r\n"), 12}, /* empty lines are lines */
    {BYTES("A: b\n"), 0, BYTES("A: b\r\n"), 6}, /* no empty line: all of it is header */
    {BYTES("\n1\n2\n"), 1, BYTES("\r\n1\r\n"), 5},
    {BYTES("A: b\n\r\r\n1\n"), 0, BYTES("A: b\r\n\r\r\n1\r\n"), 12}, /* CR CR LF is not empty */
};

static void lines_become_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t piece = 1; piece <= rows[i].count + 1; piece++) {
            struct result result;
            run(rows[i].file, rows[i].count, piece, rows[i].lines, &result);
            assert_int_equal(result.length, rows[i].length);
            assert_memory_equal(result.out, rows[i].sent, rows[i].length);
            assert_int_equal(result.size, rows[i].size);
        }
}

/* What must hold of each message: no line is the dot that ends the reply, none ends without CR LF,
   taking the dots away gives `size` octets; and counting gives the same. */
static void check(const char *file, size_t count) {
    struct result whole, cut;
    struct crlf counted;
    run(file, count, count + 1, CRLF_ALL, &whole);
    assert_true(whole.length == 0 || (whole.length >= 2 && whole.out[whole.length - 1] == '\n' &&
                                      whole.out[whole.length - 2] == '\r'));
    size_t dots = 0;
    for (size_t i = 0; i < whole.length; i++) {
        bool begins = i == 0 || whole.out[i - 1] == '\n';
        assert_true(whole.out[i] != '\n' || whole.out[i - 1] == '\r');
        if (begins && whole.out[i] == '.') {
            assert_int_equal(whole.out[i + 1], '.');
            dots++;
        }
    }
    assert_int_equal(whole.length - dots, whole.size);
    for (size_t piece = 1; piece <= 3; piece++) {
        run(file, count, piece, CRLF_ALL, &cut);
        assert_int_equal(cut.length, whole.length);
        assert_memory_equal(cut.out, whole.out, whole.length);
        crlf_begin(&counted, CRLF_ALL);
        for (size_t at = 0; at < count; at += piece)
            crlf_count(&counted, file + at, count - at < piece ? count - at : piece);
        crlf_count_end(&counted);
        assert_int_equal(counted.size, whole.size);
    }
}

static void every_short_message(void **state) {
    (void)state;
    static const char letters[] = {'\r', '\n', '.', 'a'};
    char file[7] = "";
    for (size_t length = 0; length <= sizeof file; length++)
        for (unsigned number = 0; number < 1u << (2 * length); number++) {
            for (size_t i = 0; i < length; i++)
                file[i] = letters[(number >> (2 * i)) & 3];
            check(file, length);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_lines),
        cmocka_unit_test(every_short_message),
    };
    return cmocka_run_group_tests_name("pop3d_crlf", tests, NULL, NULL);
}
