/* What POP3 has that SMTP has not: a session in which the server tells, and the client deletes. */
#include "pop3_command.h"
#include "rules.h"
#include "wording.h"
#include <string.h>
#include <strings.h>

/* Rules that hold in POP3 as in SMTP have a clause of its own there. */
const char *rule_clause_pop3(const char *rule) {
    static const char *const clauses[][2] = {
        {"line-end", "RFC 1939 §3"},     {"nul", "RFC 1939 §3"},
        {"case", "RFC 1939 §3"},         {"blank", "RFC 1939 §3"},
        {"stuffing", "RFC 1939 §3"},     {"end-of-data", "RFC 1939 §3"},
        {"no-reply", "RFC 1939 §3"},     {"reply-more", "RFC 1939 §3"},
        {"reply-text", "RFC 1939 §3"},   {"order", "RFC 1939 §3"},
        {"hasty", "RFC 1939 §4"},        {"noop", "RFC 1939 §5"},
        {"pipelining", "RFC 2449 §6.6"},
    };

    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (strcmp(clauses[i][0], rule) == 0)
            return clauses[i][1];
    }
    return NULL;
}

static bool is_verb(const struct look *look, enum comparison_side side, const char *verb) {
    return look_is_pop3(look) && strcmp(look_verb(look, side), verb) == 0;
}

/* Whether the client of mine has marked a message. */
static bool has_deleted(const struct look *look) {
    const struct party *party = &look->party[COMPARISON_MINE];

    for (size_t i = 0; i < party->stretch_count; i++) {
        if (strcmp(party->stretch[i].verb, "DELE") == 0)
            return true;
    }
    return false;
}

bool rule_lacks_quit_pop3(struct look *look) {
    if (!is_verb(look, COMPARISON_REFERENCE, "QUIT"))
        return false;
    look_say(look, has_deleted(look)
                       ? "The client closes the connection without QUIT: so the server deletes "
                         "nothing of what it has marked with DELE, and every message is there "
                         "again next time."
                       : "The client closes the connection without QUIT: only QUIT takes the "
                         "server to the state in which it deletes what is marked.");
    return true;
}

bool rule_asks_capabilities(struct look *look) {
    if (!is_verb(look, COMPARISON_MINE, "CAPA"))
        return false;
    look_say(look, "The client asks with CAPA what the server can, the reference does not here; "
                   "that changes nothing.");
    return true;
}

/* How much of "USER alice@example.org" is not the domain. */
static size_t local_length(const struct dialogue_step *step) {
    const char *at = memchr(step->bytes, '@', step->length);

    return at == NULL ? step->length : (size_t)(at - step->bytes);
}

/* With its domain and without; what it means is the server's business. */
bool rule_names_mailbox_otherwise(struct look *look) {
    if (!is_verb(look, COMPARISON_MINE, "USER") || !is_verb(look, COMPARISON_REFERENCE, "USER"))
        return false;
    size_t mine = local_length(look->mine), other = local_length(look->reference);
    if (mine != other || (mine == look->mine->length) == (other == look->reference->length) ||
        strncasecmp(look->mine->bytes, look->reference->bytes, mine) != 0)
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ": which name means a mailbox, the server alone decides.");
    return look_at(look, mine < look->mine->length ? mine : look->mine->length);
}

/* "1" of "RETR 1", if the verb is this one. */
static bool argument_of(const struct dialogue_step *step, const char *verb, const char **argument,
                        size_t *length) {
    size_t count = strlen(verb);

    if (step == NULL || step->length <= count + 1 || strncasecmp(step->bytes, verb, count) != 0 ||
        step->bytes[count] != ' ')
        return false;
    *argument = step->bytes + count + 1;
    *length = step->length - count - 1;
    return true;
}

/* DELE 1 while the answer to RETR 1 is still coming. */
bool rule_deletes_early(struct look *look) {
    const char *deleted, *fetched;
    size_t length, other;

    if (!look_is_pop3(look) || !look_hurries(look) ||
        !argument_of(look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT), "DELE", &deleted,
                     &length) ||
        !argument_of(look_command_before(look), "RETR", &fetched, &other) || length != other ||
        memcmp(deleted, fetched, length) != 0)
        return false;
    look_say(look,
             "The client says \"DELE %.*s\" before message %.*s has come whole: it cannot know yet "
             "whether it has it, and whether it could be kept.",
             (int)length, deleted, (int)length, deleted);
    return true;
}

/* RFC 2595 §4: nothing behind STLS until TLS is there. */
bool rule_pipelines_into_tls(struct look *look) {
    const struct dialogue_step *before = look_is_pop3(look) ? look_command_before(look) : NULL;

    if (before == NULL || !look_hurries(look) || before->length < 4 ||
        strncasecmp(before->bytes, "STLS", 4) != 0)
        return false;
    look_say(look, "The client sends ");
    look_quote(look, look_step(look, COMPARISON_MINE, DIALOGUE_CLIENT));
    look_say(look, " before the answer to STLS has come; behind STLS it must wait until TLS is "
                   "there, even if it may pipeline.");
    return true;
}

/* "[IN-USE]" of "-ERR [IN-USE] …"; 0 bytes: none. */
static size_t response_code(const struct dialogue_step *step, const char **code) {
    static const char beginning[] = "-ERR [";
    size_t before = sizeof beginning - 2;

    if (step == NULL || step->data || step->length < before + 1 ||
        strncmp(step->bytes, beginning, before + 1) != 0)
        return 0;
    *code = step->bytes + before;
    const char *end = memchr(*code, ']', step->length - before);
    return end == NULL ? 0 : (size_t)(end - *code) + 1;
}

static bool both_refuse(const struct look *look) {
    return look_is_pop3(look) && look->mine != NULL && look->reference != NULL &&
           pop3_status_of(look->mine->bytes, look->mine->length) == POP3_ERR &&
           pop3_status_of(look->reference->bytes, look->reference->length) == POP3_ERR;
}

bool rule_has_other_response_code(struct look *look) {
    const char *mine = NULL, *reference = NULL;

    if (!both_refuse(look))
        return false;
    size_t length = response_code(look->mine, &mine);
    size_t other = response_code(look->reference, &reference);
    if (length == 0 || other == 0 || (length == other && strncasecmp(mine, reference, length) == 0))
        return false;
    look_say(look,
             "The server refuses with the response code %.*s, the reference's with %.*s: programs "
             "act by it.",
             (int)length, mine, (int)other, reference);
    return look_at(look, strlen("-ERR "));
}

bool rule_has_no_response_code(struct look *look) {
    const char *mine = NULL, *reference = NULL;

    if (!both_refuse(look))
        return false;
    size_t length = response_code(look->mine, &mine);
    size_t other = response_code(look->reference, &reference);
    if ((length == 0) == (other == 0))
        return false;
    look_say(look, "Only the server of %s says with a response code why it refuses: %.*s.",
             length > 0 ? "your capture" : "the reference", (int)(length + other),
             length > 0 ? mine : reference);
    return true;
}

bool rule_has_other_capability(struct look *look) {
    const struct dialogue_step *step = look->mine != NULL ? look->mine : look->reference;

    if (!is_verb(look, COMPARISON_REFERENCE, "CAPA") || !step->data)
        return false;
    if (look->mine != NULL && look->reference != NULL) {
        look_say(look, "The server announces ");
        look_quote(look, look->mine);
        look_say(look, ", the reference's ");
        look_quote(look, look->reference);
    } else {
        look_say(look, "Only the server of %s announces ",
                 look->mine != NULL ? "your capture" : "the reference");
        look_quote(look, step);
    }
    look_say(look, ": what a server can is its own business.");
    return true;
}
