/* How a conversation begins and ends, and what TLS says itself. */
#include "rules.h"
#include "wording.h"
#include <string.h>

static bool is_refused(struct look *look) {
    if (look->mine == NULL || look->mine->kind != DIALOGUE_REFUSED ||
        (look->reference != NULL && look->reference->kind == DIALOGUE_REFUSED))
        return false;
    const struct dialogue *dialogue = look->party[COMPARISON_MINE].dialogue;
    look_say(look,
             "Nobody listens on port %u of %s, so the connection is refused (RST): is the "
             "server running, and is it the right port?",
             dialogue->port[DIALOGUE_SERVER], dialogue->host[DIALOGUE_SERVER]);
    return true;
}

static bool is_unanswered(struct look *look) {
    if (look->mine == NULL || look->mine->kind != DIALOGUE_NO_ANSWER ||
        (look->reference != NULL && look->reference->kind == DIALOGUE_NO_ANSWER))
        return false;
    const struct dialogue *dialogue = look->party[COMPARISON_MINE].dialogue;
    look_say(look, "Nobody answers at %s port %u: is it the right address?",
             dialogue->host[DIALOGUE_SERVER], dialogue->port[DIALOGUE_SERVER]);
    return true;
}

/* The step by which a side ends in a capture: NULL, it does not. */
static const struct dialogue_step *end_of(const struct look *look, enum comparison_side side,
                                          enum dialogue_side who, enum dialogue_kind kind) {
    const struct dialogue *dialogue = look->party[side].dialogue;

    for (size_t i = dialogue->step_count; i-- > 0;) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->side == who && step->kind == kind)
            return step;
    }
    return NULL;
}

static bool is_reset(struct look *look) {
    if (look->mine == NULL || look->mine->kind != DIALOGUE_RESET ||
        end_of(look, COMPARISON_REFERENCE, look->mine->side, DIALOGUE_RESET) != NULL)
        return false;
    look_say(look,
             "%s breaks the connection off with RST where the reference closes it with FIN: "
             "its socket was closed while something from the other side was still unread or "
             "on its way.",
             wording_Side(look->mine->side));
    return true;
}

/* Who has closed already answers with RST what still comes in; TLS's farewell often does. */
static bool is_late_alert(struct look *look) {
    for (int side = 0; side < 2; side++) {
        const struct dialogue_step *step = look->rows[look->row].step[side];
        if (step == NULL || step->kind != DIALOGUE_RESET)
            continue;
        const struct dialogue *dialogue = look->party[side].dialogue;
        const struct dialogue_step *closed =
            end_of(look, (enum comparison_side)side, step->side, DIALOGUE_CLOSE);
        if (closed == NULL || closed->last_frame > step->last_frame ||
            dialogue->side[0].clear == dialogue->side[0].sent)
            return false;
        look_say(look,
                 "%s had closed already when the other's TLS farewell came, so it answered "
                 "with RST.",
                 wording_Side(step->side));
        return true;
    }
    return false;
}

/* Where a connection is broken off, a FIN may be there or not. */
static bool is_of_a_reset(struct look *look) {
    if (look->mine != NULL && look->reference != NULL)
        return false;
    for (int who = 0; who < 2; who++) {
        for (int side = 0; side < 2; side++) {
            if (end_of(look, (enum comparison_side)side, (enum dialogue_side)who, DIALOGUE_RESET) ==
                NULL)
                continue;
            look_say(look, "One of the two is broken off with RST, so its FINs are no news.");
            return true;
        }
    }
    return false;
}

static bool closes_in_other_order(struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;

    if ((look->mine != NULL && look->reference != NULL) || step->kind != DIALOGUE_CLOSE ||
        end_of(look, COMPARISON_MINE, step->side, DIALOGUE_CLOSE) == NULL ||
        end_of(look, COMPARISON_REFERENCE, step->side, DIALOGUE_CLOSE) == NULL)
        return false;
    look_say(look, "The one who closes first is another: who was a moment faster.");
    return true;
}

static bool does_not_close(struct look *look) {
    if (look->mine != NULL)
        return false;
    look_say(look, "%s never closes its side of the connection (FIN).",
             wording_Side(look->reference->side));
    return true;
}

static bool ends_otherwise(struct look *look) {
    look_say(look, "The connection ends in another way than the reference's.");
    return true;
}

const struct rule end_rules[] = {
    {"refused", "RFC 9293 §3.5.2", is_refused, COMPARISON_WRONG, false},
    {"no-answer", NULL, is_unanswered, COMPARISON_WRONG, false},
    {"late-alert", NULL, is_late_alert, COMPARISON_ENVIRONMENT, true},
    {"reset", "RFC 9293 §3.6.1", is_reset, COMPARISON_WRONG, false},
    {"reset-end", NULL, is_of_a_reset, COMPARISON_ENVIRONMENT, true},
    {"close-order", NULL, closes_in_other_order, COMPARISON_ENVIRONMENT, true},
    {"no-close", "RFC 9293 §3.6", does_not_close, COMPARISON_WRONG, true},
    {"end", NULL, ends_otherwise, COMPARISON_WRONG, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

/* A recording without its tail may also break off in the middle of a line. */
static bool is_cut_line(const struct look *look, enum comparison_side side) {
    const struct dialogue_step *step = look->rows[look->row].step[side];

    return step != NULL && look->row + 1 == look->recorded[side] && step->ending == DIALOGUE_NONE &&
           step->bytes != NULL;
}

static bool is_behind(const struct look *look, enum comparison_side side) {
    return look->recorded[side] != SIZE_MAX &&
           (look->row >= look->recorded[side] || is_cut_line(look, side));
}

static bool was_not_recorded(struct look *look) {
    if (!is_behind(look, COMPARISON_MINE))
        return false;
    look_say(look, "What comes next was not recorded.");
    return true;
}

static bool reference_ends_before(struct look *look) {
    if (!is_behind(look, COMPARISON_REFERENCE))
        return false;
    look_say(look, "What comes next was not recorded in the reference.");
    return true;
}

const struct rule tail_rules[] = {
    {"not-recorded", NULL, was_not_recorded, COMPARISON_ENVIRONMENT, true},
    {"not-recorded", NULL, reference_ends_before, COMPARISON_ENVIRONMENT, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

static bool breaks_off(struct look *look) {
    if (look->mine == NULL || look->reference != NULL || look->mine->tls != TLS_ALERT)
        return false;
    char spare[DIALOGUE_NAME_SIZE];
    look_say(look, "%s sends a TLS %s that the reference has not.", wording_Side(look->mine->side),
             dialogue_tls_name(look->mine, spare));
    return true;
}

static bool lacks_alert(struct look *look) {
    if (look->mine != NULL || look->reference->tls != TLS_ALERT)
        return false;
    look_say(look,
             "%s closes without the TLS alert close_notify: who reads cannot know whether "
             "that was all.",
             wording_Side(look->reference->side));
    return true;
}

static bool shakes_hands_otherwise(struct look *look) {
    look_say(look, "The TLS handshake has other messages: another version, or other options.");
    return true;
}

const struct rule tls_rules[] = {
    {"alert", "RFC 8446 §6", breaks_off, COMPARISON_WRONG, false},
    {"close-notify", "RFC 8446 §6.1", lacks_alert, COMPARISON_WRONG, false},
    {"handshake", "RFC 8446 §4", shakes_hands_otherwise, COMPARISON_ALLOWED, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
