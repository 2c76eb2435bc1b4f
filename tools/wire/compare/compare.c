#include "compare.h"
#include "comparing.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_fatal(const struct comparison *comparison) {
    for (size_t i = 0; i < comparison->problem_count; i++) {
        if (comparison->problems[i].fatal)
            return true;
    }
    return false;
}

static void compare_pair(struct comparing *comparing, size_t index) {
    struct comparison_pair *pair = &comparing->comparison->pairs[index];
    struct align_row *beside = NULL;
    struct party party[2] = {{.dialogue = NULL}, {.dialogue = NULL}};

    if (pair->dialogue[0] == NULL || pair->dialogue[1] == NULL) {
        classify_lonely(comparing, index);
        return;
    }
    if (party_make(pair->dialogue[0], &party[0]) < 0 ||
        party_make(pair->dialogue[1], &party[1]) < 0 || match_parties(party, pair, &beside) < 0)
        comparing->failed = true;
    else
        classify_pair(comparing, index, party, beside);
    free(beside);
    party_free(&party[0]);
    party_free(&party[1]);
}

/* Whether something that was said is missing behind the end of a recording. How it closes is not
   said: without that the rest can be judged. */
static bool lacks_words(const struct comparison *comparison) {
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        for (int side = 0; side < 2; side++) {
            if (pair->dialogue[0] == NULL || pair->dialogue[1] == NULL ||
                !recording_lost_tail(pair->dialogue[side]))
                continue;
            for (size_t row = pair->row_count; row-- > 0 && pair->rows[row].step[side] == NULL;) {
                enum dialogue_kind kind = pair->rows[row].step[1 - side]->kind;
                if (kind != DIALOGUE_CLOSE && kind != DIALOGUE_RESET)
                    return true;
            }
        }
    }
    return false;
}

/* Without a difference in what is there, a recording that is not whole proves nothing. */
static void weigh_lost_tails(struct comparison *comparison) {
    if (comparison->total[COMPARISON_WRONG] > 0 || !lacks_words(comparison))
        return;
    for (size_t i = 0; i < comparison->problem_count; i++) {
        struct comparison_problem *problem = &comparison->problems[i];
        if (strcmp(problem->rule, "lost-tail") == 0 || strcmp(problem->rule, "truncated") == 0)
            problem->fatal = true;
    }
}

static void drop_pairs(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->pair_count; i++)
        free(comparison->pairs[i].rows);
    free(comparison->pairs);
    comparison->pairs = NULL;
    comparison->pair_count = 0;
}

static void judge(struct comparing *comparing) {
    struct comparison *comparison = comparing->comparison;

    pair_conversations(comparing);
    if (!comparing->failed)
        judge_recordings(comparing);
    if (comparing->failed)
        return;
    if (has_fatal(comparison)) {
        drop_pairs(comparison);
        comparison->outcome = COMPARISON_CANNOT_JUDGE;
        return;
    }
    for (size_t i = 0; i < comparison->pair_count && !comparing->failed; i++)
        compare_pair(comparing, i);
    count_cost(comparing);
    weigh_lost_tails(comparison);
    if (has_fatal(comparison))
        comparison->outcome = COMPARISON_CANNOT_JUDGE;
    else if (comparison->total[COMPARISON_WRONG] > 0)
        comparison->outcome = COMPARISON_DIFFERS;
}

int compare(const struct comparison_capture *mine, const struct comparison_capture *reference,
            struct comparison *comparison, struct failure *why) {
    struct comparing comparing = {.capture = {mine, reference}, .comparison = comparison};

    *comparison = (struct comparison){.outcome = COMPARISON_IS_SAME};
    comparison->differences = calloc(COMPARISON_DIFFERENCE_LIMIT, sizeof *comparison->differences);
    if (comparison->differences == NULL)
        comparing.failed = true;
    else
        judge(&comparing);
    if (!comparing.failed)
        return 0;
    comparison_free(comparison);
    return failure_system(why, ENOMEM, "no memory to compare %s with %s", mine->name,
                          reference->name);
}

const struct comparison_difference *comparison_first_wrong(const struct comparison *comparison) {
    for (size_t i = 0; i < comparison->difference_count; i++) {
        if (comparison->differences[i].class == COMPARISON_WRONG)
            return &comparison->differences[i];
    }
    return NULL;
}

const char *comparison_class_name(enum comparison_class class) {
    static const char *const names[] = {
        [COMPARISON_SAME] = "same",
        [COMPARISON_ENVIRONMENT] = "environment",
        [COMPARISON_ALLOWED] = "allowed",
        [COMPARISON_WRONG] = "wrong",
    };

    return class < COMPARISON_CLASSES ? names[class] : "";
}

const char *comparison_outcome_name(enum comparison_outcome outcome) {
    static const char *const names[] = {
        [COMPARISON_IS_SAME] = "same",
        [COMPARISON_DIFFERS] = "differs",
        [COMPARISON_CANNOT_JUDGE] = "cannot-judge",
    };

    return names[outcome];
}

void comparison_free(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->problem_count; i++) {
        free(comparison->problems[i].sentence);
        free(comparison->problems[i].remedy);
    }
    free(comparison->problems);
    for (size_t i = 0; i < comparison->difference_count; i++)
        free(comparison->differences[i].sentence);
    free(comparison->differences);
    drop_pairs(comparison);
    *comparison = (struct comparison){.outcome = COMPARISON_CANNOT_JUDGE};
}
