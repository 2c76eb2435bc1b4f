#include "show.h"
#include "protocol.h"
#include "show_ladder.h"
#include "show_text.h"
#include <string.h>

/* Runs of lines longer than this are folded to their first and last ones. */
struct fold {
    size_t over;
    size_t first;
    size_t last;
};
static const struct fold usual_fold = {30, 12, 4}, brief_fold = {8, 4, 2};
/* Rows that one line may take before the rest is only counted. */
#define ROWS_MOST 4

static void put_words(struct ladder *ladder, const struct dialogue_step *step, enum role role,
                      const char *words) {
    struct ladder_text text = {words, strlen(words), role, NULL, LADDER_ALL_ROWS};

    ladder_step(ladder, step, &text);
}

static const char *mark_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_BYTES || step->ending == DIALOGUE_CRLF)
        return NULL;
    return step->ending == DIALOGUE_LF ? " <LF>" : " <no line end>";
}

static void put_bytes(struct ladder *ladder, const struct dialogue_step *step, enum role role) {
    int rows = ladder->style->all ? LADDER_ALL_ROWS : ROWS_MOST;
    struct ladder_text text = {step->bytes, step->length, role, mark_of(step), rows};

    ladder_step(ladder, step, &text);
}

/* A server's line is coloured by what it says of the command's success. */
static enum role role_of_line(const struct ladder *ladder, const struct dialogue_step *step) {
    static const enum role roles[] = {
        [PROTOCOL_FINE] = ROLE_SERVER,
        [PROTOCOL_NOT_NOW] = ROLE_WARNING,
        [PROTOCOL_REFUSED] = ROLE_BAD,
    };
    if (step->side == DIALOGUE_CLIENT)
        return ROLE_CLIENT;
    return roles[protocol_verdict_of(ladder->dialogue, step)];
}

static void put_tls(struct ladder *ladder, const struct dialogue_step *step) {
    char words[96], spare[DIALOGUE_NAME_SIZE];

    if (step->tls == TLS_APPLICATION_DATA)
        snprintf(words, sizeof words, "(%s octets of TLS)", show_number(step->length, spare));
    else
        snprintf(words, sizeof words, "TLS %s", dialogue_tls_name(step, spare));
    put_words(ladder, step, ROLE_TLS, words);
}

static void put_gap(struct ladder *ladder, const struct dialogue_step *step) {
    char words[96], number[32];

    snprintf(words, sizeof words, "(%s octets not recorded)", show_number(step->length, number));
    put_words(ladder, step, ROLE_BAD, words);
}

static void put_step(struct ladder *ladder, const struct dialogue_step *step) {
    switch (step->kind) {
    case DIALOGUE_CONNECT:
        put_words(ladder, step, ROLE_QUIET, "connects (SYN, SYN ACK, ACK)");
        break;
    case DIALOGUE_REFUSED:
        put_words(ladder, step, ROLE_BAD, "refuses (RST)");
        break;
    case DIALOGUE_NO_ANSWER:
        put_words(ladder, step, ROLE_BAD, "connects (SYN), no answer");
        break;
    case DIALOGUE_LINE:
        put_bytes(ladder, step, role_of_line(ladder, step));
        break;
    case DIALOGUE_MESSAGE:
        put_bytes(ladder, step, ROLE_MESSAGE);
        break;
    case DIALOGUE_BYTES:
        put_bytes(ladder, step, ROLE_PLAIN);
        break;
    case DIALOGUE_TLS:
        put_tls(ladder, step);
        break;
    case DIALOGUE_GAP:
        put_gap(ladder, step);
        break;
    case DIALOGUE_CLOSE:
        put_words(ladder, step, ROLE_QUIET, "closes (FIN)");
        break;
    case DIALOGUE_RESET:
        put_words(ladder, step, ROLE_BAD, "breaks off (RST)");
        break;
    }
}

/* How many steps from `first` on are of its kind and side. */
static size_t count_run(const struct dialogue *dialogue, size_t first) {
    const struct dialogue_step *step = &dialogue->steps[first];
    size_t end = first + 1;

    while (end < dialogue->step_count && dialogue->steps[end].kind == step->kind &&
           dialogue->steps[end].side == step->side)
        end++;
    return end - first;
}

/* A run of steps, the middle of a long one left out. */
static void put_run(struct ladder *ladder, const struct dialogue_step *steps, size_t count) {
    const struct fold *fold = ladder->style->brief ? &brief_fold : &usual_fold;
    bool folded = count > fold->over && !ladder->style->all;
    char words[64], number[32];

    for (size_t i = 0; i < count; i++) {
        if (folded && i == fold->first) {
            i = count - fold->last;
            snprintf(words, sizeof words, "... %s more lines",
                     show_number(count - fold->first - fold->last, number));
            ladder_words(ladder, steps->side, words);
            ladder->frame = 0;
        }
        put_step(ladder, &steps[i]);
    }
}

void show_dialogue(const struct dialogue *dialogue, const struct show_style *style, FILE *out) {
    struct ladder ladder;

    ladder_begin(&ladder, dialogue, style, out);
    ladder_heading(&ladder);
    if (dialogue->late)
        ladder_remark(&ladder, "The capture began after the connection: its start is missing.");
    if (dialogue->unclear)
        ladder_remark(&ladder, "Some octets came twice, with different values: the first count.");
    if (dialogue_keys(dialogue) == DIALOGUE_SOME_KEYS)
        ladder_remark(&ladder, "The keys in the file open only a part of what is encrypted.");
    for (size_t i = 0, run; i < dialogue->step_count; i += run) {
        run = count_run(dialogue, i);
        put_run(&ladder, &dialogue->steps[i], run);
    }
    ladder_sums(&ladder);
}
