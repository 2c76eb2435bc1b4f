#include "verdict.h"
#include "files.h"
#include "finding.h"
#include "judge.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add_notes(const struct lab *lab, const struct evidence *evidence,
                     struct fields *verdict) {
    const struct run_result *result = &evidence->result;
    const struct lab_run *run = evidence->run;
    const char *got = fields_get(verdict, "got"), *where = files_short_path(lab->directory);
    char words[200];
    int added = 0;
    run_result_describe(result, words, sizeof words);
    if (result->ending != RUN_ENDED && (got == NULL || strstr(got, words) == NULL))
        added |= fields_add(verdict, "note", "the program %s", words);
    if (result->todo[0] != '\0' && (got == NULL || strstr(got, result->todo) == NULL))
        added |= fields_add(verdict, "note", "%s", result->todo);
    if (result->keyboard[0] != '\0' && result->todo[0] == '\0' &&
        (got == NULL || strcmp(got, result->keyboard) != 0))
        added |= fields_add(verdict, "note", "at the keyboard, %s/%s, %s", where,
                            run->text[RUN_SESSION], result->keyboard);
    if (result->script[0] != '\0' && result->todo[0] == '\0' &&
        (got == NULL || strcmp(got, result->script) != 0))
        added |= fields_add(verdict, "note", "the server, %s/%s, %s", where, run->text[RUN_SCRIPT],
                            result->script);
    return added;
}

static int add_finding(const struct lab *lab, const struct evidence *evidence,
                       const struct finding *finding, const char *directory,
                       struct fields *verdict) {
    const struct run_result *result = &evidence->result;
    int added = fields_add(verdict, "run", "%s", evidence->run->name) |
                fields_add(verdict, "expected", "%s",
                           finding->expected.length > 0 ? finding->expected.bytes : "");
    /* Where nothing can be pointed at, an unwritten function is the reason. */
    const char *got = finding->got.length > 0 ? finding->got.bytes : "";
    if (result->todo[0] != '\0' && finding->frame == 0)
        got = result->todo;
    added |= fields_add(verdict, "got", "%s", got);
    added |= fields_add(verdict, "capture", "%s/%s/capture.pcapng", files_short_path(directory),
                        evidence->run->name);
    if (finding->frame != 0)
        added |= fields_add(verdict, "filter", "frame.number == %u", finding->frame);
    else if (finding->look.length > 0)
        added |= fields_add(verdict, "filter", "%s", finding->look.bytes);
    return added | add_notes(lab, evidence, verdict);
}

/* The run in which the check fails, or NULL; then `finding` says why. */
static const struct evidence *find_failure(const struct lab_check *check,
                                           const struct evidence *const *evidence,
                                           struct finding *finding) {
    for (size_t i = 0; i < check->run_count; i++) {
        const struct evidence *of_run = evidence[check->runs[i]];
        if (!judge_all(check->judges, check->judge_count, of_run, finding))
            return of_run;
    }
    return NULL;
}

/* The first check that this one needs and that did not hold, by `held`; or NULL. */
static const struct lab_check *find_missing_need(const struct lab *lab,
                                                 const struct lab_check *check, const bool *held) {
    for (size_t i = 0; i < check->need_count; i++)
        if (!held[check->needs[i]])
            return &lab->checks[check->needs[i]];
    return NULL;
}

int verdict_make(const struct lab *lab, const struct lab_check *check,
                 const struct evidence *const *evidence, const bool *held, const char *directory,
                 struct fields *verdict) {
    struct finding finding;
    finding_init(&finding);
    const struct evidence *failed = find_failure(check, evidence, &finding);
    const struct lab_check *missing = failed == NULL ? NULL : find_missing_need(lab, check, held);
    int added = fields_add(verdict, "number", "%d", lab_number(lab)) |
                fields_add(verdict, "check", "%s", check->name) |
                fields_add(verdict, "says", "%s", check->says) |
                fields_add(verdict, "points", "%lu", check->points) |
                fields_add(verdict, "earned", "%lu", failed == NULL ? check->points : 0) |
                fields_add(verdict, "outcome", "%s",
                           failed == NULL    ? "held"
                           : missing == NULL ? "failed"
                                             : "skipped");
    if (missing != NULL)
        added |= fields_add(verdict, "needs", "%s", missing->name);
    if (failed != NULL) {
        added |= add_finding(lab, failed, &finding, directory, verdict);
        if (check->rfc != NULL)
            added |= fields_add(verdict, "why", "%s", check->rfc);
        if (check->todo != NULL)
            added |=
                fields_add(verdict, "code", "%s/%s", files_short_path(lab->directory), check->todo);
        if (check->hint != NULL)
            added |= fields_add(verdict, "hint", "%s", check->hint);
    }
    finding_free(&finding);
    return added;
}

bool verdict_held(const struct fields *verdict) {
    return strcmp(fields_get(verdict, "outcome"), "held") == 0;
}

void verdict_style_for(FILE *out, struct verdict_style *style) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool fancy = isatty(fileno(out)) && (no_colour == NULL || *no_colour == '\0') &&
                 terminal != NULL && strcmp(terminal, "dumb") != 0;
    setlocale(LC_CTYPE, "");
    style->colour = fancy;
    style->unicode = fancy && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* What plain text has instead of the signs that wire itself writes. */
static const struct {
    const char *sign;
    const char *plain;
} plain_signs[] = {{"→", "->"}, {"§", "section "}, {"…", "..."}, {"–", "-"}};

static void print_text(const char *text, const struct verdict_style *style, FILE *out) {
    while (*text != '\0') {
        size_t taken = 1;
        const char *plain = NULL;
        for (size_t i = 0; !style->unicode && i < sizeof plain_signs / sizeof plain_signs[0]; i++) {
            size_t length = strlen(plain_signs[i].sign);
            if (strncmp(text, plain_signs[i].sign, length) != 0)
                continue;
            plain = plain_signs[i].plain;
            taken = length;
        }
        if (plain != NULL)
            fputs(plain, out);
        else
            putc(*text, out);
        text += taken;
    }
}

/* "    expected   text", further lines below the first. */
static void print_field(const char *label, const char *text, const struct verdict_style *style,
                        FILE *out) {
    for (const char *line = text; line != NULL;) {
        const char *end = strchr(line, '\n');
        fprintf(out, "    %s%-11s%s", style->colour ? "\033[2m" : "", line == text ? label : "",
                style->colour ? "\033[0m" : "");
        char *copy = end == NULL ? strdup(line) : strndup(line, (size_t)(end - line));
        if (copy != NULL)
            print_text(copy, style, out);
        free(copy);
        putc('\n', out);
        line = end == NULL ? NULL : end + 1;
    }
}

/* How an outcome begins its line. */
static const struct mark {
    const char *outcome, *unicode, *plain, *colour;
} marks[] = {
    {"held", "✓", "+", "\033[32m"},
    {"skipped", "–", "-", "\033[33m"},
    {"failed", "✗", "x", "\033[1;31m"},
};

static const struct mark *mark_of(const struct fields *verdict) {
    size_t i = 0;
    while (i + 1 < sizeof marks / sizeof marks[0] &&
           strcmp(marks[i].outcome, fields_get(verdict, "outcome")) != 0)
        i++;
    return &marks[i];
}

static void print_head(const struct fields *verdict, const struct verdict_style *style, int width,
                       FILE *out) {
    const struct mark *mark = mark_of(verdict);
    fprintf(out, "%s%s%s %02ld %-*s  ", style->colour ? mark->colour : "",
            style->unicode ? mark->unicode : mark->plain, style->colour ? "\033[0m" : "",
            fields_number(verdict, "number"), width, fields_get(verdict, "check"));
    print_text(fields_get(verdict, "says"), style, out);
    fprintf(out, "  %ld/%ld\n", fields_number(verdict, "earned"), fields_number(verdict, "points"));
}

static void print_look(const struct fields *verdict, const struct verdict_style *style, FILE *out) {
    const char *capture = fields_get(verdict, "capture"), *filter = fields_get(verdict, "filter");
    char *text = NULL;
    if (capture == NULL)
        return;
    if (asprintf(&text, "%s%s%s", capture, filter == NULL ? "" : ", display filter  ",
                 filter == NULL ? "" : filter) < 0)
        return;
    print_field("look", text, style, out);
    free(text);
}

static void print_needs(const struct fields *verdict, const struct verdict_style *style,
                        FILE *out) {
    char words[100];
    snprintf(words, sizeof words, "%s first: without it this one cannot hold",
             fields_get(verdict, "needs"));
    print_field("skipped", words, style, out);
}

void verdict_print(const struct fields *verdict, const struct verdict_style *style, int width,
                   FILE *out) {
    static const char *const before[] = {"expected", "got", "note"};
    static const char *const behind[] = {"code", "hint"};
    print_head(verdict, style, width, out);
    if (verdict_held(verdict))
        return;
    if (fields_get(verdict, "needs") != NULL) {
        print_needs(verdict, style, out);
        return;
    }
    const char *run = fields_get(verdict, "run");
    if (run != NULL && strcmp(run, "main") != 0)
        print_field("run", run, style, out);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        for (size_t j = 0; j < verdict->count; j++)
            if (strcmp(verdict->list[j].key, before[i]) == 0)
                print_field(before[i], verdict->list[j].value, style, out);
    if (fields_get(verdict, "why") != NULL)
        print_field("why", fields_get(verdict, "why"), style, out);
    print_look(verdict, style, out);
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++)
        if (fields_get(verdict, behind[i]) != NULL)
            print_field(behind[i], fields_get(verdict, behind[i]), style, out);
    char again[100];
    snprintf(again, sizeof again, "./kit check %ld %s", fields_number(verdict, "number"),
             fields_get(verdict, "check"));
    print_field("again", again, style, out);
}
