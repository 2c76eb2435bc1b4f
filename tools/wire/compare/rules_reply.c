/* A reply of the server, and what differs only by nature. */
#include "canon.h"
#include "rules.h"
#include "wording.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The code of a reply line (RFC 5321 §4.2), 0: it is none. */
static int code_of(const struct dialogue_step *step) {
    if (step == NULL || step->length < 3)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (step->bytes[i] < '0' || step->bytes[i] > '9')
            return 0;
    }
    return (step->bytes[0] - '0') * 100 + (step->bytes[1] - '0') * 10 + step->bytes[2] - '0';
}

/* What the reply answers, in this exchange: the client's first line. */
static const struct dialogue_step *command_of(const struct look *look, enum comparison_side side) {
    for (size_t i = look->first; i < look->end; i++) {
        const struct dialogue_step *step = look->rows[i].step[side];
        if (step != NULL && step->side == DIALOGUE_CLIENT)
            return step;
    }
    return NULL;
}

static void say_what_it_answers(struct look *look) {
    const struct dialogue_step *command = command_of(look, COMPARISON_MINE);

    if (command == NULL)
        return;
    if (command->kind == DIALOGUE_MESSAGE) {
        look_say(look, " to the message");
        return;
    }
    look_say(look, " to ");
    look_quote(look, command);
}

static bool has_other_code(struct look *look) {
    int mine = code_of(look->mine), reference = code_of(look->reference);

    if (mine == reference || mine == 0 || reference == 0)
        return false;
    if (mine / 100 == reference / 100 && mine < 400)
        return false;
    look_say(look, look->client_wrong ? "So the server answers " : "The server answers ");
    look_quote(look, look->mine);
    say_what_it_answers(look);
    look_say(look, "; in the reference it answers ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, 0);
}

static bool has_like_code(struct look *look) {
    int mine = code_of(look->mine), reference = code_of(look->reference);

    if (mine == reference || mine == 0 || reference == 0)
        return false;
    look_say(look, "The server answers %d", mine);
    say_what_it_answers(look);
    look_say(look, ", in the reference %d: the first digit says what a client must know.",
             reference);
    return true;
}

static bool is_after_helo(const struct look *look) {
    return strcmp(look_verb(look, COMPARISON_MINE), look_verb(look, COMPARISON_REFERENCE)) != 0;
}

/* A line of a reply that has several, of which the other has more or fewer. */
static bool has_other_lines(struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;
    const char *verb = look_verb(look, COMPARISON_REFERENCE);

    if (look->mine != NULL && look->reference != NULL)
        return false;
    if (is_after_helo(look))
        look_say(look, "So the server's reply to the greeting is another one.");
    else if (strcmp(verb, "EHLO") == 0)
        look_say(look, "The server of %s announces ",
                 look->mine != NULL ? "your capture" : "the reference");
    else
        look_say(look, "The server's reply has a line that the other's has not: ");
    if (!is_after_helo(look)) {
        look_quote(look, step);
        look_say(look, strcmp(verb, "EHLO") == 0 ? ", the other does not: what it can is its own "
                                                   "business."
                                                 : ".");
    }
    return true;
}

/* No reply line at all on the one side. */
static bool lacks_reply(struct look *look) {
    if (look->mine != NULL || look->reference == NULL)
        return false;
    for (size_t i = look->first; i < look->end; i++) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_MINE];
        if (step != NULL && step->side == DIALOGUE_SERVER)
            return false;
    }
    look_say(look,
             look->client_wrong ? "So the server does not answer" : "The server never answers");
    say_what_it_answers(look);
    look_say(look, "; in the reference it says ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return true;
}

static bool has_reply_more(struct look *look) {
    if (look->mine == NULL || look->reference != NULL)
        return false;
    for (size_t i = look->first; i < look->end; i++) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_REFERENCE];
        if (step != NULL && step->side == DIALOGUE_SERVER)
            return false;
    }
    look_say(look, "The server says ");
    look_quote(look, look->mine);
    look_say(look, " where the reference's says nothing.");
    return look_at(look, 0);
}

/* The server's lines are lines of the protocol, too: in labs 9 to 12 it is the student's. */
static bool ends_in_lf(struct look *look) {
    if (look->mine == NULL || look->reference == NULL || look->mine->ending != DIALOGUE_LF ||
        look->reference->ending == DIALOGUE_LF)
        return false;
    look_say(look, "The server ends its line ");
    look_quote(look, look->mine);
    look_say(look, " with a bare LF; a line ends with CR LF (\"\\r\\n\" in C).");
    return look_at(look, look->mine->length);
}

static bool has_other_words(struct look *look) {
    if (look->mine == NULL || look->reference == NULL)
        return false;
    look_say(look, "The server words its reply");
    say_what_it_answers(look);
    look_say(look, " in another way; behind the code stands text for people.");
    return true;
}

const struct rule reply_rules[] = {
    {"line-end", "RFC 5321 §2.3.8", ends_in_lf, COMPARISON_WRONG, true},
    {"no-reply", "RFC 5321 §4.1.4", lacks_reply, COMPARISON_WRONG, false},
    {"reply-more", "RFC 5321 §4.2", has_reply_more, COMPARISON_WRONG, false},
    {"reply", NULL, has_other_code, COMPARISON_WRONG, false},
    {"reply", "RFC 5321 §4.2.1", has_like_code, COMPARISON_ALLOWED, false},
    {"extensions", "RFC 5321 §4.1.1.1", has_other_lines, COMPARISON_ALLOWED, true},
    {"reply-text", "RFC 5321 §4.2", has_other_words, COMPARISON_ALLOWED, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
