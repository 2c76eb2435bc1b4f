/* Two conversations laid beside each other: first exchange by exchange, then, in each, step by
   step. */
#include "align.h"
#include "comparing.h"
#include <stdlib.h>
#include <string.h>

enum {
    SAME_COMMAND = 12, /* exchanges: the client says the same, the reply differs */
    SAME_VERB = 8,
    MISSPELT = 1,   /* another verb, but the same behind it */
    SAME_TEXT = 12, /* steps: only the ending differs, or a dot in front */
    SAME_HEAD = 8,  /* the same reply code and keyword, the same header field */
    SAME_KIND = 2,
};

struct matching {
    const struct party *party; /* two */
    struct comparison_pair *pair;
    const struct stretch *stretch[2]; /* those whose steps are aligned */
};

/* HELO is the older EHLO. */
static bool same_verb(const char *one, const char *other) {
    return strcmp(one, other) == 0 || (strcmp(one, "HELO") == 0 && strcmp(other, "EHLO") == 0) ||
           (strcmp(one, "EHLO") == 0 && strcmp(other, "HELO") == 0);
}

static int score_exchanges(const void *context, size_t mine, size_t reference) {
    const struct matching *matching = context;
    const struct stretch *one = &matching->party[0].stretch[mine];
    const struct stretch *other = &matching->party[1].stretch[reference];

    if (one->hash == other->hash)
        return ALIGN_EQUAL;
    if (!same_verb(one->verb, other->verb))
        return one->argument != 0 && one->argument == other->argument ? MISSPELT : 0;
    return one->command == other->command ? SAME_COMMAND : SAME_VERB;
}

static bool is_text(const struct dialogue_step *step) {
    return step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE ||
           step->kind == DIALOGUE_BYTES;
}

static bool is_first(const struct dialogue_step *step) {
    return step->kind == DIALOGUE_CONNECT || step->kind == DIALOGUE_REFUSED ||
           step->kind == DIALOGUE_NO_ANSWER;
}

static bool is_end(const struct dialogue_step *step) {
    return step->kind == DIALOGUE_CLOSE || step->kind == DIALOGUE_RESET;
}

static int score_steps(const void *context, size_t mine, size_t reference) {
    const struct matching *matching = context;
    size_t place[2] = {matching->stretch[0]->first + mine, matching->stretch[1]->first + reference};
    const struct likeness *like = &matching->party[0].likeness[place[0]];
    const struct likeness *other_like = &matching->party[1].likeness[place[1]];
    const struct dialogue_step *one = matching->party[0].exchanges.steps[place[0]].step;
    const struct dialogue_step *other = matching->party[1].exchanges.steps[place[1]].step;

    if (like->form == other_like->form)
        return ALIGN_EQUAL;
    if (is_first(one) && is_first(other))
        return SAME_KIND;
    if (one->side != other->side)
        return 0;
    if (one->kind != other->kind)
        return is_end(one) && is_end(other) ? SAME_KIND : 0;
    if (!is_text(one))
        return one->kind == DIALOGUE_TLS ? 0 : SAME_KIND;
    if (like->text == other_like->text)
        return SAME_TEXT;
    return like->head != 0 && like->head == other_like->head ? SAME_HEAD : SAME_KIND;
}

static void add_row(struct matching *matching, const struct dialogue_step *mine,
                    const struct dialogue_step *reference, size_t exchange) {
    matching->pair->rows[matching->pair->row_count++] =
        (struct comparison_row){.step = {mine, reference}, .exchange = exchange};
}

/* An exchange that only one side has. */
static void add_alone(struct matching *matching, int side, size_t index, size_t exchange) {
    const struct party *party = &matching->party[side];
    const struct stretch *stretch = &party->stretch[index];

    for (size_t i = stretch->first; i < stretch->first + stretch->count; i++) {
        const struct dialogue_step *step = party->exchanges.steps[i].step;
        add_row(matching, side == 0 ? step : NULL, side == 1 ? step : NULL, exchange);
    }
}

static int add_both(struct matching *matching, const struct align_row *beside, size_t exchange,
                    struct align_row *steps) {
    size_t count = 0;

    for (int side = 0; side < 2; side++)
        matching->stretch[side] = &matching->party[side].stretch[beside->item[side]];
    if (align(matching->stretch[0]->count, matching->stretch[1]->count, score_steps, matching,
              steps, &count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct dialogue_step *step[2] = {NULL, NULL};
        for (int side = 0; side < 2; side++) {
            if (steps[i].item[side] != ALIGN_NONE)
                step[side] =
                    matching->party[side]
                        .exchanges.steps[matching->stretch[side]->first + steps[i].item[side]]
                        .step;
        }
        add_row(matching, step[0], step[1], exchange);
    }
    return 0;
}

int match_parties(const struct party party[2], struct comparison_pair *pair,
                  struct align_row **beside_of) {
    struct matching matching = {.party = party, .pair = pair};
    size_t most = party[0].exchanges.count + party[1].exchanges.count, count = 0;
    struct align_row *beside = calloc(most + 1, sizeof *beside);
    struct align_row *steps = calloc(most + 1, sizeof *steps);
    int status = -1;

    pair->rows = calloc(most + 1, sizeof *pair->rows);
    if (beside == NULL || steps == NULL || pair->rows == NULL ||
        align(party[0].stretch_count, party[1].stretch_count, score_exchanges, &matching, beside,
              &count) < 0)
        goto out;
    for (size_t i = 0; i < count; i++) {
        if (beside[i].item[0] == ALIGN_NONE)
            add_alone(&matching, 1, beside[i].item[1], i);
        else if (beside[i].item[1] == ALIGN_NONE)
            add_alone(&matching, 0, beside[i].item[0], i);
        else if (add_both(&matching, &beside[i], i, steps) < 0)
            goto out;
    }
    status = 0;
out:
    *beside_of = beside;
    free(steps);
    return status;
}
