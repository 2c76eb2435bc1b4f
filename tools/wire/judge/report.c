#include "report.h"
#include "verdict.h"
#include <string.h>

enum {
    FULL_LIMIT = 3, /* so many in full */
    BAR_COLUMNS = 20,
};

/* How many verdicts there are of each kind. */
struct sums {
    size_t checks, held, skipped, questions, right;
    long points, earned;
};

static bool is_question(const struct fields *verdict) {
    return strncmp(fields_get(verdict, "check"), LAB_QUESTION_PREFIX,
                   strlen(LAB_QUESTION_PREFIX)) == 0;
}

static bool is_skipped(const struct fields *verdict) {
    return fields_get(verdict, "needs") != NULL;
}

static struct sums sum_up(const struct fields *verdicts, size_t count) {
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        bool question = is_question(&verdicts[i]), held = verdict_held(&verdicts[i]);
        sums.questions += question;
        sums.right += question && held;
        sums.checks += !question;
        sums.held += !question && held;
        sums.skipped += is_skipped(&verdicts[i]);
        sums.points += fields_number(&verdicts[i], "points");
        sums.earned += fields_number(&verdicts[i], "earned");
    }
    return sums;
}

static int longest_name(const struct fields *verdicts, size_t count) {
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        if (strlen(fields_get(&verdicts[i], "check")) > longest)
            longest = strlen(fields_get(&verdicts[i], "check"));
    return (int)longest;
}

static void print_summary(const struct lab *lab, const struct sums *sums,
                          const struct verdict_style *style, FILE *out) {
    fprintf(out, "%sLab %02d: %s%s\n", verdict_bold(style), lab_number(lab), lab->title,
            verdict_plain(style));
    verdict_print_bar(sums->earned, sums->points, BAR_COLUMNS, style, out);
    fputs("  ", out);
    if (sums->checks > 0)
        fprintf(out, "%zu of %zu checks hold", sums->held, sums->checks);
    if (sums->skipped > 0)
        fprintf(out, ", %zu skipped", sums->skipped);
    if (sums->questions > 0)
        fprintf(out, "%s%zu of %zu questions answered", sums->checks > 0 ? "; " : "", sums->right,
                sums->questions);
    fputs("\n", out);
}

/* The names of those that came to `outcome`, in a few lines. */
static void print_names(const struct fields *verdicts, size_t count, const char *outcome,
                        const char *words, const struct verdict_style *style, FILE *out) {
    struct buf names;
    buf_init(&names, 1 << 16);
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields_get(&verdicts[i], "outcome"), outcome) == 0)
            buf_printf(&names, "%s%s", names.length > 0 ? "  " : words,
                       fields_get(&verdicts[i], "check"));
    if (names.length > 0) {
        putc('\n', out);
        verdict_print_mark(outcome, style, out);
        putc(' ', out);
        verdict_print_wrapped(names.bytes, 2, style->width, style, out);
    }
    buf_free(&names);
}

/* Whether a verdict further up fails for the very same reason. */
static bool repeats(const struct fields *verdicts, size_t number) {
    const char *got = fields_get(&verdicts[number], "got");
    for (size_t i = 0; i < number; i++) {
        const char *earlier = fields_get(&verdicts[i], "got");
        if (!is_skipped(&verdicts[i]) && earlier != NULL && got != NULL &&
            strcmp(earlier, got) == 0)
            return true;
    }
    return false;
}

/* What failed: how many only got a line. */
static size_t print_failed(const struct fields *verdicts, size_t count,
                           const struct verdict_style *style, FILE *out) {
    int names = longest_name(verdicts, count);
    size_t full = 0, lines = 0;
    bool apart = true; /* an empty line goes around those in full */
    for (size_t i = 0; i < count; i++) {
        if (verdict_held(&verdicts[i]) || is_skipped(&verdicts[i]))
            continue;
        bool in_full = full < FULL_LIMIT && !repeats(verdicts, i);
        if (in_full || apart)
            putc('\n', out);
        apart = in_full;
        if (in_full) {
            full++;
            verdict_print(&verdicts[i], style, names, out);
        } else {
            lines++;
            verdict_print_line(&verdicts[i], style, names, out);
        }
    }
    return lines;
}

void report_print(const struct lab *lab, const struct fields *verdicts, size_t count, bool all,
                  const struct verdict_style *style, FILE *out) {
    struct sums sums = sum_up(verdicts, count);
    int number = lab_number(lab);
    if (count > 1)
        print_summary(lab, &sums, style, out);
    if (count > 1 && all)
        putc('\n', out);
    if (count == 1 || all) {
        for (size_t i = 0; i < count; i++)
            verdict_print(&verdicts[i], style, longest_name(verdicts, count), out);
    } else {
        print_names(verdicts, count, "held", "", style, out);
        print_names(verdicts, count, "skipped", "skipped, each needs one that fails:  ", style,
                    out);
        if (print_failed(verdicts, count, style, out) > 0)
            fprintf(out,
                    "\nOne thing at a time. ./kit check %d NAME shows one of them in full, "
                    "./kit check %d --all all of them.\n",
                    number, number);
        putc('\n', out);
    }
    fprintf(out, "%ld of %ld points\n", sums.earned, sums.points);
}
