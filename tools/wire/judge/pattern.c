#include "pattern.h"
#include <stdlib.h>
#include <string.h>

/* How a step is written behind C or S and its number, and what it is in a dialogue. */
static const struct form {
    const char *word;
    enum dialogue_kind kind;
} forms[] = {{":", DIALOGUE_LINE}, {" close", DIALOGUE_CLOSE}, {" reset", DIALOGUE_RESET}};

#define FORMS (sizeof forms / sizeof forms[0])

/* Whether a word ends here. */
static bool is_end(char byte) {
    return byte == '\0' || byte == ' ';
}

/* What a step begins with: "C:", "S2:", "C close". How long that is, or 0. */
static size_t read_head(const char *text, struct pattern_step *step, size_t *conversation) {
    if (*text != 'C' && *text != 'S')
        return 0;
    size_t length = text[1] >= '1' && text[1] <= '9' ? 2 : 1;
    for (size_t i = 0; i < FORMS; i++) {
        size_t word = strlen(forms[i].word);
        if (strncmp(text + length, forms[i].word, word) != 0 || !is_end(text[length + word]))
            continue;
        *step = (struct pattern_step){.kind = forms[i].kind,
                                      .side = *text == 'C' ? DIALOGUE_CLIENT : DIALOGUE_SERVER};
        *conversation = length == 2 ? (size_t)(text[1] - '0') : 0;
        return length + word;
    }
    return 0;
}

static bool is_gap(const char *text) {
    return strncmp(text, "...", 3) == 0 && is_end(text[3]);
}

/* A line goes up to the next step. */
static size_t line_length(const char *text) {
    struct pattern_step other;
    size_t i = 0, conversation;
    for (; text[i] != '\0'; i++)
        if ((i == 0 || text[i - 1] == ' ') &&
            (is_gap(text + i) || read_head(text + i, &other, &conversation) > 0))
            break;
    while (i > 0 && text[i - 1] == ' ')
        i--;
    return i;
}

static const char *skip_blanks(const char *text) {
    return text + strspn(text, " ");
}

/* Reads the step at *text, and sets *text behind it. */
static int read_step(const char **text, struct pattern *pattern, struct failure *why) {
    struct pattern_step step;
    size_t conversation;
    bool gap = is_gap(*text);
    const char *start = gap ? skip_blanks(*text + 3) : *text;
    size_t head = read_head(start, &step, &conversation);
    if (head == 0)
        return failure_set(why, "\"%.20s\" is no step such as C: QUIT or S: 221*", start);
    step.skip = gap;
    step.text = skip_blanks(start + head);
    step.length = line_length(step.text);
    *text = skip_blanks(step.text + step.length);
    if (step.kind != DIALOGUE_LINE && step.length > 0)
        return failure_set(why, "only another step can follow \"close\" or \"reset\"");
    step.any_rest = step.length > 0 && step.text[step.length - 1] == '*';
    step.length -= step.any_rest ? 1 : 0;

    struct pattern_step *steps = realloc(pattern->steps, (pattern->count + 1) * sizeof *steps);
    if (steps == NULL)
        return failure_set(why, "not enough memory");
    pattern->steps = steps;
    if (pattern->count > 0 && conversation != pattern->conversation)
        return failure_set(why, "all steps are of one conversation: C: and S:, or C2: and S2:");
    pattern->conversation = conversation;
    steps[pattern->count++] = step;
    return 0;
}

int pattern_parse(const char *text, struct pattern *pattern, struct failure *why) {
    *pattern = (struct pattern){.text = strdup(text)};
    if (pattern->text == NULL)
        return failure_set(why, "not enough memory");
    const char *rest = pattern->text;
    do
        if (read_step(&rest, pattern, why) < 0)
            return -1;
    while (*rest != '\0');
    return 0;
}

void pattern_free(struct pattern *pattern) {
    free(pattern->text);
    free(pattern->steps);
    *pattern = (struct pattern){0};
}

bool pattern_is_line(const struct dialogue_step *step) {
    return step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE;
}

size_t pattern_common(const struct pattern_step *wanted, const struct dialogue_step *step) {
    size_t i = 0;
    while (i < wanted->length && i < step->length && wanted->text[i] == step->bytes[i])
        i++;
    return i;
}

bool pattern_matches(const struct pattern_step *wanted, const struct dialogue_step *step) {
    if (step->side != wanted->side)
        return false;
    if (wanted->kind != DIALOGUE_LINE)
        return step->kind == wanted->kind;
    if (!pattern_is_line(step) || pattern_common(wanted, step) < wanted->length)
        return false;
    return (wanted->any_rest || step->length == wanted->length) &&
           (wanted->side == DIALOGUE_SERVER || step->ending == DIALOGUE_CRLF);
}

/* The first step from `from` on that could be meant: of that side, and of that kind. */
static size_t next_of_side(const struct dialogue *dialogue, const struct pattern_step *wanted,
                           size_t from) {
    for (; from < dialogue->step_count; from++) {
        const struct dialogue_step *step = &dialogue->steps[from];
        bool fits =
            wanted->kind == DIALOGUE_LINE ? pattern_is_line(step) : step->kind == wanted->kind;
        if (fits && step->side == wanted->side)
            break;
    }
    return from;
}

/* Steps `first` to `last` of the pattern, without gaps, the first of them at `start`. Behind the
   last one, or 0: they are not there. */
static size_t match_block(const struct pattern *pattern, size_t first, size_t last,
                          const struct dialogue *dialogue, size_t start,
                          struct pattern_attempt *best) {
    if (!pattern_matches(&pattern->steps[first], &dialogue->steps[start]))
        return 0;
    size_t behind = start + 1, behind_side[2] = {behind, behind};
    for (size_t i = first + 1; i < last; i++) {
        const struct pattern_step *wanted = &pattern->steps[i];
        size_t next = next_of_side(dialogue, wanted, behind_side[wanted->side]);
        if (next == dialogue->step_count || next < behind ||
            !pattern_matches(wanted, &dialogue->steps[next])) {
            if (i > best->matched)
                *best = (struct pattern_attempt){dialogue, i, next};
            return 0;
        }
        behind = behind_side[wanted->side] = next + 1;
    }
    return behind;
}

bool pattern_find(const struct pattern *pattern, const struct dialogue *dialogue,
                  struct pattern_attempt *best) {
    size_t at = 0;
    /* Each block as early as it can be: if that leaves no room for the next, nothing does. */
    for (size_t first = 0, last; first < pattern->count; first = last) {
        size_t behind = 0;
        last = first + 1;
        while (last < pattern->count && !pattern->steps[last].skip)
            last++;
        while (behind == 0 && at < dialogue->step_count)
            behind = match_block(pattern, first, last, dialogue, at++, best);
        if (behind == 0) {
            if (first > best->matched)
                *best = (struct pattern_attempt){dialogue, first, dialogue->step_count};
            return false;
        }
        at = behind;
    }
    return true;
}

void pattern_write(const struct pattern *pattern, struct buf *out) {
    for (size_t i = 0; i < pattern->count; i++) {
        const struct pattern_step *step = &pattern->steps[i];
        size_t form = 0;
        while (form + 1 < FORMS && forms[form].kind != step->kind)
            form++;
        buf_printf(out, "%s%s%c", i > 0 ? "\n" : "", step->skip ? "...\n" : "",
                   step->side == DIALOGUE_CLIENT ? 'C' : 'S');
        if (pattern->conversation > 0)
            buf_printf(out, "%zu", pattern->conversation);
        buf_printf(out, "%s%s%.*s%s", forms[form].word, step->kind == DIALOGUE_LINE ? " " : "",
                   (int)step->length, step->text, step->any_rest ? "*" : "");
    }
}
