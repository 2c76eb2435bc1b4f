/* What the page says in words. */
#include "escape.h"
#include "page.h"
#include "quantity.h"
#include "step_words.h"
#include <string.h>

/* Of more differences than this, only these are listed. */
#define LISTED_MOST 200

/* Of what belongs to the recording, not to the program. */
struct remark {
    bool is;
    const char *sentence;
};

static void put_count(unsigned long long count, const char *one, const char *many, FILE *out) {
    char number[QUANTITY_SIZE];

    fprintf(out, "%s %s", quantity_count(count, number), count == 1 ? one : many);
}

static size_t count_steps(const struct dialogues *dialogues) {
    size_t steps = 0;

    for (size_t i = 0; i < dialogues->count; i++)
        steps += dialogues->list[i].step_count;
    return steps;
}

void page_summary(const struct view *view, FILE *out) {
    int captures = view->drawing->comparison == NULL ? 1 : 2;

    fputs("<p class=\"summary\">", out);
    for (int side = 0; side < captures; side++) {
        const struct drawing_capture *capture = &view->drawing->capture[side];
        if (captures == 2)
            fprintf(out, "%s ", side == 0 ? "Yours:" : " The reference:");
        put_count(capture->dialogues->count, "conversation", "conversations", out);
        fputs(", ", out);
        put_count(count_steps(capture->dialogues), "step", "steps", out);
        fputs(".", out);
    }
    fputs("</p>\n", out);
}

static void put_item(const char *sentence, const char *remedy, FILE *out) {
    fputs("<li>", out);
    escape_text(sentence, out);
    if (remedy != NULL) {
        fputs(" <em>What to do: ", out);
        escape_text(remedy, out);
        fputs("</em>", out);
    }
    fputs("</li>\n", out);
}

/* What is the matter with one capture, when nothing is compared. */
static void find_remarks(const struct dialogues *dialogues, struct remark remarks[3]) {
    for (size_t i = 0; i < dialogues->count; i++) {
        remarks[0].is |= dialogues->list[i].late;
        remarks[1].is |= dialogues->list[i].gaps;
        remarks[2].is |= dialogues->list[i].unclear;
    }
}

static void put_remarks(const struct drawing_capture *capture, FILE *out) {
    struct remark remarks[] = {
        {false, "The capture began after the connection: its start is missing."},
        {false, "The capture does not hold all octets: see the gaps."},
        {false, "Some octets came twice, with different values: the first ones are shown."},
    };
    char broken[200];

    find_remarks(capture->dialogues, remarks);
    if (capture->damage != NULL) {
        snprintf(broken, sizeof broken, "The file breaks off (%s).", capture->damage);
        put_item(broken, NULL, out);
    }
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        if (remarks[i].is)
            put_item(remarks[i].sentence, NULL, out);
    }
}

static bool has_problems(const struct view *view) {
    const struct drawing_capture *capture = &view->drawing->capture[COMPARISON_MINE];
    struct remark remarks[3] = {{.is = false}};

    if (view->drawing->comparison != NULL)
        return view->drawing->comparison->problem_count > 0;
    find_remarks(capture->dialogues, remarks);
    return remarks[0].is || remarks[1].is || remarks[2].is || capture->damage != NULL;
}

void page_problems(const struct view *view, FILE *out) {
    const struct comparison *comparison = view->drawing->comparison;

    if (!has_problems(view))
        return;
    fputs("<section class=\"note problems\">\n<h2>First, the recording</h2>\n<ul>\n", out);
    if (comparison == NULL)
        put_remarks(&view->drawing->capture[COMPARISON_MINE], out);
    for (size_t i = 0; comparison != NULL && i < comparison->problem_count; i++) {
        const struct comparison_problem *problem = &comparison->problems[i];
        put_item(problem->sentence, problem->remedy, out);
    }
    fputs("</ul>\n</section>\n", out);
}

void page_difference(const struct comparison_difference *difference, FILE *out) {
    const char *name = comparison_class_name(difference->class);

    fprintf(out, "<span class=\"class\">");
    page_sign(name, out);
    fprintf(out, "%s</span> ", name);
    escape_text(difference->sentence, out);
    if (difference->clause != NULL) {
        fputs(" <cite>", out);
        escape_text(difference->clause, out);
        fputs("</cite>", out);
    }
}

/* Whether the row of a difference is on the page, so that a link can lead there. */
static bool is_drawn(const struct view *view, const struct comparison_difference *difference) {
    for (size_t i = 0; i < view->section_count; i++) {
        const struct view_section *section = &view->sections[i];
        if (!view->two || section->pair != difference->pair)
            continue;
        for (size_t row = 0; row < section->row_count; row++) {
            if (section->rows[row].folded == 0 && section->rows[row].number == difference->row)
                return true;
        }
    }
    return false;
}

static void put_link(const struct view *view, const struct comparison_difference *difference,
                     const char *words, FILE *out) {
    if (is_drawn(view, difference))
        fprintf(out, " <a href=\"#row-%zu-%zu\">%s</a>", difference->pair, difference->row, words);
}

void page_first(const struct view *view, FILE *out) {
    const struct comparison *comparison = view->drawing->comparison;

    if (comparison == NULL)
        return;
    if (view->first != NULL) {
        fputs("<section class=\"note wrong\">\n<h2>Here they part</h2>\n<p>", out);
        page_difference(view->first, out);
        put_link(view, view->first, "Go to this step", out);
        fputs("</p>\n</section>\n", out);
    } else if (comparison->outcome == COMPARISON_IS_SAME) {
        fputs("<section class=\"note same\">\n<h2>The same dialogue</h2>\n<p>Nothing differs but "
              "what "
              "may, or what differs each time.</p>\n</section>\n",
              out);
    } else {
        fputs("<section class=\"note wrong\">\n<h2>This cannot be judged</h2>\n<p>Why, and what to "
              "do, stands above.</p>\n</section>\n",
              out);
    }
}

/* Two captures of the same dialogue, one of them encrypted. */
void page_cost(const struct view *view, FILE *out) {
    const struct comparison *comparison = view->drawing->comparison;
    char text[3][QUANTITY_SIZE];

    if (comparison == NULL || !comparison->cost.present)
        return;
    const struct comparison_cost *cost = &comparison->cost;
    int encrypted = (int)cost->encrypted, clear = 1 - encrypted;
    fprintf(out,
            "<section class=\"note cost\">\n<h2>What encryption did</h2>\n<p>It hides %s octets of "
            "the dialogue. For that %s octets of payload went over the wire instead of %s, in %u "
            "packets instead of %u, and the client waited for the server %u times instead of "
            "%u.</p>\n</section>\n",
            quantity_count(cost->hidden, text[0]), quantity_count(cost->octets[encrypted], text[1]),
            quantity_count(cost->octets[clear], text[2]), cost->packets[encrypted],
            cost->packets[clear], cost->round_trips[encrypted], cost->round_trips[clear]);
}

static void put_meaning(const char *sign, const char *word, const char *meaning, FILE *out) {
    fprintf(out, "<div class=\"%s\"><dt>", sign);
    page_sign(sign, out);
    fprintf(out, "%s</dt> <dd>%s</dd></div>\n", word, meaning);
}

void page_legend(const struct view *view, FILE *out) {
    fputs(
        "<section class=\"legend\" aria-label=\"How to read it\">\n<p>At the left of each ladder "
        "is "
        "the client, at the right the server; time runs down. <span class=\"screen\">A step opens "
        "to its octets, by a click or Enter.</span></p>\n<dl>\n",
        out);
    put_meaning("lock", "lock", "encrypted on the wire", out);
    if (view->two) {
        put_meaning("wrong", "wrong", "against the protocol, or another dialogue", out);
        put_meaning("allowed", "allowed", "the protocol leaves it open", out);
        put_meaning("environment", "environment", "differs each time: no fault", out);
        fputs(
            "<div class=\"missing\"><dt><span class=\"box\"></span>missing</dt> <dd>only the other "
            "side has this step</dd></div>\n",
            out);
    }
    fputs("</dl>\n</section>\n", out);
}

/* Those that are only counted as well. */
static size_t count_differences(const struct comparison *comparison) {
    size_t all = 0;

    for (int class = COMPARISON_ENVIRONMENT; class < COMPARISON_CLASSES; class ++)
        all += comparison->total[class];
    return all > comparison->difference_count ? all : comparison->difference_count;
}

void page_list(const struct view *view, FILE *out) {
    const struct comparison *comparison = view->drawing->comparison;
    char number[QUANTITY_SIZE];

    if (comparison == NULL || comparison->difference_count == 0)
        return;
    fputs("<section class=\"list\">\n<h2>All that differs</h2>\n<ol>\n", out);
    for (size_t i = 0; i < comparison->difference_count && i < LISTED_MOST; i++) {
        const struct comparison_difference *difference = &comparison->differences[i];
        fprintf(out, "<li class=\"%s\">", comparison_class_name(difference->class));
        page_difference(difference, out);
        put_link(view, difference, "see", out);
        fputs("</li>\n", out);
    }
    fputs("</ol>\n", out);
    size_t all = count_differences(comparison);
    if (all > LISTED_MOST)
        fprintf(out, "<p class=\"fold\">… and %s more.</p>\n",
                quantity_count(all - LISTED_MOST, number));
    fputs("</section>\n", out);
}
