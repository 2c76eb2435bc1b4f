/* An exchange that both have: did the client wait for its turn? */
#include "rules.h"
#include "wording.h"
#include <string.h>
#include <strings.h>

/* The last line that the server said before this exchange. */
static const struct dialogue_step *reply_before(const struct look *look,
                                                enum comparison_side side) {
    size_t exchange = look->rows[look->first].exchange;

    for (size_t i = look->first; i-- > 0;) {
        const struct dialogue_step *step = look->rows[i].step[side];
        if (step == NULL)
            continue;
        if (step->side == DIALOGUE_SERVER &&
            (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE))
            return step;
        if (look->rows[i].exchange + 1 < exchange)
            return NULL;
    }
    return NULL;
}

/* Whether the client began this exchange before the reply to the one before was there. */
static bool hurries(const struct look *look, enum comparison_side side) {
    const struct dialogue_step *step = look_step(look, side, DIALOGUE_CLIENT);
    const struct dialogue_step *reply = reply_before(look, side);

    return step != NULL && reply != NULL && step->first_frame < reply->last_frame &&
           (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE);
}

bool look_hurries(const struct look *look) {
    return hurries(look, COMPARISON_MINE) && !hurries(look, COMPARISON_REFERENCE);
}

const struct dialogue_step *look_command_before(const struct look *look) {
    for (size_t i = look->first; i-- > 0;) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_MINE];
        if (step != NULL && step->side == DIALOGUE_CLIENT)
            return step->kind == DIALOGUE_LINE ? step : NULL;
    }
    return NULL;
}

static bool does_not_wait_for_greeting(struct look *look) {
    if (!look_hurries(look))
        return false;
    size_t exchange = look->rows[look->first].exchange;
    if (exchange == 0 || strcmp(look_verb(look, COMPARISON_MINE), "") == 0 ||
        look->beside[exchange - 1].item[COMPARISON_MINE] == ALIGN_NONE ||
        strcmp(look->party[COMPARISON_MINE]
                   .stretch[look->beside[exchange - 1].item[COMPARISON_MINE]]
                   .verb,
               "(greeting)") != 0)
        return false;
    look_say(look, "The client says ");
    look_quote(look, look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT));
    look_say(look, " before the server has greeted; in %s the server speaks first.",
             look->party[COMPARISON_MINE].protocol != NULL
                 ? look->party[COMPARISON_MINE].protocol->name
                 : "this protocol");
    return true;
}

static bool does_not_wait_for_354(struct look *look) {
    if (!look_hurries(look) || strcmp(look_verb(look, COMPARISON_MINE), "(message)") != 0)
        return false;
    look_say(look, "The client sends the message before the server has said 354: it cannot know "
                   "yet whether the server wants it.");
    return true;
}

/* Only the last of a group may be one of these (RFC 2920 §3.1). */
static bool ends_group(const struct dialogue_step *command) {
    static const char *const verbs[] = {"EHLO", "DATA", "VRFY", "EXPN", "TURN", "QUIT", "NOOP"};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (command->length >= 4 && strncasecmp(command->bytes, verbs[i], 4) == 0)
            return true;
    }
    return false;
}

static void say_hurry(struct look *look, const struct dialogue_step *before) {
    look_say(look, "The client sends ");
    look_quote(look, look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT));
    look_say(look, " before the reply to ");
    look_quote(look, before);
    look_say(look, " has come");
}

static bool pipelines_too_far(struct look *look) {
    const struct dialogue_step *before = look_command_before(look);

    if (!look_hurries(look) || before == NULL || look_is_pop3(look) || !ends_group(before))
        return false;
    say_hurry(look, before);
    look_say(look, "; behind that command even pipelining must wait.");
    return true;
}

static bool pipelines_unasked(struct look *look) {
    const struct dialogue_step *before = look_command_before(look);

    if (!look_hurries(look) || before == NULL ||
        look_announced(look, COMPARISON_MINE, "PIPELINING", strlen("PIPELINING")))
        return false;
    say_hurry(look, before);
    look_say(look, "; that is pipelining, and this server has not announced it.");
    return true;
}

static bool pipelines(struct look *look) {
    const struct dialogue_step *before = look_command_before(look);

    if (!look_hurries(look) || before == NULL)
        return false;
    say_hurry(look, before);
    look_say(look, "; that is pipelining, and the server has announced it.");
    return true;
}

/* AUTH of SMTP and others, PASS of POP3. */
static bool tells_password_in_clear(struct look *look) {
    const char *verb = look_verb(look, COMPARISON_MINE);
    const struct dialogue_step *mine = look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT);
    const struct dialogue_step *other = look_step(look, COMPARISON_REFERENCE, DIALOGUE_CLIENT);

    if ((strcmp(verb, "AUTH") != 0 && strcmp(verb, "PASS") != 0) || mine == NULL ||
        mine->encrypted || other == NULL || !other->encrypted)
        return false;
    look_say(look, "The client tells its password in the clear, where the reference is encrypted: "
                   "everybody on the way can read it.");
    return true;
}

const struct rule exchange_rules[] = {
    {"password-in-clear", "RFC 8314 §3", tells_password_in_clear, COMPARISON_WRONG, true},
    {"hasty", "RFC 5321 §4.3.1", does_not_wait_for_greeting, COMPARISON_WRONG, false},
    {"hasty", "RFC 5321 §4.1.1.4", does_not_wait_for_354, COMPARISON_WRONG, false},
    {"early-delete", "RFC 1939 §5", rule_deletes_early, COMPARISON_WRONG, true},
    {"pipelining", "RFC 2595 §4", rule_pipelines_into_tls, COMPARISON_WRONG, false},
    {"pipelining", "RFC 2920 §3.1", pipelines_too_far, COMPARISON_WRONG, true},
    {"pipelining", "RFC 2920 §3.1", pipelines_unasked, COMPARISON_WRONG, true},
    {"pipelining", "RFC 2920 §3.1", pipelines, COMPARISON_ALLOWED, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
