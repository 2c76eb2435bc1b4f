/* The judge that holds a run against a reference capture (compare.h). */
#include "compare.h"
#include "judges.h"
#include "references.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int judge_same_parse(struct judge *judge, const char *value, struct failure *why) {
    if (*value == '\0' || *value == '/' || strstr(value, "..") != NULL)
        return failure_set(why, "\"%s\" is no path from the kit's directory", value);
    judge->reference = strdup(value);
    return judge->reference == NULL ? failure_set(why, "not enough memory") : 0;
}

/* The student's step that the difference is about; NULL: it is not there. */
static const struct dialogue_step *find_step(const struct comparison *comparison,
                                             const struct comparison_difference *difference) {
    const struct comparison_pair *pair = &comparison->pairs[difference->pair];
    return difference->row < pair->row_count ? pair->rows[difference->row].step[COMPARISON_MINE]
                                             : NULL;
}

/* The bytes of a step, its line end included: what a caret can stand under. */
static void append_step(const struct dialogue_step *step, struct buf *out) {
    static const char *const endings[] = {
        [DIALOGUE_CRLF] = "\r\n", [DIALOGUE_LF] = "\n", [DIALOGUE_NONE] = ""};
    if (step->length > 0)
        buf_append(out, step->bytes, step->length);
    buf_append(out, endings[step->ending], strlen(endings[step->ending]));
}

static void show_step(const struct dialogue_step *step,
                      const struct comparison_difference *difference, struct finding *finding) {
    char lead[60];
    struct buf bytes;
    bool has_bytes = step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE ||
                     step->kind == DIALOGUE_BYTES;
    if (!has_bytes)
        return;
    buf_init(&bytes, DISSECT_BYTE_LIMIT);
    append_step(step, &bytes);
    size_t at = difference->has_byte && difference->at <= bytes.length ? difference->at : 0;
    snprintf(lead, sizeof lead, "frame %u, %s:  ", finding->frame, judge_arrow(step->side));
    buf_printf(&finding->got, "\n");
    finding_show(&finding->got, lead, bytes.length > 0 ? bytes.bytes : "", bytes.length, at,
                 "here");
    buf_free(&bytes);
}

static void explain(const struct comparison *comparison, const struct evidence *evidence,
                    struct finding *finding) {
    const struct comparison_difference *first = comparison_first_wrong(comparison);
    buf_clear(&finding->got);
    for (size_t i = 0; first == NULL && i < comparison->problem_count; i++)
        if (comparison->problems[i].fatal)
            buf_printf(&finding->got, "%s%s", finding->got.length > 0 ? "\n" : "",
                       comparison->problems[i].sentence);
    if (first == NULL)
        return;
    buf_printf(&finding->got, "%s", first->sentence);
    if (first->clause != NULL)
        buf_printf(&finding->got, " (%s)", first->clause);
    finding->frame = first->frame[COMPARISON_MINE];
    const struct dialogue_step *step = find_step(comparison, first);
    if (step != NULL)
        show_step(step, first, finding);
    size_t more = comparison->total[COMPARISON_WRONG] - 1;
    buf_printf(&finding->got, "\n");
    if (more > 0)
        buf_printf(&finding->got, "and %zu more; ", more);
    buf_printf(&finding->got, "side by side: ./kit diff %d", lab_number(evidence->lab));
}

bool judge_same_holds(const struct judge *judge, const struct evidence *evidence,
                      struct finding *finding) {
    const struct reference_capture *reference =
        references_find(evidence->references, judge->reference);
    finding_expected(finding, "the same dialogue as in %s", judge->reference);
    if (reference == NULL) {
        finding_got(finding, "that file is not there: without it nothing can be compared");
        return false;
    }
    const struct dissect_capture capture = {.frames = evidence->frames,
                                            .frame_count = evidence->frame_count};
    const struct comparison_capture mine = {"your recording", &capture, &evidence->dialogues};
    const struct comparison_capture theirs = {reference->name, reference->capture,
                                              &reference->dialogues};
    struct comparison comparison;
    struct failure why;
    if (compare(&mine, &theirs, &comparison, &why) < 0) {
        finding_got(finding, "%s", why.text);
        return false;
    }
    bool same = comparison.outcome == COMPARISON_IS_SAME;
    if (!same)
        explain(&comparison, evidence, finding);
    comparison_free(&comparison);
    return same;
}
