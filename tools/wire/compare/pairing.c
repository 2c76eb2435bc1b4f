/*
 * Which conversation of mine stands beside which of the reference. Those of the same protocol can;
 * how much they say alike decides, then their order. What has no partner is foreign traffic, or
 * one conversation too many or too few.
 */
#include "align.h"
#include "comparing.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Of each conversation so many of the client's first lines are looked at. */
    LINES_MOST = 32,
    LIKE_MOST = ALIGN_EQUAL,
};

/* The client's first lines, whatever their order, as sorted hashes. */
struct gist {
    const struct protocol *protocol;
    uint64_t line[LINES_MOST];
    size_t count;
};

struct pairing {
    const struct dialogues *dialogues[2];
    struct gist *gist[2];
};

/* FNV-1a; capital and small letters are the same. */
static uint64_t hash_of(const struct dialogue_step *line) {
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < line->length; i++)
        hash = (hash ^ (uint64_t)tolower((unsigned char)line->bytes[i])) * 1099511628211U;
    return hash;
}

static int compare_hashes(const void *left, const void *right) {
    const uint64_t *one = left, *other = right;

    return (*one > *other) - (*one < *other);
}

static void take_gist(const struct dialogue *dialogue, struct gist *gist) {
    gist->protocol = dialogue->protocol;
    for (size_t i = 0; i < dialogue->step_count && gist->count < LINES_MOST; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->side == DIALOGUE_CLIENT && step->kind == DIALOGUE_LINE)
            gist->line[gist->count++] = hash_of(step);
    }
    qsort(gist->line, gist->count, sizeof *gist->line, compare_hashes);
}

static size_t count_common(const struct gist *one, const struct gist *other) {
    size_t common = 0;

    for (size_t i = 0, j = 0; i < one->count && j < other->count;) {
        if (one->line[i] == other->line[j]) {
            common++;
            i++;
            j++;
        } else if (one->line[i] < other->line[j]) {
            i++;
        } else {
            j++;
        }
    }
    return common;
}

/* Nobody said or closed anything: a probe whether a port is open. */
static bool says_nothing(const struct dialogue *dialogue) {
    return dialogue->side[0].sent == 0 && dialogue->side[1].sent == 0;
}

static int score(const void *context, size_t mine, size_t reference) {
    const struct pairing *pairing = context;
    const struct dialogue *dialogue[2] = {&pairing->dialogues[0]->list[mine],
                                          &pairing->dialogues[1]->list[reference]};
    const struct gist *one = &pairing->gist[0][mine], *other = &pairing->gist[1][reference];

    if (one->protocol != other->protocol ||
        (one->protocol == NULL && !protocol_same_service(dialogue[0]->port[DIALOGUE_SERVER],
                                                         dialogue[1]->port[DIALOGUE_SERVER])))
        return 0;
    if (says_nothing(dialogue[0]) && !says_nothing(dialogue[1]))
        return 1;
    size_t longer = one->count > other->count ? one->count : other->count;
    size_t common = count_common(one, other);
    int like = longer == 0 ? LIKE_MOST - 4 : (int)(common * (LIKE_MOST - 4) / longer);
    /* At the very port is better than at another, and whole better than without its beginning. */
    like += protocol_same_service(dialogue[0]->port[DIALOGUE_SERVER],
                                  dialogue[1]->port[DIALOGUE_SERVER])
                ? 2
                : 1;
    return like + (dialogue[0]->late ? 0 : 2);
}

static void add_pair(struct comparison *comparison, const struct dialogue *mine,
                     const struct dialogue *reference) {
    comparison->pairs[comparison->pair_count++] =
        (struct comparison_pair){.dialogue = {mine, reference}};
}

/* Is it of the exercise: with a server that a paired conversation is with, too? */
static bool belongs(const struct comparison *comparison, int side,
                    const struct dialogue *dialogue) {
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct dialogue *paired = comparison->pairs[i].dialogue[side];
        if (comparison->pairs[i].dialogue[1 - side] != NULL && paired != NULL &&
            paired->port[DIALOGUE_SERVER] == dialogue->port[DIALOGUE_SERVER] &&
            strcmp(paired->host[DIALOGUE_SERVER], dialogue->host[DIALOGUE_SERVER]) == 0)
            return !says_nothing(dialogue) && paired->protocol == dialogue->protocol;
    }
    return false;
}

static void add_pairs(struct comparing *comparing, const struct align_row *rows, size_t count) {
    struct comparison *comparison = comparing->comparison;
    const struct dialogues *mine = comparing->capture[0]->dialogues;
    const struct dialogues *reference = comparing->capture[1]->dialogues;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].item[0] != ALIGN_NONE && rows[i].item[1] != ALIGN_NONE)
            add_pair(comparison, &mine->list[rows[i].item[0]], &reference->list[rows[i].item[1]]);
    }
    if (comparison->pair_count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].item[1] == ALIGN_NONE &&
            belongs(comparison, COMPARISON_MINE, &mine->list[rows[i].item[0]]))
            add_pair(comparison, &mine->list[rows[i].item[0]], NULL);
        else if (rows[i].item[0] == ALIGN_NONE)
            add_pair(comparison, NULL, &reference->list[rows[i].item[1]]);
    }
}

void pair_conversations(struct comparing *comparing) {
    struct pairing pairing = {{comparing->capture[0]->dialogues, comparing->capture[1]->dialogues},
                              {NULL, NULL}};
    size_t all = pairing.dialogues[0]->count + pairing.dialogues[1]->count, count = 0;
    struct align_row *rows = calloc(all + 1, sizeof *rows);

    comparing->comparison->pairs = calloc(all + 1, sizeof *comparing->comparison->pairs);
    for (int side = 0; side < 2; side++) {
        pairing.gist[side] = calloc(pairing.dialogues[side]->count + 1, sizeof *pairing.gist[side]);
        for (size_t i = 0; pairing.gist[side] != NULL && i < pairing.dialogues[side]->count; i++)
            take_gist(&pairing.dialogues[side]->list[i], &pairing.gist[side][i]);
    }
    if (rows == NULL || comparing->comparison->pairs == NULL || pairing.gist[0] == NULL ||
        pairing.gist[1] == NULL ||
        align(pairing.dialogues[0]->count, pairing.dialogues[1]->count, score, &pairing, rows,
              &count) < 0)
        comparing->failed = true;
    else
        add_pairs(comparing, rows, count);
    free(pairing.gist[0]);
    free(pairing.gist[1]);
    free(rows);
}
