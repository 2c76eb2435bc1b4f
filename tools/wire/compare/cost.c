/* What encryption costs and hides: two recordings of the same dialogue, one of them in clear. */
#include "comparing.h"

static bool is_encrypted(const struct dialogue *dialogue) {
    return dialogue->side[0].clear < dialogue->side[0].sent;
}

static void count_frames(const struct comparison_capture *capture, const struct dialogue *dialogue,
                         unsigned *packets) {
    *packets = 0;
    for (size_t i = 0; i < capture->capture->frame_count; i++)
        *packets += capture->capture->frames[i].stream == dialogue->stream ? 1 : 0;
}

/* The client sends, the server answers: one. The connect is the first. */
static unsigned count_round_trips(const struct dialogue *dialogue) {
    bool asked = false;
    unsigned trips = 0;

    for (size_t i = 0; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->kind == DIALOGUE_CONNECT)
            trips++;
        if (step->kind == DIALOGUE_CONNECT || step->kind == DIALOGUE_CLOSE ||
            (step->kind == DIALOGUE_TLS && step->tls == TLS_ALERT))
            continue; /* a farewell waits for nothing */
        if (step->side == DIALOGUE_CLIENT) {
            asked = true;
        } else if (asked) {
            asked = false;
            trips++;
        }
    }
    return trips;
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
            count_frames(comparing->capture[side], dialogue, &cost->packets[side]);
            cost->round_trips[side] = count_round_trips(dialogue);
        }
        cost->hidden = count_hidden(pair->dialogue[cost->encrypted]);
        return;
    }
}
