/* A reply of the server, and what differs only by nature. */
#include "canon.h"
#include "rules.h"
#include "wording.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "250-", and what a server says behind it. */
#define CODE_LENGTH 4

static bool is_word(const struct dialogue_step *step, size_t at, const char *word) {
    size_t length = strlen(word);

    return step->length >= at + length && strncasecmp(step->bytes + at, word, length) == 0 &&
           (step->length == at + length || step->bytes[at + length] == ' ');
}

/* The words that say yes or no in POP3 and, behind a tag, in IMAP; as if they were codes of SMTP.
 */
static int status_of(const struct dialogue_step *step) {
    static const struct {
        const char *word;
        int code;
    } words[] = {{"+OK", 200}, {"-ERR", 500}, {"OK", 200}, {"NO", 500}, {"BAD", 500}, {"BYE", 400}};
    const char *blank = memchr(step->bytes, ' ', step->length);
    size_t second = blank != NULL ? (size_t)(blank - step->bytes) + 1 : step->length;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(step, 0, words[i].word) || is_word(step, second, words[i].word))
            return words[i].code;
    }
    return 0;
}

/* The code of a reply line (RFC 5321 §4.2), 0: it is none. */
static int code_of(const struct dialogue_step *step) {
    if (step == NULL || step->data)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (i >= step->length || step->bytes[i] < '0' || step->bytes[i] > '9')
            return status_of(step);
    }
    return (step->bytes[0] - '0') * 100 + (step->bytes[1] - '0') * 10 + step->bytes[2] - '0';
}

/* `to` stands before it: " to ", " ". */
static void say_what_it_answers(struct look *look, const char *to) {
    const struct dialogue_step *command = look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT);

    if (command == NULL)
        return;
    look_say(look, "%s", to);
    if (command->kind == DIALOGUE_MESSAGE)
        look_say(look, "the message");
    else
        look_quote(look, command);
}

static bool is_another_code(const struct look *look) {
    int mine = code_of(look->mine), reference = code_of(look->reference);

    if (mine == reference || mine == 0 || reference == 0)
        return false;
    return mine / 100 != reference / 100 || mine >= 400;
}

static void say_codes(struct look *look, const char *who) {
    look_say(look, "%s answers ", who);
    look_quote(look, look->mine);
    say_what_it_answers(look, " to ");
    look_say(look, "; in the reference it answers ");
    look_quote(look, look->reference);
    look_say(look, ".");
}

static bool has_other_code(struct look *look) {
    if (!is_another_code(look))
        return false;
    say_codes(look, "The server");
    return look_at(look, 0);
}

/* What was wrong was told: the reply is only what comes of it. */
static bool follows_from_command(struct look *look) {
    if (!look->client_wrong || !is_another_code(look))
        return false;
    say_codes(look, "So the server");
    return look_at(look, 0);
}

/* The other lines of a reply whose code is another one. */
static bool is_of_another_reply(struct look *look) {
    if (look->mine != NULL && look->reference != NULL)
        return false;
    for (size_t i = look->first; i < look->end; i++) {
        struct look other = {.mine = look->rows[i].step[COMPARISON_MINE],
                             .reference = look->rows[i].step[COMPARISON_REFERENCE]};
        if (other.mine != NULL && other.reference != NULL && other.mine->side == DIALOGUE_SERVER &&
            is_another_code(&other)) {
            look_say(look, "So the rest of the reply is another one, too.");
            return true;
        }
    }
    return false;
}

static bool has_like_code(struct look *look) {
    int mine = code_of(look->mine), reference = code_of(look->reference);

    if (mine == reference || mine == 0 || reference == 0)
        return false;
    look_say(look, "The server answers %d", mine);
    say_what_it_answers(look, " to ");
    look_say(look, ", in the reference %d: the first digit says what a client must know.",
             reference);
    return true;
}

static bool is_after_helo(struct look *look) {
    if (strcmp(look_verb(look, COMPARISON_MINE), look_verb(look, COMPARISON_REFERENCE)) == 0)
        return false;
    look_say(look, "So the server answers the greeting in another way.");
    return true;
}

/* A line of a reply that has several, of which the other has more or fewer. */
static bool has_other_lines(struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;
    bool greeting = strcmp(look_verb(look, COMPARISON_REFERENCE), "EHLO") == 0;

    if (look->mine != NULL && look->reference != NULL)
        return false;
    look_say(look, greeting ? "Only the server of %s announces " : "Only %s has the reply line ",
             look->mine != NULL ? "your capture" : "the reference");
    struct dialogue_step keyword = *step;
    if (greeting && code_of(step) > 0 && step->length > CODE_LENGTH) {
        keyword.bytes += CODE_LENGTH;
        keyword.length -= CODE_LENGTH;
    }
    look_quote(look, &keyword);
    look_say(look, greeting ? ": what a server can is its own business." : ".");
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
    say_what_it_answers(look, " ");
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

/* A list, a mailbox, a message: what stands in no status line is no mere wording. */
static bool has_other_data(struct look *look) {
    const struct protocol *protocol = look->party[COMPARISON_MINE].protocol;

    if (protocol == NULL || strcmp(protocol->name, "SMTP") == 0 ||
        (code_of(look->mine) != 0 && code_of(look->reference) != 0))
        return false;
    if (look->mine == NULL || look->reference == NULL) {
        if (code_of(look->mine) != 0 || code_of(look->reference) != 0)
            return false;
        look_say(look, "Only %s has the server's line ",
                 look->mine != NULL ? "your capture" : "the reference");
        look_quote(look, look->mine != NULL ? look->mine : look->reference);
        look_say(look, ".");
        return true;
    }
    look_say(look, "The server says ");
    look_quote(look, look->mine);
    look_say(look, " where the reference's says ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, 0);
}

static bool has_other_words(struct look *look) {
    if (look->mine == NULL || look->reference == NULL)
        return false;
    look_say(look, "The server words its reply");
    say_what_it_answers(look, " to ");
    look_say(look, " in another way; behind %s stands text for people.",
             look_is_pop3(look) ? "+OK or -ERR" : "the code");
    return true;
}

const struct rule reply_rules[] = {
    {"line-end", "RFC 5321 §2.3.8", ends_in_lf, COMPARISON_WRONG, true},
    {"no-reply", "RFC 5321 §4.1.4", lacks_reply, COMPARISON_WRONG, false},
    {"reply-more", "RFC 5321 §4.2", has_reply_more, COMPARISON_WRONG, false},
    {"consequence", NULL, follows_from_command, COMPARISON_WRONG, true},
    {"reply", NULL, has_other_code, COMPARISON_WRONG, false},
    {"consequence", NULL, is_of_another_reply, COMPARISON_WRONG, true},
    {"reply", "RFC 5321 §4.2.1", has_like_code, COMPARISON_ALLOWED, false},
    {"response-code", "RFC 2449 §8", rule_has_other_response_code, COMPARISON_WRONG, false},
    {"response-code", "RFC 2449 §8", rule_has_no_response_code, COMPARISON_ALLOWED, true},
    {"extensions", "RFC 2449 §5", rule_has_other_capability, COMPARISON_ALLOWED, true},
    {"size", "RFC 1939 §11", rule_has_false_octets, COMPARISON_WRONG, true},
    {"size", NULL, rule_has_other_octets, COMPARISON_ENVIRONMENT, true},
    {"maildrop", "RFC 1939 §5", rule_has_other_maildrop, COMPARISON_WRONG, false},
    {"reply-data", NULL, has_other_data, COMPARISON_WRONG, false},
    {"greeting-reply", "RFC 5321 §4.1.1.1", is_after_helo, COMPARISON_ALLOWED, true},
    {"extensions", "RFC 5321 §4.1.1.1", has_other_lines, COMPARISON_ALLOWED, true},
    {"reply-text", "RFC 5321 §4.2", has_other_words, COMPARISON_ALLOWED, true},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
