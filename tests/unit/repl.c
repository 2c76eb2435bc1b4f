/* repl without a terminal: standard input and output are pipes. The terminal is in tests/terminal.
 */
#include "repl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#define BYTES(text) text, sizeof(text) - 1

static int keyboard; /* the other end of standard input */

static struct repl *open_repl(void) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    keyboard = ends[1];
    static const struct repl_word words[] = {{"NOOP", "", "does nothing"}, {NULL, NULL, NULL}};
    struct repl *repl =
        repl_open(&(struct repl_options){.program = "test", .prompt = "> ", .words = words}, NULL);
    assert_non_null(repl);
    assert_false(repl_is_terminal(repl));
    return repl;
}

static void type(const char *bytes, size_t count) {
    assert_int_equal(write(keyboard, bytes, count), count);
}

static void assert_line(struct repl *repl, const char *text, size_t length) {
    struct repl_line line;
    assert_int_equal(repl_read(repl, &line), REPL_LINE);
    assert_int_equal(line.length, length);
    assert_memory_equal(line.text, text, length + 1); /* with the NUL */
}

static void assert_end(struct repl *repl) {
    struct repl_line line;
    for (int i = 0; i < 3; i++)
        assert_int_equal(repl_read(repl, &line), REPL_END);
    assert_int_equal(repl_fd(repl), -1);
}

static void lines_come_out_whole(void **state) {
    (void)state;
    struct repl *repl = open_repl();
    struct repl_line line;
    assert_int_equal(repl_fd(repl), STDIN_FILENO);
    assert_int_equal(repl_read(repl, &line), REPL_MORE);
    type(BYTES("NO"));
    assert_int_equal(repl_read(repl, &line), REPL_MORE);
    type(BYTES("OP\nRSET\r\n\n\r\n/help\na\rb\nx\0y\n\r"));
    assert_line(repl, BYTES("NOOP"));
    assert_line(repl, BYTES("RSET"));
    assert_line(repl, BYTES(""));
    assert_line(repl, BYTES(""));
    assert_line(repl, BYTES("/help")); /* here it is a line like any other */
    assert_line(repl, BYTES("a\rb"));
    assert_line(repl, BYTES("x\0y"));
    assert_int_equal(repl_read(repl, &line), REPL_MORE);
    type(BYTES("last\r"));
    close(keyboard);
    assert_line(repl, BYTES("\rlast\r")); /* no newline: the CR is the line's own */
    assert_end(repl);
    assert_null(repl_failure(repl));
    repl_close(repl);
}

static void nothing_is_the_end(void **state) {
    (void)state;
    struct repl *repl = open_repl();
    close(keyboard);
    assert_end(repl);
    assert_null(repl_failure(repl));
    repl_close(repl);
    repl_close(NULL);
}

struct typist {
    size_t count;
    char end;
};

static void *type_much(void *context) {
    const struct typist *typist = context;
    char *bytes = malloc(typist->count + 1);
    if (bytes != NULL) {
        memset(bytes, 'x', typist->count);
        bytes[typist->count] = typist->end;
        for (size_t at = 0; at <= typist->count;) {
            ssize_t taken = write(keyboard, bytes + at, typist->count + 1 - at);
            if (taken <= 0)
                break;
            at += (size_t)taken;
        }
    }
    free(bytes);
    close(keyboard);
    return NULL;
}

static void long_lines_come_whole_or_are_a_failure(void **state) {
    (void)state;
    static const struct {
        size_t count;
        bool fits;
    } cases[] = {{300000, true},
                 {REPL_LINE_LIMIT, true},
                 {REPL_LINE_LIMIT + 1, false},
                 {REPL_LINE_LIMIT + 100000, false},
                 {2 * REPL_LINE_LIMIT, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct repl *repl = open_repl();
        struct typist typist = {cases[i].count, '\n'};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, type_much, &typist), 0);
        struct repl_line line;
        enum repl_result result;
        while ((result = repl_read(repl, &line)) == REPL_MORE)
            poll(&(struct pollfd){repl_fd(repl), POLLIN, 0}, 1, -1);
        if (cases[i].fits) {
            assert_int_equal(result, REPL_LINE);
            assert_int_equal(line.length, cases[i].count);
            assert_int_equal(strspn(line.text, "x"), cases[i].count);
        } else {
            assert_int_equal(result, REPL_END);
            assert_string_equal(repl_failure(repl),
                                "standard input: a line is longer than 1048576 bytes");
            assert_end(repl);
        }
        repl_close(repl);
        char rest[65536];
        while (read(STDIN_FILENO, rest, sizeof rest) > 0)
            ;
        pthread_join(thread, NULL);
    }
}

static void what_cannot_be_read_is_a_failure(void **state) {
    (void)state;
    int directory = open("/", O_RDONLY | O_CLOEXEC);
    assert_int_equal(dup2(directory, STDIN_FILENO), STDIN_FILENO);
    close(directory);
    struct repl *repl = repl_open(&(struct repl_options){.program = "test"}, NULL);
    assert_end(repl);
    assert_string_equal(repl_failure(repl), "standard input: is a directory");
    repl_close(repl);

    close(STDIN_FILENO);
    struct failure why;
    assert_null(repl_open(&(struct repl_options){.program = "test"}, &why));
    assert_string_equal(why.text, "standard input: bad file descriptor");
}

/* Runs `act` with standard output in a pipe, and gives back what came. */
static size_t shown_by(void (*act)(struct repl *repl), char *bytes, size_t size) {
    struct repl *repl = open_repl();
    int ends[2], before = dup(STDOUT_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(stdout);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    act(repl);
    dup2(before, STDOUT_FILENO);
    close(before);
    ssize_t count = read(ends[0], bytes, size);
    close(ends[0]);
    repl_close(repl);
    close(keyboard);
    return count > 0 ? (size_t)count : 0;
}

static void show_things(struct repl *repl) {
    repl_remark(repl, "only for %s", "people");
    assert_int_equal(repl_show(repl, BYTES("a\0\x1b[2J\r\n\xFF half")), 0);
    repl_set_prompt(repl, "text> ");
    repl_set_prompt(repl, NULL);
}

static void show_help(struct repl *repl) {
    repl_help(repl);
}

static void show_on_full_disk(struct repl *repl) {
    int full = open("/dev/full", O_WRONLY);
    int before = dup(STDOUT_FILENO);
    assert_true(full >= 0);
    dup2(full, STDOUT_FILENO);
    assert_int_equal(repl_show(repl, "x", 1), -1);
    dup2(before, STDOUT_FILENO);
    close(full), close(before);
}

static void not_one_byte_is_changed_or_added(void **state) {
    (void)state;
    char bytes[1000];
    static const char shown[] = "a\0\x1b[2J\r\n\xFF half";
    assert_int_equal(shown_by(show_things, bytes, sizeof bytes), sizeof shown - 1);
    assert_memory_equal(bytes, shown, sizeof shown - 1);
    static const char help[] = "  NOOP                    does nothing\n";
    assert_int_equal(shown_by(show_help, bytes, sizeof bytes), sizeof help - 1);
    assert_memory_equal(bytes, help, sizeof help - 1);
    assert_int_equal(shown_by(show_on_full_disk, bytes, sizeof bytes), 0);
}

static void a_secret_is_the_next_line(void **state) {
    (void)state;
    struct repl *repl = open_repl();
    struct buf secret;
    struct failure why;
    buf_init(&secret, 10);
    type(BYTES("sesame\nmuch too long\nNOOP\n"));
    assert_int_equal(repl_ask_secret(repl, "Password: ", &secret, &why), 0);
    assert_true(buf_equals(&secret, "sesame"));
    assert_int_equal(repl_ask_secret(repl, "Password: ", &secret, &why), -1);
    assert_string_equal(why.text, "longer than 10 bytes");
    assert_line(repl, BYTES("NOOP"));
    close(keyboard);
    assert_int_equal(repl_ask_secret(repl, "Password: ", &secret, &why), -1);
    assert_string_equal(why.text, "end of typing");
    buf_wipe(&secret);
    repl_close(repl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_whole),
        cmocka_unit_test(nothing_is_the_end),
        cmocka_unit_test(long_lines_come_whole_or_are_a_failure),
        cmocka_unit_test(not_one_byte_is_changed_or_added),
        cmocka_unit_test(a_secret_is_the_next_line),
        cmocka_unit_test(what_cannot_be_read_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
