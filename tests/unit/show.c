#include "show.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frames_for_tests.h"
#include "show_text.h"
#include <stdio.h>
#include <wchar.h>

/* The text of a row, and how wide it says it is. */
static void expect_row(const char *bytes, size_t length, int width, bool unicode, const char *text,
                       int columns, size_t taken) {
    struct buf out;
    size_t position = 0;

    buf_init(&out, 1000);
    assert_int_equal(show_text_row(bytes, length, &position, width, unicode, &out), columns);
    assert_string_equal(out.bytes, text);
    assert_int_equal(position, taken);
    buf_free(&out);
}

static void everything_is_made_visible(void **state) {
    (void)state;
    static const struct {
        const char *bytes, *ascii, *unicode;
        int columns; /* of the Unicode form */
    } cases[] = {
        {"250 ok", "250 ok", "250 ok", 6},
        {"\t", "\\t", "\\t", 2},
        {"\033[2J", "\\x1B[2J", "␛[2J", 4},
        {"\x7f\r\x01", "\\x7F\\x0D\\x01", "␡␍␁", 3},
        {"trailing ", "trailing\\x20", "trailing␠", 9},
        {"ıçşüöİ", "\\xC4\\xB1\\xC3\\xA7\\xC5\\x9F\\xC3\\xBC\\xC3\\xB6\\xC4\\xB0", "ıçşüöİ", 6},
        {"日本", "\\xE6\\x97\\xA5\\xE6\\x9C\\xAC", "日本", 4},
        {"e\xcc\x81!", "e\\xCC\\x81!", "e\xcc\x81!", 2}, /* e and a combining accent */
        {"\xff\xc3", "\\xFF\\xC3", "\\xFF\\xC3", 8},
        {"\xc2\x9b", "\\xC2\\x9B", "\\u{9B}", 6}, /* CSI, as one C1 character */
        {"\xe2\x80\xae"
         "x",
         "\\xE2\\x80\\xAEx", "\\u{202E}x", 9}, /* turns the direction round */
        {"\xef\xbb\xbf", "\\xEF\\xBB\\xBF", "\\u{FEFF}", 8},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].bytes);
        expect_row(cases[i].bytes, length, 80, false, cases[i].ascii, (int)strlen(cases[i].ascii),
                   length);
        expect_row(cases[i].bytes, length, 80, true, cases[i].unicode, cases[i].columns, length);
    }
    expect_row("a\0b", 3, 80, true, "a␀b", 3, 3);
}

static void rows_are_broken_at_blanks(void **state) {
    (void)state;

    expect_row("one two three", 13, 9, false, "one two", 7, 8);
    expect_row("one two three", 13, 7, false, "one two", 7, 8);
    expect_row("one two ", 8, 7, false, "one two", 7, 7);         /* the last blank is to be seen */
    expect_row("a verylongword", 14, 8, false, "a verylo", 8, 8); /* not for a blank so far off */
    expect_row("abcdefgh", 8, 4, false, "abcd", 4, 4);
    expect_row("\x01\x02", 2, 3, false, "\\x01", 4, 1); /* one character at least */
    expect_row("日本", 6, 3, true, "日", 2, 3);
}

static void numbers_have_commas(void **state) {
    (void)state;
    char text[32];

    assert_string_equal(show_number(0, text), "0");
    assert_string_equal(show_number(999, text), "999");
    assert_string_equal(show_number(1000, text), "1,000");
    assert_string_equal(show_number(12345678, text), "12,345,678");
    assert_string_equal(show_number(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

/* What show_dialogue draws of the only conversation. The caller frees it. */
static char *draw(const struct frames *frames, const struct show_style *style) {
    struct dialogues dialogues;
    struct failure why;
    char *text = NULL;
    size_t size;

    assert_int_equal(dialogues_make(frames->list, frames->count, &dialogues, &why), 0);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t i = 0; i < dialogues.count; i++)
        show_dialogue(&dialogues.list[i], style, out);
    fclose(out);
    dialogues_free(&dialogues);
    return text;
}

static void draws_a_ladder(void **state) {
    (void)state;
    struct show_style style = {.width = 64};
    struct frames frames = {.list = NULL};
    struct wire wire = {.host = {"10.0.0.1", "10.0.0.2"}, .port = {40000, 25}, .next = {1, 1}};

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "QUIT\n");
    say(&frames, &wire, S, "221-1\r\n221 2");
    farewell(&frames, &wire);
    char *text = draw(&frames, &style);
    assert_string_equal(text, "stream 0  10.0.0.1                  |   10.0.0.2\n"
                              "   ms  #  port 40000                |   port 25\n"
                              "------------------------------------+---------------------------\n"
                              "2.000  3  connects (SYN, SYN ACK,  >|\n"
                              "          + ACK)                    |\n"
                              "3.000  4                            |<- 220 hi\n"
                              "4.000  5  QUIT <LF> --------------->|\n"
                              "5.000  6                            |<- 221-1\n"
                              "                                    |   221 2 <no line end>\n"
                              "6.000  7                            |<- closes (FIN)\n"
                              "7.000  8  closes (FIN) ------------>|\n"
                              "------------------------------------+---------------------------\n"
                              "          5 octets sent             |   20 octets sent\n");
    free(text);
    free(frames.list);
}

/* A conversation with everything that could burst a column. */
static void make_trouble(struct frames *frames, struct wire *wire, char *noise, size_t size) {
    uint32_t seed = 1;

    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (char)(seed >> 24);
    }
    handshake(frames, wire);
    say(frames, wire, S,
        "220 a line that is rather long, longer than most columns are wide\r\n"
        "220-\xc4\xb1\xc3\xa7\xc5\x9f \xe6\x97\xa5\xe6\x9c\xac \xff\xfe\r\n550 \n");
    packet(frames, wire, C, TCP_ACK, noise, size);
    wire->next[C] += 12345;
    say(frames, wire, C, "verylongwordsthatcannotbebrokenanywherebecausetheyhavenoblanks\r\r\n");
    for (int i = 0; i < 40; i++)
        say(frames, wire, S, "250-more\r\n");
    packet(frames, wire, S, TCP_RST, NULL, 0);
}

/* How many columns a terminal gives to a row of UTF-8. */
static int columns_of(const char *row, size_t length) {
    int columns = 0;

    while (length > 0) {
        wchar_t c;
        int count = mbtowc(&c, row, length);
        assert_true(count > 0);
        assert_true(wcwidth(c) >= 0); /* no control character */
        columns += wcwidth(c);
        row += count;
        length -= (size_t)count;
    }
    return columns;
}

static void expect_fits(const char *text, const struct show_style *style) {
    for (const char *row = text; *row != '\0';) {
        size_t length = strcspn(row, "\n");
        int columns = columns_of(row, length);
        if (columns > style->width || (length > 0 && row[length - 1] == ' '))
            fail_msg("at width %d: \"%.*s\"", style->width, (int)length, row);
        for (size_t i = 0; i < length && !style->unicode; i++)
            assert_in_range(row[i], 0x20, 0x7e);
        row += length + 1;
    }
}

static void fits_into_every_width(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = {.host = {"10.0.0.1", "10.0.0.2"}, .port = {40000, 25}, .next = {1, 1}};
    static char noise[5000];
    struct show_style able = {.width = 80};

    make_trouble(&frames, &wire, noise, sizeof noise);
    struct show_wishes wishes = {.unicode = true};
    bool unicode = show_style_change(&able, &wishes, NULL) == 0;
    for (int width = SHOW_WIDTH_LEAST; width <= 120; width++) {
        for (int options = 0; options < 8; options++) {
            struct show_style style = {.width = width,
                                       .unicode = unicode && (options & 1) != 0,
                                       .all = (options & 2) != 0,
                                       .frame_range = (options & 4) != 0};
            char *text = draw(&frames, &style);
            expect_fits(text, &style);
            free(text);
        }
    }
    free(frames.list);
}

/* Unless all is asked for, what is drawn has an end, however long the conversation is. */
static void leaves_out_what_is_long(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    struct show_style style = {.width = 80};

    handshake(&frames, &wire);
    for (int i = 0; i < 1000; i++)
        say(&frames, &wire, S, "220-and so on\r\n");
    static char line[100001];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 2] = '\n';
    say(&frames, &wire, C, line);
    char *text = draw(&frames, &style);
    assert_non_null(strstr(text, "... 984 more lines"));
    assert_non_null(strstr(text, "more octets"));
    assert_true(strlen(text) < 4000);
    free(text);
    style.all = true;
    text = draw(&frames, &style);
    assert_null(strstr(text, "more"));
    assert_true(strlen(text) > 1000 * strlen("220-and so on"));
    free(text);
    free(frames.list);
}

static void colours_begin_and_end(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    struct show_style style = {.width = 80, .colour = true};

    handshake(&frames, &wire);
    say(&frames, &wire, S, "550 \033[31mno\r\n"); /* a server that would like to choose */
    char *text = draw(&frames, &style);
    for (const char *row = text; *row != '\0'; row += strcspn(row, "\n") + 1) {
        bool on = false;
        for (const char *at = row; *at != '\n'; at++) {
            if (*at == '\033')
                on = strncmp(at, "\033[0m", 4) != 0;
        }
        assert_false(on);
    }
    assert_non_null(strstr(text, "\\x1B[31mno"));
    assert_null(strstr(text, "\033[31mno"));
    free(text);
    free(frames.list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_commas),        cmocka_unit_test(draws_a_ladder),
        cmocka_unit_test(leaves_out_what_is_long),    cmocka_unit_test(colours_begin_and_end),
        cmocka_unit_test(fits_into_every_width), /* from here on in a UTF-8 locale */
        cmocka_unit_test(everything_is_made_visible), cmocka_unit_test(rows_are_broken_at_blanks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
