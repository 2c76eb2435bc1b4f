/* An exchange that only one of both has, or that stands in another place. */
#include "rules.h"
#include "wording.h"
#include <string.h>

static bool is_verb(const struct look *look, enum comparison_side side, const char *verb) {
    return strcmp(look_verb(look, side), verb) == 0;
}

static bool is_encryption(const struct look *look, enum comparison_side side) {
    const struct dialogue *own = look->party[side].dialogue;
    const struct dialogue *other = look->party[1 - side].dialogue;

    return own->side[0].clear < own->side[0].sent && other->side[0].clear == other->side[0].sent &&
           (is_verb(look, side, "(tls)") || is_verb(look, side, "STARTTLS") ||
            is_verb(look, side, "EHLO") || is_verb(look, side, "STLS") ||
            is_verb(look, side, "CAPA"));
}

/* TLS after STARTTLS, or from the first octet on. */
static void set_encryption_clause(struct look *look, enum comparison_side side) {
    look->clause = "RFC 8314 §3";
    for (size_t i = 0; i < look->party[side].stretch_count; i++) {
        if (strcmp(look->party[side].stretch[i].verb, "STARTTLS") == 0)
            look->clause = "RFC 3207 §4";
        if (strcmp(look->party[side].stretch[i].verb, "STLS") == 0)
            look->clause = "RFC 2595 §4";
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
    const struct dialogue_step *step = look_step(look, side, DIALOGUE_CLIENT);

    if (step == NULL || !is_moved(look, side, &only_recipients))
        return false;
    size_t exchange = look->rows[look->first].exchange;
    bool later = look->moved[side][exchange] > exchange;
    look_say(look, "The client says ");
    look_quote(look, step);
    look_say(look, (side == COMPARISON_REFERENCE) == later
                       ? " too late: in the reference it comes before."
                       : " too early: in the reference it comes later.");
    if (is_verb(look, side, "DELE") || is_verb(look, side, "RETR"))
        look_say(look, " What is marked as deleted cannot be fetched any more.");
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
    look_quote(look, look_step(look, COMPARISON_REFERENCE, DIALOGUE_SERVER));
    look_say(look, ".");
    return true;
}

static bool lacks_command(struct look *look) {
    const struct dialogue_step *step = look_step(look, COMPARISON_REFERENCE, DIALOGUE_CLIENT);

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
    {"quit", "RFC 1939 §6", rule_lacks_quit_pop3, COMPARISON_WRONG, false},
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
    const struct dialogue_step *step = look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT);

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
    {"capa", "RFC 2449 §5", rule_asks_capabilities, COMPARISON_ALLOWED, true},
    {"handshake", "RFC 8446 §4", is_handshake, COMPARISON_ALLOWED, true},
    {"extra", NULL, has_message_more, COMPARISON_WRONG, false},
    {"extra", NULL, has_command_more, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
