/* Judges what a recording holds: nothing, another exercise, or more than the exercise. */
#include "comparing.h"
#include "wording.h"

void judge_empty(struct comparing *comparing, enum comparison_side side) {
    const struct comparison_capture *capture = comparing->capture[side];
    struct comparison_problem problem = {.side = side, .rule = "empty", .fatal = true};

    if (capture->dialogues->count > 0)
        return;
    if (capture->capture->frame_count == 0)
        add_problem(comparing, &problem,
                    "choose the interface on which the program speaks (loopback, \"lo\", for all "
                    "of the lab), and start the recording before the program; ./kit capture N does "
                    "both",
                    "%s is empty: not one packet was recorded.", capture->name);
    else
        add_problem(comparing, &problem,
                    "choose the interface on which the program speaks (loopback, \"lo\", for all "
                    "of the lab) and no capture filter; ./kit capture N does both",
                    "%s holds no TCP connection, only %zu other packet%s.", capture->name,
                    capture->capture->frame_count, capture->capture->frame_count == 1 ? "" : "s");
}

/* What the server says first, or where it listens, for a person. */
static void describe(const struct dialogue *dialogue, struct buf *words) {
    const struct dialogue_step *line = protocol_first_line(dialogue, DIALOGUE_SERVER);
    const struct protocol *protocol = dialogue->protocol;

    buf_clear(words);
    buf_printf(words, "%s with port %u", protocol != NULL ? protocol->name : "an unknown protocol",
               dialogue->port[DIALOGUE_SERVER]);
    if (line != NULL) {
        buf_printf(words, " (the server greets with ");
        wording_quote(line, words);
        buf_printf(words, ")");
    }
}

/* No conversation of mine is like one of the reference. */
void judge_other(struct comparing *comparing, enum comparison_side side) {
    const struct dialogues *mine = comparing->capture[COMPARISON_MINE]->dialogues;
    const struct dialogues *reference = comparing->capture[COMPARISON_REFERENCE]->dialogues;
    const struct dialogue *found = NULL;
    struct buf has, wants;

    if (side != COMPARISON_MINE || comparing->comparison->pair_count > 0 || mine->count == 0 ||
        reference->count == 0 || mine->list == NULL)
        return;
    for (size_t i = 0; i < mine->count && found == NULL; i++) {
        if (mine->list[i].protocol != NULL)
            found = &mine->list[i];
    }
    buf_init(&has, 1000);
    buf_init(&wants, 1000);
    if (found != NULL)
        describe(found, &has);
    describe(&reference->list[0], &wants);
    if (found != NULL)
        add_problem(
            comparing,
            &(struct comparison_problem){.side = side, .rule = "other-protocol", .fatal = true},
            "compare it with the reference of its own lab, or record this one: ./kit "
            "capture N",
            "%s speaks %s, but the exercise is %s: this is another lab's recording.",
            comparing->capture[side]->name, has.bytes, wants.bytes);
    else
        add_problem(
            comparing,
            &(struct comparison_problem){.side = side, .rule = "wrong-port", .fatal = true},
            "record without a capture filter, or with the right port in it, and let the program "
            "connect to that port",
            "%s holds no conversation in %s; what is there goes to port %u.",
            comparing->capture[side]->name, wants.bytes, mine->list[0].port[DIALOGUE_SERVER]);
    buf_free(&has);
    buf_free(&wants);
}

static bool is_paired(const struct comparison *comparison, enum comparison_side side, int stream) {
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct dialogue *dialogue = comparison->pairs[i].dialogue[side];
        if (dialogue != NULL && dialogue->stream == stream)
            return true;
    }
    return false;
}

void judge_foreign(struct comparing *comparing, enum comparison_side side) {
    const struct comparison_capture *capture = comparing->capture[side];
    size_t frames = 0, streams = 0;

    if (comparing->comparison->pair_count == 0)
        return;
    for (size_t i = 0; i < capture->dialogues->count; i++)
        streams +=
            is_paired(comparing->comparison, side, capture->dialogues->list[i].stream) ? 0 : 1;
    for (size_t i = 0; i < capture->capture->frame_count; i++) {
        int stream = capture->capture->frames[i].stream;
        frames += stream < 0 || !is_paired(comparing->comparison, side, stream) ? 1 : 0;
    }
    if (frames == 0)
        return;
    if (streams > 0)
        add_problem(
            comparing, &(struct comparison_problem){.side = side, .rule = "foreign"}, NULL,
            "%s also holds other traffic: %zu packet%s, with %zu other TCP connection%s, left "
            "out here.",
            capture->name, frames, frames == 1 ? "" : "s", streams, streams == 1 ? "" : "s");
    else
        add_problem(comparing, &(struct comparison_problem){.side = side, .rule = "foreign"}, NULL,
                    "%s also holds %zu packets that are no TCP. They are left out.", capture->name,
                    frames);
}

void judge_port(struct comparing *comparing, enum comparison_side side) {
    const struct comparison *comparison = comparing->comparison;

    for (size_t i = 0; side == COMPARISON_MINE && i < comparison->pair_count; i++) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        if (pair->dialogue[0] == NULL || pair->dialogue[1] == NULL)
            continue;
        unsigned mine = pair->dialogue[0]->port[DIALOGUE_SERVER];
        unsigned reference = pair->dialogue[1]->port[DIALOGUE_SERVER];
        if (protocol_same_service(mine, reference))
            continue;
        add_problem(comparing, &(struct comparison_problem){.side = side, .rule = "wrong-port"},
                    NULL,
                    "%s speaks with port %u, the reference with port %u; what is said there is "
                    "compared all the same.",
                    comparing->capture[side]->name, mine, reference);
        return;
    }
}
