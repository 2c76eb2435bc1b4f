#include "show_comparison.h"
#include "show_beside.h"
#include "show_paragraph.h"
#include "show_style.h"
#include "show_text.h"

/* Without style->all no more differences than these are told one by one. */
#define TOLD_MOST 20

struct report {
    const struct comparison *comparison;
    const char *const *names;
    const struct show_style *style;
    FILE *out;
};

static void put_role(const struct report *report, enum role role, const char *words) {
    fprintf(report->out, "%s%s%s", style_begin(report->style, role), words,
            style_end(report->style, role));
}

static void put_title(const struct report *report, const char *words) {
    fputc('\n', report->out);
    put_role(report, ROLE_HEAD, words);
    fputc('\n', report->out);
}

static void put_problems(const struct report *report) {
    for (size_t i = 0; i < report->comparison->problem_count; i++) {
        const struct comparison_problem *problem = &report->comparison->problems[i];
        if (!problem->fatal && report->comparison->outcome == COMPARISON_CANNOT_JUDGE)
            continue; /* a remark would only distract */
        put_role(report, problem->fatal ? ROLE_BAD : ROLE_WARNING,
                 problem->fatal ? "The recording" : "Remark on the recording");
        fprintf(report->out, " (%s)\n",
                problem->side == COMPARISON_MINE ? "yours" : "the reference");
        show_paragraph(problem->sentence, 2, report->style, report->out);
        if (problem->remedy != NULL) {
            struct buf words;
            buf_init(&words, 4096);
            buf_printf(&words, "What to do: %s.", problem->remedy);
            show_paragraph(words.bytes != NULL ? words.bytes : "", 2, report->style, report->out);
            buf_free(&words);
        }
        fputc('\n', report->out);
    }
}

static void put_ladders(const struct report *report) {
    bool some = false;

    for (size_t i = 0; i < report->comparison->pair_count; i++) {
        if (report->comparison->pairs[i].row_count == 0)
            continue;
        if (some)
            fputc('\n', report->out);
        some = true;
        show_beside(report->comparison, i, report->names, report->style, report->out);
    }
}

/* Sentence, clause, and where to look. */
static void put_difference(const struct report *report,
                           const struct comparison_difference *difference, int indent) {
    struct buf words;

    show_paragraph(difference->sentence, indent, report->style, report->out);
    buf_init(&words, 1000);
    if (difference->clause != NULL)
        buf_printf(&words, "%s", difference->clause);
    if (difference->frame[COMPARISON_MINE] > 0)
        buf_printf(&words, "%sframe %u", words.length > 0 ? " · " : "",
                   difference->frame[COMPARISON_MINE]);
    if (difference->frame[COMPARISON_REFERENCE] > 0)
        buf_printf(&words, "%sreference: frame %u", words.length > 0 ? " · " : "",
                   difference->frame[COMPARISON_REFERENCE]);
    if (difference->rows > 1)
        buf_printf(&words, " · and %zu more like it", difference->rows - 1);
    fputs(style_begin(report->style, ROLE_QUIET), report->out);
    show_paragraph(words.bytes != NULL ? words.bytes : "", indent, report->style, report->out);
    fputs(style_end(report->style, ROLE_QUIET), report->out);
    buf_free(&words);
}

static void put_first(const struct report *report) {
    const struct comparison_difference *first = comparison_first_wrong(report->comparison);

    if (first == NULL)
        return;
    put_title(report, "First divergence");
    put_difference(report, first, 2);
}

/* One of the rest: its sign and class stand in front. */
static void put_one(const struct report *report, const struct comparison_difference *difference) {
    fprintf(report->out, "%s %s\n", show_class_sign(difference->class, report->style),
            comparison_class_name(difference->class));
    put_difference(report, difference, 4);
}

/* Heaviest first. Without --all what is only environment is counted, no more. */
static void put_rest(const struct report *report) {
    const struct comparison_difference *first = comparison_first_wrong(report->comparison);
    int least = report->style->all ? COMPARISON_ENVIRONMENT : COMPARISON_ALLOWED;
    size_t told = 0, all = 0;

    for (int weight = COMPARISON_WRONG; weight >= least; weight--) {
        for (size_t i = 0; i < report->comparison->difference_count; i++) {
            const struct comparison_difference *difference = &report->comparison->differences[i];
            if ((int)difference->class != weight || difference == first ||
                (told == TOLD_MOST && !report->style->all))
                continue;
            if (told++ == 0)
                put_title(report, first != NULL ? "The rest" : "Differences");
            put_one(report, difference);
        }
        all += report->comparison->total[weight];
    }
    all -= told + (first != NULL ? 1 : 0);
    if (all > 0)
        fprintf(report->out, "  and %zu more%s\n", all, report->style->all ? "" : " (--all)");
}

static void put_cost(const struct report *report) {
    const struct comparison_cost *cost = &report->comparison->cost;
    char number[5][32];

    if (!cost->present)
        return;
    int tls = (int)cost->encrypted, clear = 1 - tls;
    put_title(report, "What encryption hid and cost");
    fprintf(report->out, "  hidden       %s octets of the dialogue\n",
            show_number(cost->hidden, number[0]));
    fprintf(report->out, "  octets       %s encrypted, %s in clear\n",
            show_number(cost->octets[tls], number[1]), show_number(cost->octets[clear], number[2]));
    fprintf(report->out, "  packets      %u encrypted, %u in clear\n", cost->packets[tls],
            cost->packets[clear]);
    fprintf(report->out, "  round trips  %u encrypted, %u in clear\n", cost->round_trips[tls],
            cost->round_trips[clear]);
}

static void put_counts(const struct report *report) {
    static const struct {
        const char *words;
        enum role role;
    } outcomes[] = {
        [COMPARISON_IS_SAME] = {"same", ROLE_SERVER},
        [COMPARISON_DIFFERS] = {"differs", ROLE_BAD},
        [COMPARISON_CANNOT_JUDGE] = {"cannot judge", ROLE_BAD},
    };
    char number[32];

    if (report->comparison->pair_count > 0)
        fputc('\n', report->out);
    put_role(report, outcomes[report->comparison->outcome].role,
             outcomes[report->comparison->outcome].words);
    if (report->comparison->pair_count > 0) {
        fprintf(report->out, ": ");
        for (int weight = COMPARISON_WRONG; weight > COMPARISON_SAME; weight--)
            fprintf(report->out, "%zu %s (%s), ", report->comparison->total[weight],
                    comparison_class_name((enum comparison_class)weight),
                    show_class_sign((enum comparison_class)weight, report->style));
        fprintf(report->out, "%s steps alike", show_number(report->comparison->alike, number));
    }
    fputc('\n', report->out);
}

void show_comparison(const struct comparison *comparison, const char *const names[2],
                     const struct show_style *style, FILE *out) {
    struct report report = {comparison, names, style, out};

    put_problems(&report);
    put_ladders(&report);
    put_first(&report);
    put_rest(&report);
    put_cost(&report);
    put_counts(&report);
}
