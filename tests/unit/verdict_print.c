#include "verdict_print.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fields verdict_of(const char *outcome, const char *says) {
    struct fields verdict = {0};
    fields_add(&verdict, "number", "3");
    fields_add(&verdict, "check", "stuffing");
    fields_add(&verdict, "says", "%s", says);
    fields_add(&verdict, "points", "2");
    fields_add(&verdict, "earned", "%d", strcmp(outcome, "held") == 0 ? 2 : 0);
    fields_add(&verdict, "outcome", "%s", outcome);
    return verdict;
}

/* What is printed must be this. Frees the verdict. */
static void prints(struct fields *verdict, const struct verdict_style *style, const char *wanted) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    verdict_print(verdict, style, 10, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, wanted);
    free(text);
    fields_free(verdict);
}

static void one_that_holds_is_one_line(void **state) {
    (void)state;
    struct fields verdict = verdict_of("held", "puts a dot in front");
    prints(&verdict, &(struct verdict_style){0}, "+ 03 stuffing    puts a dot in front  2/2\n");
}

static void the_points_stand_at_the_right_edge(void **state) {
    (void)state;
    const struct verdict_style style = {.unicode = true, .width = 60};
    struct fields verdict = verdict_of("held", "puts a dot in front");
    prints(&verdict, &style, "✓ 03 stuffing    puts a dot in front                     2/2\n");
    verdict =
        verdict_of("held", "puts a dot in front of each line that begins with one, as it must");
    prints(&verdict, &style,
           "✓ 03 stuffing    puts a dot in front of each line that   2/2\n"
           "                 begins with one, as it must\n");
}

static void a_skipped_one_says_what_it_waits_for(void **state) {
    (void)state;
    struct fields verdict = verdict_of("skipped", "puts a dot in front");
    fields_add(&verdict, "needs", "greeting");
    fields_add(&verdict, "got", "nothing");
    prints(&verdict, &(struct verdict_style){0},
           "- 03 stuffing    puts a dot in front  0/2\n"
           "    skipped    greeting first: without it this one cannot hold\n");
}

static void a_failed_one_is_told_in_full(void **state) {
    (void)state;
    struct fields verdict = verdict_of("failed", "puts a dot in front");
    fields_add(&verdict, "run", "dots");
    fields_add(&verdict, "expected", "C→S:  \"..\"");
    fields_add(&verdict, "got", "frame 31, C→S:  \".x\"\n                 ^ here");
    fields_add(&verdict, "note", "one thing");
    fields_add(&verdict, "note", "another");
    fields_add(&verdict, "capture", "c.pcapng");
    fields_add(&verdict, "filter", "frame.number == 31");
    fields_add(&verdict, "why", "RFC 5321 §4.5.2");
    fields_add(&verdict, "code", "x.c: f");
    fields_add(&verdict, "hint", "never shown here");
    fields_add(&verdict, "right", "nor this");
    prints(&verdict, &(struct verdict_style){0},
           "x 03 stuffing    puts a dot in front  0/2\n"
           "    run        dots\n"
           "    expected   C->S:  \"..\"\n"
           "    got        frame 31, C->S:  \".x\"\n"
           "                                ^ here\n"
           "    note       one thing\n"
           "    note       another\n"
           "    why        RFC 5321 section 4.5.2\n"
           "    look       c.pcapng, display filter  frame.number == 31\n"
           "    code       x.c: f\n"
           "    hint       ./kit hint 3 stuffing\n"
           "    again      ./kit check 3 stuffing\n");
}

static void long_words_hang_and_filters_stay_whole(void **state) {
    (void)state;
    const struct verdict_style style = {.unicode = true, .width = 60, .answers = true};
    struct fields verdict = verdict_of("failed", "asks");
    fields_add(&verdict, "right", "127.0.0.2, 25");
    fields_add(&verdict, "expected", "words that go on and on, further than the terminal is wide");
    fields_add(&verdict, "got", "\"%s\"\n     ^ here",
               "0123456789012345678901234567890123456789ıııııııııı");
    fields_add(&verdict, "capture", "c.pcapng");
    fields_add(&verdict, "filter",
               "tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip.dst == 127.0.0.2");
    prints(&verdict, &style,
           "✗ 03 stuffing    asks                                    0/2\n"
           "    right      127.0.0.2, 25\n"
           "    expected   words that go on and on, further than the\n"
           "               terminal is wide\n"
           "    got        \"0123456789012345678901234567890123456789ııı…\n"
           "                    ^ here\n"
           "    look       c.pcapng, display filter\n"
           "               tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip.dst == 127.0.0.2\n"
           "    again      ./kit check 3 stuffing\n");
}

static void bars(void **state) {
    (void)state;
    static const struct {
        long earned, points;
        const char *bar;
    } cases[] = {{0, 4, "...."},   {4, 4, "####"},    {2, 4, "##.."},
                 {1, 100, "#..."}, {99, 100, "###."}, {0, 0, "...."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[50] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        verdict_print_bar(cases[i].earned, cases[i].points, 4, &(struct verdict_style){0}, out);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(text, cases[i].bar);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_holds_is_one_line),
        cmocka_unit_test(the_points_stand_at_the_right_edge),
        cmocka_unit_test(a_skipped_one_says_what_it_waits_for),
        cmocka_unit_test(a_failed_one_is_told_in_full),
        cmocka_unit_test(long_words_hang_and_filters_stay_whole),
        cmocka_unit_test(bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
