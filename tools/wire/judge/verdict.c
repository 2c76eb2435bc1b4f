#include "verdict.h"
#include "files.h"
#include "finding.h"
#include "judge.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

/* What the program complained of first often says all. */
static int add_complaint(const struct evidence *evidence, const char *got, struct fields *verdict) {
    enum {
        SHOWN = 200,
        ENOUGH = 30 /* of it in `got`: there it is already */
    };
    const char *line;
    size_t length = evidence_complaint(evidence, &line);
    struct buf words, beginning;
    if (length == 0)
        return 0;
    buf_init(&words, (size_t)SHOWN * 5);
    buf_init(&beginning, (size_t)SHOWN * 5);
    text_printable(line, length < SHOWN ? length : SHOWN, &words, NULL);
    text_printable(line, length < ENOUGH ? length : ENOUGH, &beginning, NULL);
    int added = 0;
    if (beginning.length > 0 && (got == NULL || strstr(got, beginning.bytes) == NULL))
        added = fields_add(verdict, "note", "it said:  %s", words.bytes);
    buf_free(&words);
    buf_free(&beginning);
    return added;
}

static int add_notes(const struct lab *lab, const struct evidence *evidence,
                     struct fields *verdict) {
    const struct run_result *result = &evidence->result;
    const struct lab_run *run = evidence->run;
    const char *got = fields_get(verdict, "got"), *where = files_short_path(lab->directory);
    char words[200];
    int added = 0;
    run_result_describe(result, words, sizeof words);
    if (result->ending != RUN_ENDED && result->start[0] == '\0' &&
        (got == NULL || strstr(got, words) == NULL))
        added |= fields_add(verdict, "note", "the program %s", words);
    if (result->todo[0] != '\0' && (got == NULL || strstr(got, result->todo) == NULL))
        added |= fields_add(verdict, "note", "%s", result->todo);
    else if (result->todo[0] == '\0')
        added |= add_complaint(evidence, got, verdict);
    if (result->keyboard[0] != '\0' && result->todo[0] == '\0' && run->session.count > 0 &&
        (got == NULL || strcmp(got, result->keyboard) != 0))
        added |= fields_add(verdict, "note", "%s, %s/%s, %s",
                            run->serves ? "the session" : "at the keyboard", where,
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
        if (check->hints.count > 0)
            added |= fields_add(verdict, "hint", "%s", check->hints.text[0]);
    }
    finding_free(&finding);
    return added;
}

bool verdict_held(const struct fields *verdict) {
    return strcmp(fields_get(verdict, "outcome"), "held") == 0;
}
