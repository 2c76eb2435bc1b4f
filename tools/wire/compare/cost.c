/* What encryption costs and hides: two recordings of the same dialogue, one of them in clear. */
#include "comparing.h"
#include "measure.h"

static bool is_encrypted(const struct dialogue *dialogue) {
    return dialogue->side[0].clear < dialogue->side[0].sent;
}

/* As wire stat counts them: one definition for both. */
static void measure(const struct comparing *comparing, int side, const struct dialogue *dialogue,
                    struct comparison_cost *cost) {
    const struct comparison_capture *capture = comparing->capture[side];
    struct measures measures;

    if (measures_make(capture->capture->frames, capture->capture->frame_count, capture->dialogues,
                      &measures, NULL) < 0)
        return;
    for (size_t i = 0; i < measures.count; i++) {
        const struct measure *of = &measures.list[i];
        if (of->dialogue != dialogue)
            continue;
        cost->packets[side] = (unsigned)(of->side[0].packets + of->side[1].packets);
        cost->round_trips[side] = (unsigned)of->round_trips;
    }
    measures_free(&measures);
}

static unsigned long long count_hidden(const struct dialogue *dialogue) {
    unsigned long long hidden = 0;

    for (int side = 0; side < 2; side++)
        hidden += dialogue->side[side].length - dialogue->side[side].clear;
    return hidden;
}

void count_cost(struct comparing *comparing) {
    struct comparison *comparison = comparing->comparison;

    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        struct comparison_cost *cost = &comparison->cost;
        if (pair->dialogue[0] == NULL || pair->dialogue[1] == NULL ||
            is_encrypted(pair->dialogue[0]) == is_encrypted(pair->dialogue[1]))
            continue;
        cost->present = true;
        cost->encrypted = is_encrypted(pair->dialogue[0]) ? COMPARISON_MINE : COMPARISON_REFERENCE;
        for (int side = 0; side < 2; side++) {
            const struct dialogue *dialogue = pair->dialogue[side];
            cost->octets[side] = dialogue->side[0].sent + dialogue->side[1].sent;
            measure(comparing, side, dialogue, cost);
        }
        cost->hidden = count_hidden(pair->dialogue[cost->encrypted]);
        return;
    }
}
