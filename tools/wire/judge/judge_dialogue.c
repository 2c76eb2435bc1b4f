/* Judges of the dialogue: its lines, in the notation of session files. */
#include "judges.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

int judge_dialogue_parse(struct judge *judge, const char *value, struct failure *why) {
    return pattern_parse(value, &judge->pattern, why);
}

int judge_lines_parse(struct judge *judge, const char *value, struct failure *why) {
    if (judge_number_parse(judge, &value, why) < 0 ||
        pattern_parse(value, &judge->pattern, why) < 0)
        return -1;
    return judge->pattern.count == 1 && judge->pattern.steps[0].kind == DIALOGUE_LINE
               ? 0
               : failure_set(why, "one line is counted, and no more");
}

/* The next conversation that the pattern is about, from number *index on; NULL: no more. */
static const struct dialogue *next_meant(const struct pattern *pattern,
                                         const struct evidence *evidence, size_t *index) {
    while (*index < evidence->dialogues.count) {
        size_t number = ++*index;
        if (pattern->conversation == 0 || pattern->conversation == number)
            return &evidence->dialogues.list[number - 1];
    }
    return NULL;
}

/* A line of the capture, and where it is. */
struct found {
    const struct dialogue *dialogue;
    const struct dialogue_step *step; /* NULL: there is none */
};

/* The line that begins most like the wanted one, and is not it. */
static struct found find_nearest(const struct pattern *pattern, const struct pattern_step *wanted,
                                 const struct evidence *evidence) {
    enum {
        ENOUGH = 3
    }; /* characters in common, to say: this was meant */
    struct found nearest = {0};
    const struct dialogue *dialogue;
    size_t most = wanted->length < ENOUGH ? 0 : ENOUGH - 1, index = 0;
    while ((dialogue = next_meant(pattern, evidence, &index)) != NULL)
        for (size_t i = 0; i < dialogue->step_count; i++) {
            const struct dialogue_step *step = &dialogue->steps[i];
            if (step->side != wanted->side || !pattern_is_line(step) ||
                pattern_matches(wanted, step))
                continue;
            size_t length = pattern_common(wanted, step);
            if (length <= most)
                continue;
            most = length;
            nearest = (struct found){dialogue, step};
        }
    return nearest;
}

/* What is wrong where the two begin to differ. */
static void name_difference(const struct pattern_step *wanted, const struct dialogue_step *step,
                            size_t at, char *words, size_t size) {
    struct buf expected;
    buf_init(&expected, 16);
    if (at < wanted->length)
        text_printable(wanted->text + at, 1, &expected, NULL);
    if (at < wanted->length && at < step->length)
        snprintf(words, size, "here should be %s", expected.bytes);
    else if (at < wanted->length)
        snprintf(words, size, "the line ends; here %s should follow", expected.bytes);
    else if (at < step->length)
        snprintf(words, size, "here the line should end");
    else
        snprintf(words, size, "%s",
                 step->ending == DIALOGUE_LF ? "bare LF: CR is missing before it"
                                             : "CR LF should follow");
    buf_free(&expected);
}

/* Adds: frame 12, C→S:  "RCPT TO: <bob@example.org>\r\n", and a caret under the culprit. */
static void show_line(const struct pattern_step *wanted, struct found found,
                      struct finding *finding) {
    static const char *const endings[] = {
        [DIALOGUE_CRLF] = "\r\n", [DIALOGUE_LF] = "\n", [DIALOGUE_NONE] = ""};
    const struct dialogue_step *step = found.step;
    size_t at = pattern_common(wanted, step);
    /* With any rest, what differs can only be the line's end. */
    if (at == wanted->length && wanted->any_rest)
        at = step->length;
    char words[100], lead[60];
    struct buf line;
    buf_init(&line, DIALOGUE_LINE_LIMIT + 2);
    buf_append(&line, step->bytes, step->length);
    buf_append(&line, endings[step->ending], strlen(endings[step->ending]));
    size_t carried = at < step->length || step->length == 0 ? at : step->length - 1;
    finding->frame = dialogue_frame_of(found.dialogue, step->side, step->offset + carried);
    snprintf(lead, sizeof lead, "frame %u, %s:  ", finding->frame, judge_arrow(step->side));
    name_difference(wanted, step, at, words, sizeof words);
    finding_show(&finding->got, lead, line.length > 0 ? line.bytes : "", line.length, at, words);
    buf_free(&line);
}

/* The best try: what stands in the place of the first step that is missing. */
static void show_attempt(const struct pattern *pattern, const struct pattern_attempt *best,
                         struct finding *finding) {
    const struct pattern_step *wanted = &pattern->steps[best->matched];
    const struct dialogue *dialogue = best->dialogue;
    if (best->next < dialogue->step_count && wanted->kind == DIALOGUE_LINE &&
        !pattern_matches(wanted, &dialogue->steps[best->next])) {
        show_line(wanted, (struct found){dialogue, &dialogue->steps[best->next]}, finding);
        return;
    }
    for (size_t i = 0; i < dialogue->step_count; i++)
        if (pattern_matches(wanted, &dialogue->steps[i])) {
            finding->frame = dialogue->steps[i].last_frame;
            buf_printf(&finding->got, "frame %u has it, but not in this place", finding->frame);
            return;
        }
}

static void explain(const struct judge *judge, const struct pattern_attempt *best,
                    const struct evidence *evidence, struct finding *finding) {
    const struct pattern *pattern = &judge->pattern;
    const struct pattern_step *wanted = &pattern->steps[best->matched];
    buf_clear(&finding->expected);
    buf_clear(&finding->got);
    pattern_write(pattern, &finding->expected);
    if (best->dialogue != NULL)
        show_attempt(pattern, best, finding);
    struct found nearest = {0};
    if (finding->got.length == 0 && wanted->kind == DIALOGUE_LINE)
        nearest = find_nearest(pattern, wanted, evidence);
    if (nearest.step != NULL)
        show_line(wanted, nearest, finding);
    if (finding->got.length == 0) {
        buf_printf(&finding->got, "%s; ",
                   pattern->count == 1 ? "it is not there" : "another dialogue");
        judge_describe_last_step(evidence, &finding->got);
    }
}

bool judge_dialogue_holds(const struct judge *judge, const struct evidence *evidence,
                          struct finding *finding) {
    struct pattern_attempt best = {0};
    const struct dialogue *dialogue;
    size_t index = 0;
    while ((dialogue = next_meant(&judge->pattern, evidence, &index)) != NULL)
        if (pattern_find(&judge->pattern, dialogue, &best))
            return true;
    explain(judge, &best, evidence, finding);
    return false;
}

/* How many lines match, and which one is number judge->number, counted from 0. */
static unsigned long count_lines(const struct judge *judge, const struct evidence *evidence,
                                 struct found *beyond) {
    const struct dialogue *dialogue;
    unsigned long count = 0;
    size_t index = 0;
    while ((dialogue = next_meant(&judge->pattern, evidence, &index)) != NULL)
        for (size_t i = 0; i < dialogue->step_count; i++) {
            if (!pattern_matches(&judge->pattern.steps[0], &dialogue->steps[i]))
                continue;
            if (count++ == judge->number)
                *beyond = (struct found){dialogue, &dialogue->steps[i]};
        }
    return count;
}

bool judge_lines_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    const struct pattern_step *wanted = &judge->pattern.steps[0];
    struct found beyond = {0};
    unsigned long count = count_lines(judge, evidence, &beyond);
    if (judge_number_holds(judge, count))
        return true;
    finding_expected(finding, "%s %lu line%s  ", judge_number_words(judge), judge->number,
                     judge->number == 1 ? "" : "s");
    pattern_write(&judge->pattern, &finding->expected);
    finding_got(finding, "%lu", count);
    if (beyond.step != NULL) {
        finding->frame = beyond.step->first_frame;
        buf_printf(&finding->got, "; frame %u has the first that is too many", finding->frame);
        return false;
    }
    struct found nearest = find_nearest(&judge->pattern, wanted, evidence);
    if (nearest.step != NULL) {
        buf_printf(&finding->got, "; this one is nearly another:\n");
        show_line(wanted, nearest, finding);
    } else {
        buf_printf(&finding->got, "; ");
        judge_describe_last_step(evidence, &finding->got);
    }
    return false;
}
