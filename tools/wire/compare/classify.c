/* Walks over the rows of a pair, exchange by exchange, and asks the tables what they mean. */
#include "rules.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WORDS_LIMIT = 2000,
    /* So many commands that stand in other places are looked for. */
    MOVED_MOST = 512,
};

static void weigh(struct comparison_row *row, enum comparison_class class) {
    if (row->class < class)
        row->class = class;
}

static void set_row(struct look *look, size_t row) {
    look->row = row;
    look->mine = look->rows[row].step[COMPARISON_MINE];
    look->reference = look->rows[row].step[COMPARISON_REFERENCE];
}

static bool same_bytes(const struct dialogue_step *one, const struct dialogue_step *other) {
    return one->length == other->length &&
           (one->bytes == NULL || memcmp(one->bytes, other->bytes, one->length) == 0);
}

static bool same_canonical(const struct look *look) {
    struct buf form[2];
    bool same = look->mine->kind == look->reference->kind;

    if (same && same_bytes(look->mine, look->reference) &&
        look->mine->ending == look->reference->ending)
        return true;
    for (int side = 0; side < 2; side++) {
        buf_init(&form[side], 8UL * DIALOGUE_LINE_LIMIT);
        if (canon_step(look->rows[look->row].step[side], &look->party[side].client, &form[side]) <
            0)
            look->comparing->failed = true;
    }
    same = form[0].length == form[1].length && form[0].length > 0 &&
           memcmp(form[0].bytes, form[1].bytes, form[0].length) == 0;
    buf_free(&form[0]);
    buf_free(&form[1]);
    return same;
}

static const struct rule *rules_for(const struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;

    switch (step->kind) {
    case DIALOGUE_MESSAGE:
        return message_rules;
    case DIALOGUE_TLS:
        return tls_rules;
    case DIALOGUE_LINE:
    case DIALOGUE_BYTES:
    case DIALOGUE_GAP:
        if (step->side == DIALOGUE_SERVER)
            return reply_rules;
        return look->mine != NULL && look->reference != NULL ? command_rules : message_rules;
    default:
        return end_rules;
    }
}

static void classify_row(struct look *look) {
    const struct rule *rule = NULL;
    bool both = look->mine != NULL && look->reference != NULL;

    if (look->recorded[0] != SIZE_MAX || look->recorded[1] != SIZE_MAX)
        rule = look_ask(look, tail_rules);
    if (rule != NULL) {
        /* Nothing can be said of it. */
    } else if (both && same_canonical(look)) {
        if (!same_bytes(look->mine, look->reference) && look->mine->kind != DIALOGUE_TLS)
            rule = look_ask(look, value_rules);
    } else {
        rule = look_ask(look, rules_for(look));
    }
    if (rule == NULL)
        return;
    weigh(&look->rows[look->row], rule->class);
    const struct dialogue_step *step = both || look->mine != NULL ? look->mine : look->reference;
    if (rule->class == COMPARISON_WRONG && step->side == DIALOGUE_CLIENT)
        look->client_wrong = true;
}

/* All rows of the exchange belong to one difference, told at the first. */
static bool classify_whole(struct look *look, const struct rule *rules) {
    set_row(look, look->first);
    const struct rule *rule = look_ask(look, rules);
    if (rule == NULL)
        return false;
    for (size_t i = look->first; i < look->end; i++)
        weigh(&look->rows[i], rule->class);
    return true;
}

static bool same_command(const struct look *look) {
    size_t exchange = look->rows[look->first].exchange;
    const struct align_row *beside = &look->beside[exchange];

    return look->party[0].stretch[beside->item[0]].command ==
           look->party[1].stretch[beside->item[1]].command;
}

static void classify_exchange(struct look *look) {
    const struct align_row *beside = &look->beside[look->rows[look->first].exchange];
    bool end = strcmp(look_verb(look, COMPARISON_MINE), "(end)") == 0 ||
               strcmp(look_verb(look, COMPARISON_REFERENCE), "(end)") == 0;

    look->client_wrong = false;
    for (int side = 0; side < 2; side++)
        end |= look->recorded[side] <= look->first; /* row by row */
    if (!end && beside->item[COMPARISON_MINE] == ALIGN_NONE) {
        classify_whole(look, missing_rules);
        return;
    }
    if (!end && beside->item[COMPARISON_REFERENCE] == ALIGN_NONE) {
        classify_whole(look, extra_rules);
        return;
    }
    if (!end && !same_command(look) && classify_whole(look, order_rules))
        return;
    if (!end) {
        set_row(look, look->first);
        const struct rule *rule = look_ask(look, exchange_rules);
        if (rule != NULL)
            weigh(&look->rows[look->first], rule->class);
    }
    for (size_t i = look->first; i < look->end; i++) {
        set_row(look, i);
        classify_row(look);
    }
}

/* Commands that stand beside none of their like, but have it elsewhere. */
static void find_moved(const struct look *look, size_t *moved[2]) {
    size_t list[2][MOVED_MOST], count[2] = {0, 0};

    for (size_t i = 0; i < look->exchanges; i++) {
        const size_t *item = look->beside[i].item;
        const struct stretch *stretch[2] = {NULL, NULL};
        for (int side = 0; side < 2; side++) {
            moved[side][i] = ALIGN_NONE;
            if (item[side] != ALIGN_NONE)
                stretch[side] = &look->party[side].stretch[item[side]];
        }
        if (stretch[0] != NULL && stretch[1] != NULL && stretch[0]->command == stretch[1]->command)
            continue;
        for (int side = 0; side < 2; side++) {
            if (stretch[side] != NULL && stretch[side]->verb[0] != '(' && count[side] < MOVED_MOST)
                list[side][count[side]++] = i;
        }
    }
    for (size_t i = 0; i < count[0]; i++) {
        size_t mine = list[0][i];
        uint64_t command = look->party[0].stretch[look->beside[mine].item[0]].command;
        for (size_t j = 0; j < count[1]; j++) {
            size_t reference = list[1][j];
            if (moved[1][reference] != ALIGN_NONE ||
                look->party[1].stretch[look->beside[reference].item[1]].command != command)
                continue;
            moved[0][mine] = reference;
            moved[1][reference] = mine;
            break;
        }
    }
}

static void classify_rows(struct look *look) {
    for (look->first = 0; look->first < look->row_count; look->first = look->end) {
        for (look->end = look->first + 1;
             look->end < look->row_count &&
             look->rows[look->end].exchange == look->rows[look->first].exchange;)
            look->end++;
        classify_exchange(look);
    }
}

static unsigned count_segments(const struct comparison_capture *capture,
                               const struct dialogue *dialogue) {
    unsigned count = 0;

    for (size_t i = 0; i < capture->capture->frame_count; i++) {
        const struct dissect_frame *frame = &capture->capture->frames[i];
        count += frame->stream == dialogue->stream && frame->payload.length > 0 ? 1 : 0;
    }
    return count;
}

/* TCP may cut a stream anywhere. Told only where it is far from the reference's. */
static bool is_cut_otherwise(struct look *look) {
    enum {
        TIMES = 3
    };
    unsigned count[2];

    for (int side = 0; side < 2; side++)
        count[side] = count_segments(look->comparing->capture[side], look->party[side].dialogue);
    if (count[0] < TIMES * count[1] && count[1] < TIMES * count[0])
        return false;
    look_say(look,
             "The bytes came in %u segments, the reference's in %u: TCP may cut its stream "
             "anywhere.",
             count[0], count[1]);
    return true;
}

static bool is_elsewhere(struct look *look) {
    const struct dialogue *mine = look->party[0].dialogue, *reference = look->party[1].dialogue;
    unsigned port[2] = {mine->port[DIALOGUE_SERVER], reference->port[DIALOGUE_SERVER]};

    if (port[0] == port[1] &&
        strcmp(mine->host[DIALOGUE_SERVER], reference->host[DIALOGUE_SERVER]) == 0)
        return false;
    look_say(look, "The server is %s port %u, in the reference %s port %u.",
             mine->host[DIALOGUE_SERVER], port[0], reference->host[DIALOGUE_SERVER], port[1]);
    return true;
}

static const struct rule pair_rules[] = {
    {"address", NULL, is_elsewhere, COMPARISON_ENVIRONMENT, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
static const struct rule segment_rules[] = {
    {"segments", NULL, is_cut_otherwise, COMPARISON_ENVIRONMENT, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

/* How many rows there are up to the last one of this side; SIZE_MAX when its tail is there. */
static size_t count_recorded(const struct comparison_pair *pair, enum comparison_side side,
                             const struct dialogue *dialogue) {
    size_t count = pair->row_count;

    if (!recording_lost_tail(dialogue))
        return SIZE_MAX;
    while (count > 0 && pair->rows[count - 1].step[side] == NULL)
        count--;
    return count;
}

static size_t count_exchanges(const struct comparison_pair *pair) {
    return pair->row_count > 0 ? pair->rows[pair->row_count - 1].exchange + 1 : 0;
}

void classify_pair(struct comparing *comparing, size_t pair, const struct party party[2],
                   const struct align_row *beside) {
    struct comparison_pair *laid = &comparing->comparison->pairs[pair];
    struct look look = {
        .comparing = comparing,
        .party = party,
        .beside = beside,
        .exchanges = count_exchanges(laid),
        .pair = pair,
        .rows = laid->rows,
        .row_count = laid->row_count,
    };
    size_t *moved[2];

    if (laid->row_count == 0)
        return;
    for (int side = 0; side < 2; side++) {
        moved[side] = calloc(look.exchanges, sizeof *moved[side]);
        look.moved[side] = moved[side];
        look.recorded[side] =
            count_recorded(laid, (enum comparison_side)side, party[side].dialogue);
    }
    buf_init(&look.words, WORDS_LIMIT);
    if (moved[0] == NULL || moved[1] == NULL) {
        comparing->failed = true;
    } else {
        find_moved(&look, moved);
        set_row(&look, 0);
        look_ask(&look, pair_rules);
        look_ask(&look, segment_rules);
        classify_rows(&look);
    }
    for (size_t i = 0; i < laid->row_count; i++)
        comparing->comparison->alike += laid->rows[i].class == COMPARISON_SAME ? 1 : 0;
    buf_free(&look.words);
    free(moved[0]);
    free(moved[1]);
}

void classify_lonely(struct comparing *comparing, size_t pair) {
    static const struct rule more = {"conversation", NULL, NULL, COMPARISON_WRONG, false};
    const struct comparison_pair *laid = &comparing->comparison->pairs[pair];
    struct look look = {.comparing = comparing, .pair = pair};
    const struct dialogue *mine = laid->dialogue[COMPARISON_MINE];
    const struct dialogue *other = laid->dialogue[COMPARISON_REFERENCE];

    buf_init(&look.words, WORDS_LIMIT);
    if (mine != NULL)
        look_say(&look,
                 "Your capture holds one conversation more than the reference, with port %u "
                 "(stream %d). If it is another run of your program, record one run alone; else "
                 "your program connects once too often.",
                 mine->port[DIALOGUE_SERVER], mine->stream);
    else
        look_say(&look,
                 "The reference holds a conversation with port %u (stream %d) that your capture "
                 "has not.",
                 other->port[DIALOGUE_SERVER], other->stream);
    look.mine = mine != NULL && mine->step_count > 0 ? &mine->steps[0] : NULL;
    look.reference = other != NULL && other->step_count > 0 ? &other->steps[0] : NULL;
    look_add(&look, &more);
    buf_free(&look.words);
}
