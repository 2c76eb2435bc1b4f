/* An exchange as a whole: its place, and whether it is there at all. */
#include "rules.h"
#include "wording.h"
#include <string.h>
#include <strings.h>

/* The first or last step of a side in this exchange; NULL: none. */
static const struct dialogue_step *step_of(const struct look *look, enum comparison_side side,
                                           enum dialogue_side who, bool last) {
    const struct dialogue_step *found = NULL;

    for (size_t i = look->first; i < look->end; i++) {
        const struct dialogue_step *step = look->rows[i].step[side];
        if (step == NULL || step->side != who)
            continue;
        found = step;
        if (!last)
            break;
    }
    return found;
}

/* The last line that the server said before this exchange. */
static const struct dialogue_step *reply_before(const struct look *look,
                                                enum comparison_side side) {
    size_t exchange = look->rows[look->first].exchange;

    for (size_t i = look->first; i-- > 0;) {
        const struct dialogue_step *step = look->rows[i].step[side];
        if (step == NULL)
            continue;
        if (step->side == DIALOGUE_SERVER && step->kind == DIALOGUE_LINE)
            return step;
        if (look->rows[i].exchange + 1 < exchange)
            return NULL;
    }
    return NULL;
}

/* Whether the client began this exchange before the reply to the one before was there. */
static bool hurries(const struct look *look, enum comparison_side side) {
    const struct dialogue_step *step = step_of(look, side, DIALOGUE_CLIENT, false);
    const struct dialogue_step *reply = reply_before(look, side);

    return step != NULL && reply != NULL && step->first_frame < reply->last_frame &&
           (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE);
}

static bool hurries_alone(const struct look *look) {
    return hurries(look, COMPARISON_MINE) && !hurries(look, COMPARISON_REFERENCE);
}

/* The client's command before this exchange; NULL behind the greeting. */
static const struct dialogue_step *command_before(const struct look *look) {
    for (size_t i = look->first; i-- > 0;) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_MINE];
        if (step != NULL && step->side == DIALOGUE_CLIENT)
            return step->kind == DIALOGUE_LINE ? step : NULL;
    }
    return NULL;
}

static bool does_not_wait_for_greeting(struct look *look) {
    if (!hurries_alone(look))
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
    look_quote(look, step_of(look, COMPARISON_MINE, DIALOGUE_CLIENT, false));
    look_say(look, " before the server has greeted; in SMTP the server speaks first.");
    return true;
}

static bool does_not_wait_for_354(struct look *look) {
    if (!hurries_alone(look) || strcmp(look_verb(look, COMPARISON_MINE), "(message)") != 0)
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
    look_quote(look, step_of(look, COMPARISON_MINE, DIALOGUE_CLIENT, false));
    look_say(look, " before the reply to ");
    look_quote(look, before);
    look_say(look, " has come");
}

static bool pipelines_too_far(struct look *look) {
    const struct dialogue_step *before = command_before(look);

    if (!hurries_alone(look) || before == NULL || !ends_group(before))
        return false;
    say_hurry(look, before);
    look_say(look, "; behind that command even pipelining must wait.");
    return true;
}

static bool pipelines_unasked(struct look *look) {
    const struct dialogue_step *before = command_before(look);

    if (!hurries_alone(look) || before == NULL ||
        look_announced(look, COMPARISON_MINE, "PIPELINING", strlen("PIPELINING")))
        return false;
    say_hurry(look, before);
    look_say(look, "; that is pipelining, and this server has not announced it.");
    return true;
}

static bool pipelines(struct look *look) {
    const struct dialogue_step *before = command_before(look);

    if (!hurries_alone(look) || before == NULL)
        return false;
    say_hurry(look, before);
    look_say(look, "; that is pipelining, and the server has announced it.");
    return true;
}

/* AUTH of SMTP and others, PASS of POP3. */
static bool tells_password_in_clear(struct look *look) {
    const char *verb = look_verb(look, COMPARISON_MINE);
    const struct dialogue_step *mine = step_of(look, COMPARISON_MINE, DIALOGUE_CLIENT, false);
    const struct dialogue_step *other = step_of(look, COMPARISON_REFERENCE, DIALOGUE_CLIENT, false);

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
    {"pipelining", "RFC 2920 §3.1", pipelines_too_far, COMPARISON_WRONG, true},
    {"pipelining", "RFC 2920 §3.1", pipelines_unasked, COMPARISON_WRONG, true},
    {"pipelining", "RFC 2920 §3.1", pipelines, COMPARISON_ALLOWED, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

static bool is_verb(const struct look *look, enum comparison_side side, const char *verb) {
    return strcmp(look_verb(look, side), verb) == 0;
}

static bool is_encryption(const struct look *look, enum comparison_side side) {
    const struct dialogue *own = look->party[side].dialogue;
    const struct dialogue *other = look->party[1 - side].dialogue;

    return own->side[0].clear < own->side[0].sent && other->side[0].clear == other->side[0].sent &&
           (is_verb(look, side, "(tls)") || is_verb(look, side, "STARTTLS") ||
            is_verb(look, side, "EHLO"));
}

/* TLS after STARTTLS, or from the first octet on. */
static void set_encryption_clause(struct look *look, enum comparison_side side) {
    look->clause = "RFC 8314 §3";
    for (size_t i = 0; i < look->party[side].stretch_count; i++) {
        if (strcmp(look->party[side].stretch[i].verb, "STARTTLS") == 0)
            look->clause = "RFC 3207 §4";
    }
}

static bool is_in_clear(struct look *look) {
    if (!is_encryption(look, COMPARISON_REFERENCE))
        return false;
    set_encryption_clause(look, COMPARISON_REFERENCE);
    look_say(look, "The reference is encrypted, your capture is in the clear: the steps that make "
                   "it so are missing.");
    return true;
}

static bool is_encrypted(struct look *look) {
    if (!is_encryption(look, COMPARISON_MINE))
        return false;
    set_encryption_clause(look, COMPARISON_MINE);
    look_say(look, "Your capture is encrypted, the reference is in the clear: the steps that make "
                   "it so come in addition.");
    return true;
}

/* The same command stands elsewhere in the other column, and between both only others like it. */
static bool is_moved(const struct look *look, enum comparison_side side, bool *only_recipients) {
    size_t exchange = look->rows[look->first].exchange;
    size_t to = look->moved[side][exchange];

    if (to == ALIGN_NONE)
        return false;
    size_t first = to < exchange ? to : exchange, last = to < exchange ? exchange : to;
    *only_recipients = true;
    for (size_t i = first; i <= last; i++) {
        for (int which = 0; which < 2; which++) {
            size_t stretch = look->beside[i].item[which];
            if (stretch != ALIGN_NONE &&
                strcmp(look->party[which].stretch[stretch].verb, "RCPT") != 0)
                *only_recipients = false;
        }
    }
    return true;
}

static bool is_moved_recipient_of(struct look *look, enum comparison_side side) {
    bool only_recipients;

    if (!is_moved(look, side, &only_recipients) || !only_recipients)
        return false;
    look_say(look, "The client names the same recipients in another order; the order of RCPT "
                   "commands has no meaning.");
    return true;
}

static bool is_moved_recipient(struct look *look) {
    return is_moved_recipient_of(look, COMPARISON_REFERENCE);
}

static bool is_own_moved_recipient(struct look *look) {
    return is_moved_recipient_of(look, COMPARISON_MINE);
}

static bool is_moved_command_of(struct look *look, enum comparison_side side) {
    bool only_recipients;
    const struct dialogue_step *step = step_of(look, side, DIALOGUE_CLIENT, false);

    if (step == NULL || !is_moved(look, side, &only_recipients))
        return false;
    size_t exchange = look->rows[look->first].exchange;
    bool later = look->moved[side][exchange] > exchange;
    look_say(look, "The client says ");
    look_quote(look, step);
    look_say(look, (side == COMPARISON_REFERENCE) == later
                       ? " too late: in the reference it comes before."
                       : " too early: in the reference it comes later.");
    return true;
}

static bool is_moved_command(struct look *look) {
    return is_moved_command_of(look, COMPARISON_REFERENCE);
}

static bool is_own_moved_command(struct look *look) {
    return is_moved_command_of(look, COMPARISON_MINE);
}

static bool both_moved(const struct look *look) {
    size_t exchange = look->rows[look->first].exchange;

    return look->moved[0][exchange] != ALIGN_NONE && look->moved[1][exchange] != ALIGN_NONE;
}

static bool are_moved_recipients(struct look *look) {
    return both_moved(look) && is_moved_recipient(look);
}

static bool are_moved_commands(struct look *look) {
    return both_moved(look) && is_own_moved_command(look);
}

const struct rule order_rules[] = {
    {"order", "RFC 5321 §3.3", are_moved_recipients, COMPARISON_ALLOWED, true},
    {"order", "RFC 5321 §4.1.4", are_moved_commands, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

static bool lacks_quit(struct look *look) {
    if (!is_verb(look, COMPARISON_REFERENCE, "QUIT"))
        return false;
    look_say(look, "The client closes the connection without QUIT; it must say QUIT, and should "
                   "wait for the server's 221 before it closes.");
    return true;
}

static bool lacks_message(struct look *look) {
    if (!is_verb(look, COMPARISON_REFERENCE, "(message)"))
        return false;
    look_say(look, "The client sends no message here, the reference does.");
    return true;
}

static bool lacks_greeting(struct look *look) {
    if (!is_verb(look, COMPARISON_REFERENCE, "(greeting)"))
        return false;
    look_say(look, "The server does not greet; in the reference it says ");
    look_quote(look, step_of(look, COMPARISON_REFERENCE, DIALOGUE_SERVER, false));
    look_say(look, ".");
    return true;
}

static bool lacks_command(struct look *look) {
    const struct dialogue_step *step = step_of(look, COMPARISON_REFERENCE, DIALOGUE_CLIENT, false);

    if (step == NULL)
        step = look->rows[look->first].step[COMPARISON_REFERENCE];
    look_say(look, "The client does not say ");
    if (step->bytes != NULL)
        look_quote(look, step);
    else
        wording_step(step, &look->words);
    look_say(look, " here, the reference does.");
    return true;
}

static bool is_hidden(struct look *look) {
    if (!is_verb(look, COMPARISON_REFERENCE, "(tls)"))
        return false;
    look_say(look, "The TLS messages that the reference has here are not in your capture.");
    return true;
}

const struct rule missing_rules[] = {
    {"encryption", NULL, is_in_clear, COMPARISON_ALLOWED, true},
    {"order", "RFC 5321 §3.3", is_moved_recipient, COMPARISON_ALLOWED, true},
    {"order", "RFC 5321 §4.1.4", is_moved_command, COMPARISON_WRONG, false},
    {"quit", "RFC 5321 §4.1.1.10", lacks_quit, COMPARISON_WRONG, false},
    {"missing", NULL, lacks_message, COMPARISON_WRONG, false},
    {"missing", NULL, lacks_greeting, COMPARISON_WRONG, false},
    {"handshake", "RFC 8446 §4", is_hidden, COMPARISON_ALLOWED, true},
    {"missing", NULL, lacks_command, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};

static bool is_noop(struct look *look) {
    if (!is_verb(look, COMPARISON_MINE, "NOOP"))
        return false;
    look_say(look, "The client says NOOP where the reference does not; it has no effect.");
    return true;
}

static bool is_handshake(struct look *look) {
    if (!is_verb(look, COMPARISON_MINE, "(tls)"))
        return false;
    look_say(look, "Your capture has TLS messages here that the reference has not.");
    return true;
}

static bool has_message_more(struct look *look) {
    if (!is_verb(look, COMPARISON_MINE, "(message)"))
        return false;
    look_say(look, "The client sends a message here, the reference does not.");
    return true;
}

static bool has_command_more(struct look *look) {
    const struct dialogue_step *step = step_of(look, COMPARISON_MINE, DIALOGUE_CLIENT, false);

    if (step == NULL)
        step = look->rows[look->first].step[COMPARISON_MINE];
    look_say(look, "%s says ", wording_Side(step->side));
    if (step->bytes != NULL)
        look_quote(look, step);
    else
        wording_step(step, &look->words);
    look_say(look, " here, the reference does not.");
    return true;
}

const struct rule extra_rules[] = {
    {"encryption", NULL, is_encrypted, COMPARISON_ALLOWED, true},
    {"order", "RFC 5321 §3.3", is_own_moved_recipient, COMPARISON_ALLOWED, true},
    {"order", "RFC 5321 §4.1.4", is_own_moved_command, COMPARISON_WRONG, false},
    {"noop", "RFC 5321 §4.1.1.9", is_noop, COMPARISON_ALLOWED, true},
    {"handshake", "RFC 8446 §4", is_handshake, COMPARISON_ALLOWED, true},
    {"extra", NULL, has_message_more, COMPARISON_WRONG, false},
    {"extra", NULL, has_command_more, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
