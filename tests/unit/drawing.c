/* The pieces of a drawing: escaping, hex, what is folded; and comparisons made by hand. */
#include "drawing.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "escape.h"
#include "frames_for_tests.h"
#include "hex.h"
#include "step_words.h"
#include "view.h"
#include <stdio.h>

static char sentence[] = "The line ends in <LF> & \"nothing\" else", remedy[] = "Record it again";

/* Everything that is written into a file in memory. The caller frees it. */
struct page {
    FILE *out;
    char *text;
    size_t length;
};

static void begin(struct page *page) {
    page->out = open_memstream(&page->text, &page->length);
    assert_non_null(page->out);
}

static const char *written(struct page *page) {
    assert_int_equal(fclose(page->out), 0);
    return page->text;
}

static void bytes_are_escaped(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *text;
    } cases[] = {
        {"250 ok", 6, "250 ok"},
        {"</script>", 9, "&lt;/script&gt;"},
        {"\"'&", 3, "&quot;&#39;&amp;"},
        {"]]>", 3, "]]&gt;"},
        {"a\0b", 3, "a\\x00b"},
        {"\t\r\033[2J\x7f", 7, "\\t\\x0D\\x1B[2J\\x7F"},
        {"ıçş 日本", 13, "ıçş 日本"},
        {"\xff\xc3(", 3, "\\xFF\\xC3("},
        {"\xc0\x80", 2, "\\xC0\\x80"},                   /* NUL, too long */
        {"\xed\xa0\x80", 3, "\\xED\\xA0\\x80"},          /* half of a surrogate pair */
        {"\xf4\x90\x80\x80", 4, "\\xF4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
        {"\xc2\x9b", 2, "\\u{9B}"},                      /* CSI */
        {"\xe2\x80\xae!", 4, "\\u{202E}!"},              /* turns the direction round */
        {"\xef\xbb\xbf", 3, "\\u{FEFF}"},
        {"\xef\xbf\xbf", 3, "\\u{FFFF}"},      /* XML forbids it */
        {"\xf3\xa0\x81\x81", 4, "\\u{E0041}"}, /* an invisible letter */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct page page;
        begin(&page);
        size_t taken = escape_bytes(cases[i].bytes, cases[i].length, 1000, "", "", page.out);
        assert_string_equal(written(&page), cases[i].text);
        assert_int_equal(taken, cases[i].length);
        free(page.text);
    }
}

static void escaping_is_bounded_and_marks_stand_ins(void **state) {
    (void)state;
    struct page page;

    begin(&page);
    assert_int_equal(escape_bytes("a\tbc", 4, 3, "<i>", "</i>", page.out), 3);
    assert_string_equal(written(&page), "a<i>\\t</i>b");
    free(page.text);
    assert_int_equal(escape_next("&", 1).columns, 1);
    assert_int_equal(escape_next("\x01", 1).columns, 4);
    assert_int_equal(escape_next("日", 3).columns, 2);
}

/* Of every byte pair, what comes out holds no markup and no control character. */
static void nothing_gets_through(void **state) {
    (void)state;

    for (unsigned pair = 0; pair < 0x10000; pair++) {
        const char bytes[] = {(char)(pair >> 8), (char)pair};
        struct glyph glyph = escape_next(bytes, 2);
        assert_in_range(glyph.bytes, 1, 2);
        for (const char *c = glyph.text; *c != '\0'; c++) {
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7F);
            assert_true(strchr("<>\"'", *c) == NULL);
            assert_true(*c != '&' || strchr(c, ';') != NULL);
        }
    }
}

static void octets_are_dumped(void **state) {
    (void)state;
    struct dialogue_step step = {
        .kind = DIALOGUE_LINE, .bytes = "EHLO <client>.example", .length = 21};
    struct page page;

    begin(&page);
    hex_dump(&step, 21, page.out); /* points to the CR */
    assert_string_equal(
        written(&page),
        "<i>0000</i>  45 48 4c 4f 20 3c 63 6c  69 65 6e 74 3e 2e 65 78  <b>EHLO "
        "&lt;client&gt;.ex</b>\n"
        "<i>0010</i>  61 6d 70 6c 65 <mark>0d</mark> 0a                              "
        "<b>ample<mark>·</mark>·</b>\n");
    free(page.text);

    step = (struct dialogue_step){
        .kind = DIALOGUE_LINE, .ending = DIALOGUE_LF, .bytes = "", .length = 0};
    unsigned char octet = 0;
    assert_int_equal(step_octets(&step, 0, 1, &octet), 1);
    assert_int_equal(octet, '\n');
    step.ending = DIALOGUE_NONE;
    assert_int_equal(step_octets(&step, 0, 0, NULL), 0);
}

static void long_dumps_are_folded_but_not_at_the_mark(void **state) {
    (void)state;
    static char bytes[100000];
    struct dialogue_step step = {.kind = DIALOGUE_BYTES, .bytes = bytes, .length = sizeof bytes};
    struct page page;

    memset(bytes, 'x', sizeof bytes);
    begin(&page);
    hex_dump(&step, 50000, page.out);
    const char *text = written(&page);
    assert_non_null(strstr(text, "<i>c350</i>"));
    assert_non_null(strstr(text, "<mark>78</mark>"));
    assert_non_null(strstr(text, "<i>18690</i>")); /* the last row */
    /* 6250 rows; 20 + 1 + 4 of them are shown: 3125 - 20 and 6250 - 4 - 3126 are not */
    assert_non_null(strstr(text, "… 49,680 octets are left out"));
    assert_non_null(strstr(text, "… 49,920 octets are left out"));
    assert_true(page.length < 4000);
    free(page.text);
}

/* Two conversations with rows made by hand. */
struct pair {
    struct frames frames[2];
    struct dialogues dialogues[2];
    struct comparison_row rows[64];
    struct comparison_pair pair;
    struct comparison_difference difference;
    struct comparison_problem problem;
    struct comparison comparison;
    struct drawing drawing;
};

static void make_dialogues(struct pair *pair, int side, const char *mail) {
    struct wire wire = WIRE;
    struct failure why;

    handshake(&pair->frames[side], &wire);
    say(&pair->frames[side], &wire, S, "220 hi\r\n");
    say(&pair->frames[side], &wire, C, mail);
    say(&pair->frames[side], &wire, S, "250-one\r\n250 two\r\n");
    farewell(&pair->frames[side], &wire);
    assert_int_equal(dialogues_make(pair->frames[side].list, pair->frames[side].count,
                                    &pair->dialogues[side], &why),
                     0);
}

/* The third step, MAIL, is wrong; the fourth of the reference has no partner. */
static void make_pair(struct pair *pair) {
    size_t mine = 0, reference = 0;

    *pair = (struct pair){.pair = {.rows = pair->rows}};
    make_dialogues(pair, COMPARISON_MINE, "MAIL FROM:<a@b>\n");
    make_dialogues(pair, COMPARISON_REFERENCE, "MAIL FROM:<a@b>\r\n");
    const struct dialogue *left = pair->dialogues[COMPARISON_MINE].list;
    const struct dialogue *right = pair->dialogues[COMPARISON_REFERENCE].list;
    pair->pair.dialogue[COMPARISON_MINE] = left;
    pair->pair.dialogue[COMPARISON_REFERENCE] = right;
    while (reference < right->step_count) {
        struct comparison_row *row = &pair->rows[pair->pair.row_count++];
        row->step[COMPARISON_REFERENCE] = &right->steps[reference++];
        if (reference != 4)
            row->step[COMPARISON_MINE] = &left->steps[mine++];
        row->class = reference == 3   ? COMPARISON_WRONG
                     : reference == 4 ? COMPARISON_ALLOWED
                                      : COMPARISON_SAME;
    }
    pair->difference = (struct comparison_difference){.class = COMPARISON_WRONG,
                                                      .row = 2,
                                                      .sentence = sentence,
                                                      .clause = "RFC 5321 §2.3.8",
                                                      .has_byte = true,
                                                      .at = 15};
    pair->problem = (struct comparison_problem){.sentence = sentence, .remedy = remedy};
    pair->comparison = (struct comparison){.outcome = COMPARISON_DIFFERS,
                                           .problems = &pair->problem,
                                           .problem_count = 1,
                                           .pairs = &pair->pair,
                                           .pair_count = 1,
                                           .differences = &pair->difference,
                                           .difference_count = 1};
    pair->drawing = (struct drawing){.capture = {{"mine<>.pcapng", &pair->dialogues[0], NULL},
                                                 {"ref", &pair->dialogues[1], NULL}},
                                     .comparison = &pair->comparison};
}

static void free_pair(struct pair *pair) {
    for (int side = 0; side < 2; side++) {
        dialogues_free(&pair->dialogues[side]);
        free(pair->frames[side].list);
    }
}

static size_t count(const char *text, const char *words) {
    size_t found = 0;

    for (const char *at = strstr(text, words); at != NULL; at = strstr(at + 1, words))
        found++;
    return found;
}

static void the_right_row_is_marked(void **state) {
    (void)state;
    struct pair pair;
    struct page page;
    struct failure why;

    make_pair(&pair);
    begin(&page);
    assert_int_equal(drawing_page(&pair.drawing, page.out, &why), 0);
    const char *text = written(&page);
    assert_int_equal(count(text, "<li class=\"row wrong first\" id=\"row-0-2\"><details open>"), 1);
    assert_int_equal(count(text, "<details open>"), 1);
    assert_int_equal(count(text, "<a href=\"#row-0-2\">"), 2); /* in front, and in the list */
    assert_int_equal(count(text, "not in yours"), 1);
    assert_int_equal(count(text, "not in the reference"), 0);
    assert_int_equal(count(text, "<mark>0a</mark>"), 1);
    assert_int_equal(count(text, "<mark>0d</mark>"), 1); /* what stands there in the reference */
    assert_int_equal(count(text, "LF only"), 1);
    /* Sentences hold bytes of captures, too: in the note, at the row, in the list, the problem. */
    assert_int_equal(count(text, "The line ends in &lt;LF&gt; &amp; &quot;nothing&quot; else"), 4);
    assert_int_equal(count(text, "mine&lt;&gt;.pcapng"), 2);
    assert_true(strstr(text, "First, the recording") < strstr(text, "Here they part"));
    assert_true(strstr(text, "Here they part") < strstr(text, "id=\"row-0-2\""));
    free(page.text);

    begin(&page);
    assert_int_equal(drawing_picture(&pair.drawing, page.out, &why), 0);
    text = written(&page);
    assert_int_equal(count(text, "<g class=\"row wrong\">"), 1);
    assert_int_equal(count(text, "<g class=\"row allowed\">"), 1);
    assert_int_equal(count(text, "not in yours"), 1);
    assert_non_null(strstr(text, "[LF only]"));
    free(page.text);
    free_pair(&pair);
}

/* Nothing can be judged: no pairs. One's own dialogue is drawn all the same. */
static void what_cannot_be_judged_is_still_drawn(void **state) {
    (void)state;
    struct pair pair;
    struct page page;
    struct failure why;

    make_pair(&pair);
    pair.comparison.outcome = COMPARISON_CANNOT_JUDGE;
    pair.comparison.pair_count = pair.comparison.difference_count = 0;
    begin(&page);
    assert_int_equal(drawing_page(&pair.drawing, page.out, &why), 0);
    const char *text = written(&page);
    assert_non_null(strstr(text, "This cannot be judged"));
    assert_non_null(strstr(text, "Record it again"));
    assert_non_null(strstr(text, "MAIL FROM:&lt;a@b&gt;"));
    assert_null(strstr(text, "not in yours"));
    free(page.text);
    free_pair(&pair);
}

/* The arrow belongs to the frame, not to each of its lines. */
static void lines_of_a_frame_share_an_arrow(void **state) {
    (void)state;
    struct pair pair;
    struct view view;
    struct failure why;

    make_pair(&pair);
    assert_int_equal(view_make(&pair.drawing, &view, &why), 0);
    assert_int_equal(view.section_count, 1);
    const struct view_row *rows = view.sections[0].rows;
    /* connect, 220, MAIL, 250-one, 250 two, FIN, FIN */
    assert_int_equal(view.sections[0].row_count, 7);
    assert_true(rows[3].begins[COMPARISON_REFERENCE] && !rows[3].ends[COMPARISON_REFERENCE]);
    assert_true(!rows[4].begins[COMPARISON_REFERENCE] && rows[4].ends[COMPARISON_REFERENCE]);
    assert_true(rows[2].begins[COMPARISON_MINE] && rows[2].ends[COMPARISON_MINE]);
    assert_int_equal(rows[2].difference_count, 1);
    assert_int_equal(rows[3].difference_count, 0);
    view_free(&view);
    free_pair(&pair);
}

/* A hundred thousand lines, and something wrong in the middle of them. */
static void long_conversations_are_folded(void **state) {
    (void)state;
    enum {
        LINES = 100000,
        WRONG = 50000
    };
    struct dialogue_step *steps = calloc(LINES, sizeof *steps);
    struct comparison_row *rows = calloc(LINES, sizeof *rows);
    struct dialogue dialogue = {
        .host = {"127.0.0.1", "127.0.0.2"}, .steps = steps, .step_count = LINES};
    struct dialogues dialogues = {.list = &dialogue, .count = 1};
    struct comparison_difference difference = {
        .class = COMPARISON_WRONG, .row = WRONG, .sentence = sentence};
    struct comparison_pair pair = {
        .dialogue = {&dialogue, &dialogue}, .rows = rows, .row_count = LINES};
    struct comparison comparison = {
        .pairs = &pair, .pair_count = 1, .differences = &difference, .difference_count = 1};
    struct drawing drawing = {.capture = {{"a", &dialogues, NULL}, {"b", &dialogues, NULL}}};
    struct view view;
    struct failure why;

    for (size_t i = 0; i < LINES; i++) {
        /* command and reply in turn: there are no runs to fold */
        steps[i] = (struct dialogue_step){.kind = DIALOGUE_LINE,
                                          .side = i % 2 == 0 ? DIALOGUE_CLIENT : DIALOGUE_SERVER,
                                          .first_frame = (unsigned)i + 1,
                                          .last_frame = (unsigned)i + 1,
                                          .bytes = "NOOP",
                                          .length = 4};
        rows[i] = (struct comparison_row){.step = {&steps[i], &steps[i]}};
    }
    rows[WRONG].class = COMPARISON_WRONG;
    for (int compared = 0; compared < 2; compared++) {
        size_t steps_told = 0, shown = 0;
        bool wrong = false;
        drawing.comparison = compared == 1 ? &comparison : NULL;
        assert_int_equal(view_make(&drawing, &view, &why), 0);
        for (size_t i = 0; i < view.sections[0].row_count; i++) {
            const struct view_row *row = &view.sections[0].rows[i];
            steps_told += row->folded > 0 ? row->folded : 1;
            shown += row->folded == 0;
            wrong |= row->difference_count == 1 && row->number == WRONG;
        }
        assert_int_equal(steps_told, LINES);
        assert_int_equal(wrong, compared == 1);
        assert_int_equal(shown, VIEW_ROWS_FIRST + VIEW_ROWS_LAST +
                                    (compared == 1 ? 2 * VIEW_AROUND + 1 : 0));
        view_free(&view);
    }
    free(steps);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_escaped),
        cmocka_unit_test(escaping_is_bounded_and_marks_stand_ins),
        cmocka_unit_test(nothing_gets_through),
        cmocka_unit_test(octets_are_dumped),
        cmocka_unit_test(long_dumps_are_folded_but_not_at_the_mark),
        cmocka_unit_test(the_right_row_is_marked),
        cmocka_unit_test(what_cannot_be_judged_is_still_drawn),
        cmocka_unit_test(lines_of_a_frame_share_an_arrow),
        cmocka_unit_test(long_conversations_are_folded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
