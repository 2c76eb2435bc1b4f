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

/* The reset itself is told in another row. */
static bool is_of_a_reset(struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;

    if (look->mine != NULL && look->reference != NULL)
        return false;
    for (int who = 0; who < 2; who++) {
        if (end_of(look, COMPARISON_MINE, (enum dialogue_side)who, DIALOGUE_RESET) == NULL)
            continue;
        look_say(look, "Of a connection that is broken off, %s's FIN is %s.",
                 wording_side(step->side), look->mine != NULL ? "no news" : "not to be had");
        return true;
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

static bool is_lost(struct look *look) {
    if (!look->lost_tail[COMPARISON_MINE] && !look->lost_tail[COMPARISON_REFERENCE])
        return false;
    look_say(look, "How it closes was not recorded on both sides.");
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
    {"reset", "RFC 9293 §3.6.1", is_reset, COMPARISON_WRONG, false},
    {"not-recorded", NULL, is_lost, COMPARISON_ENVIRONMENT, true},
    {"reset-end", NULL, is_of_a_reset, COMPARISON_ENVIRONMENT, true},
    {"close-order", NULL, closes_in_other_order, COMPARISON_ENVIRONMENT, true},
    {"no-close", "RFC 9293 §3.6", does_not_close, COMPARISON_WRONG, true},
    {"end", NULL, ends_otherwise, COMPARISON_WRONG, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

static bool breaks_off(struct look *look) {
    if (look->mine == NULL || look->reference != NULL || look->mine->tls != TLS_ALERT)
        return false;
    look_say(look, "%s sends a TLS alert that the reference has not.",
             wording_Side(look->mine->side));
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
