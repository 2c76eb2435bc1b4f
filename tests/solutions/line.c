/* Lab 02: line_read and line_is_ready. */
#include "conversation.h"

#define END     "the server closed the connection"
#define END_MID "the server closed the connection in the middle of a line"
#define LONG    "line longer than 4096 bytes"

static void lines_come_out_whole_however_they_come_in(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        struct {
            const char *text;
            size_t length;
        } lines[4];
        const char *end;
    } cases[] = {
        {BYTES(""), {{NULL, 0}}, END},
        {BYTES("220 hi\r\n"), {{BYTES("220 hi")}}, END},
        {BYTES("\r\n"), {{BYTES("")}}, END},
        {BYTES("\n"), {{BYTES("")}}, END},
        {BYTES("a\nb\r\n\nc\r\n"), {{BYTES("a")}, {BYTES("b")}, {BYTES("")}, {BYTES("c")}}, END},
        {BYTES("a\rb\r\n"), {{BYTES("a\rb")}}, END},
        {BYTES("a\r\r\n"), {{BYTES("a\r")}}, END},
        {BYTES("\r\r\n"), {{BYTES("\r")}}, END},
        {BYTES("a\0b\r\n\0\n"), {{BYTES("a\0b")}, {BYTES("\0")}}, END},
        {BYTES("\xC4\xB1\xFF\r\n"), {{BYTES("\xC4\xB1\xFF")}}, END},
        {BYTES("a\r\nb"), {{BYTES("a")}}, END_MID},
        {BYTES("a\r\n\r"), {{BYTES("a")}}, END_MID},
        {BYTES("a"), {{NULL, 0}}, END_MID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= cases[i].count + 1; piece++) {
            struct conversation conversation;
            conversation_begin(&conversation);
            server_says_slowly(&conversation, cases[i].bytes, cases[i].count, piece);
            server_closes(&conversation);
            struct line line;
            struct failure why;
            for (size_t n = 0; n < 4 && cases[i].lines[n].text != NULL; n++) {
                assert_int_equal(line_read(&conversation.smtp.reader, &line, &why), 0);
                assert_int_equal(line.length, cases[i].lines[n].length);
                assert_memory_equal(line.text, cases[i].lines[n].text, line.length + 1);
            }
            assert_int_equal(line_read(&conversation.smtp.reader, &line, &why), -1);
            assert_string_equal(why.text, cases[i].end);
            conversation_end(&conversation);
        }
    }
}

/* 512 is the classic limit, 4,096 ours; and what a server should never send. */
static void a_line_has_a_limit(void **state) {
    (void)state;
    static const struct {
        size_t length;
        const char *end;
        bool fits;
    } cases[] = {
        {510, "\r\n", true},     {511, "\n", true},     {4095, "\r\n", true}, {4096, "\r\n", true},
        {4096, "\n", true},      {4097, "\r\n", false}, {4097, "\n", false},  {4098, "\r\n", false},
        {100000, "\r\n", false}, {100000, "", false},
    };
    static char bytes[100100];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 250; piece <= 1000; piece += 250) {
            struct conversation conversation;
            conversation_begin(&conversation);
            size_t length = cases[i].length;
            memset(bytes, 'x', length);
            int more = snprintf(bytes + length, 100, "%s250 next\r\n", cases[i].end);
            server_says_what_fits(&conversation, bytes, length + (size_t)more, piece);
            struct line line;
            struct failure why;
            int result = line_read(&conversation.smtp.reader, &line, &why);
            assert_int_equal(result, cases[i].fits ? 0 : -1);
            if (cases[i].fits) {
                assert_int_equal(line.length, length);
                assert_int_equal(strspn(line.text, "x"), length);
                assert_int_equal(line_read(&conversation.smtp.reader, &line, &why), 0);
                assert_string_equal(line.text, "250 next");
            } else {
                assert_string_equal(why.text, LONG);
            }
            conversation_end(&conversation);
        }
    }
}

static void silence_ends_at_the_deadline(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    struct line line;
    struct failure why;
    server_says(&conversation, BYTES("250 whole\r\n250 ha"));
    assert_int_equal(line_read(&conversation.smtp.reader, &line, &why), 0);
    stream_set_deadline(conversation.smtp.stream, deadline_in(10));
    assert_int_equal(line_read(&conversation.smtp.reader, &line, &why), -1);
    assert_non_null(strstr(why.text, "10 milliseconds"));
    conversation_end(&conversation);
}

static void ready_means_without_waiting(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    struct line_reader *reader = &conversation.smtp.reader;
    struct line line;
    assert_false(line_is_ready(reader)); /* nothing read */
    server_says(&conversation, BYTES("250-a\r\n250 b\r\n25"));
    assert_false(line_is_ready(reader)); /* it is in the kernel, not in the reader */
    assert_int_equal(line_read(reader, &line, NULL), 0);
    assert_true(line_is_ready(reader));
    assert_int_equal(line_read(reader, &line, NULL), 0);
    assert_string_equal(line.text, "250 b");
    assert_false(line_is_ready(reader)); /* half a line */
    conversation_end(&conversation);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_whole_however_they_come_in),
        cmocka_unit_test(a_line_has_a_limit),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(ready_means_without_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
