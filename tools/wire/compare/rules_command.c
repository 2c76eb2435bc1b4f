/* A command of mine beside the reference's, when they are not the same. */
#include "rules.h"
#include "wording.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool equal(const char *one, size_t one_length, const char *other, size_t other_length) {
    return one_length == other_length && memcmp(one, other, one_length) == 0;
}

/* Of a program that sends strlen(line) + 1 bytes. */
static bool has_nul(struct look *look) {
    const char *nul = memchr(look->mine->bytes, '\0', look->mine->length);

    if (nul == NULL || memchr(look->reference->bytes, '\0', look->reference->length) != NULL)
        return false;
    look_say(look, "%s sends a NUL byte in ", wording_Side(look->mine->side));
    look_quote(look, look->mine);
    look_say(look, "; the '\\0' that ends a string in C does not belong on the wire.");
    return look_at(look, (size_t)(nul - look->mine->bytes));
}

static const char *line_end_clause(const struct look *look) {
    const struct protocol *protocol = look->party[COMPARISON_MINE].protocol;

    return protocol != NULL ? protocol->line_end : NULL;
}

static const char *protocol_name(const struct look *look) {
    const struct protocol *protocol = look->party[COMPARISON_MINE].protocol;

    return protocol != NULL ? protocol->name : "this protocol";
}

static bool ends_in_lf(struct look *look) {
    if (look->mine->ending != DIALOGUE_LF || look->reference->ending == DIALOGUE_LF)
        return false;
    look->clause = line_end_clause(look);
    look_say(look, "%s ends its line ", wording_Side(look->mine->side));
    look_quote(look, look->mine);
    look_say(look, " with a bare LF; a line of %s ends with CR LF (\"\\r\\n\" in C).",
             protocol_name(look));
    return look_at(look, look->mine->length);
}

static bool has_no_end(struct look *look) {
    if (look->mine->ending != DIALOGUE_NONE || look->reference->ending == DIALOGUE_NONE)
        return false;
    look->clause = line_end_clause(look);
    look_say(look, "%s sends ", wording_Side(look->mine->side));
    look_quote(look, look->mine);
    look_say(look,
             " without the CR LF (\"\\r\\n\" in C) that ends a line: the other side waits for it.");
    return look_at(look, look->mine->length);
}

static bool has_extra_cr(struct look *look) {
    size_t mine = look->mine->length, reference = look->reference->length;

    if (mine == 0 || look->mine->bytes[mine - 1] != '\r' ||
        (reference > 0 && look->reference->bytes[reference - 1] == '\r'))
        return false;
    look->clause = line_end_clause(look);
    look_say(look, "%s ends a line with CR CR LF; one CR is too many.",
             wording_Side(look->mine->side));
    return look_at(look, mine - 1);
}

size_t rule_difference_at(const struct look *look) {
    size_t at = 0, least = look->mine->length < look->reference->length ? look->mine->length
                                                                        : look->reference->length;
    while (at < least && look->mine->bytes[at] == look->reference->bytes[at])
        at++;
    return at;
}

static bool is_helo(struct look *look) {
    if (strcmp(look_verb(look, COMPARISON_MINE), "HELO") != 0 ||
        strcmp(look_verb(look, COMPARISON_REFERENCE), "EHLO") != 0)
        return false;
    look_say(look, "The client greets with HELO, the reference with EHLO: a server must take both, "
                   "but tells its extensions only after EHLO.");
    return look_at(look, 0);
}

static bool is_ehlo(struct look *look) {
    if (strcmp(look_verb(look, COMPARISON_MINE), "EHLO") != 0 ||
        strcmp(look_verb(look, COMPARISON_REFERENCE), "HELO") != 0)
        return false;
    look_say(look, "The client greets with EHLO, the reference with the older HELO: a server must "
                   "take both.");
    return look_at(look, 0);
}

static bool same_verb(const struct look *look) {
    return strcmp(look_verb(look, COMPARISON_MINE), look_verb(look, COMPARISON_REFERENCE)) == 0;
}

static bool has_other_verb(struct look *look) {
    if (same_verb(look))
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, " where the reference says ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, rule_difference_at(look));
}

/* How much of a command is verb: "MAIL FROM:", "QUIT". */
static size_t verb_length(const struct dialogue_step *step) {
    size_t at = strlen("MAIL FROM:");

    if (step->length >= at && strncasecmp(step->bytes, "MAIL FROM:", at) == 0)
        return at;
    at = strlen("RCPT TO:");
    if (step->length >= at && strncasecmp(step->bytes, "RCPT TO:", at) == 0)
        return at;
    for (at = 0; at < step->length && step->bytes[at] != ' ';)
        at++;
    return at;
}

static bool differs_in_case(struct look *look) {
    size_t verb = verb_length(look->mine);

    if (verb != verb_length(look->reference) ||
        !equal(look->mine->bytes + verb, look->mine->length - verb, look->reference->bytes + verb,
               look->reference->length - verb))
        return false;
    look_say(look, "The client writes ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ": small and capital letters mean the same in a command.");
    return look_at(look, rule_difference_at(look));
}

static bool has_trailing_blank(struct look *look) {
    size_t length = look->mine->length;

    while (length > 0 && isblank((unsigned char)look->mine->bytes[length - 1]))
        length--;
    if (length == look->mine->length ||
        !equal(look->mine->bytes, length, look->reference->bytes, look->reference->length))
        return false;
    look_say(look, "The client puts a blank between ");
    look_quote(look, look->reference);
    look_say(look, " and the line's end: no command has one there.");
    return look_at(look, length);
}

static bool has_blank_before_path(struct look *look) {
    size_t verb = verb_length(look->mine);

    if (verb == 0 || look->mine->bytes[verb - 1] != ':' || verb >= look->mine->length ||
        look->mine->bytes[verb] != ' ' || verb != verb_length(look->reference) ||
        (look->reference->length > verb && look->reference->bytes[verb] == ' '))
        return false;
    look_say(look, "The client puts a blank behind the colon of ");
    look_quote(look, look->mine);
    look_say(look, "; the address follows at once: ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, verb);
}

static bool lacks_brackets(struct look *look) {
    size_t verb = verb_length(look->mine);

    if (verb == 0 || look->mine->bytes[verb - 1] != ':' ||
        (verb < look->mine->length && look->mine->bytes[verb] == '<') ||
        look->reference->length <= verb || look->reference->bytes[verb] != '<')
        return false;
    look_say(look, "The client writes the address in ");
    look_quote(look, look->mine);
    look_say(look, " without its angle brackets: ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, verb);
}

static bool has_no_name(struct look *look) {
    if (strcmp(look_verb(look, COMPARISON_MINE), "EHLO") != 0 || look->mine->length > 5 ||
        look->reference->length <= 5)
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, " without its own name: ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, look->mine->length);
}

static bool has_other_argument(struct look *look) {
    if (look->mine->side != DIALOGUE_CLIENT)
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, rule_difference_at(look));
}

const struct rule command_rules[] = {
    {"nul", "RFC 5321 §2.4", has_nul, COMPARISON_WRONG, true},
    {"line-end", NULL, ends_in_lf, COMPARISON_WRONG, true},
    {"line-end", NULL, has_no_end, COMPARISON_WRONG, false},
    {"line-end", NULL, has_extra_cr, COMPARISON_WRONG, true},
    {"helo", "RFC 5321 §4.1.1.1", is_helo, COMPARISON_ALLOWED, false},
    {"helo", "RFC 5321 §4.1.1.1", is_ehlo, COMPARISON_ALLOWED, false},
    {"other-command", NULL, has_other_verb, COMPARISON_WRONG, false},
    {"case", "RFC 5321 §2.4", differs_in_case, COMPARISON_ALLOWED, true},
    {"blank", "RFC 5321 §4.1.1", has_trailing_blank, COMPARISON_WRONG, true},
    {"blank", "RFC 5321 §3.3", has_blank_before_path, COMPARISON_WRONG, true},
    {"brackets", "RFC 5321 §4.1.2", lacks_brackets, COMPARISON_WRONG, true},
    {"no-name", "RFC 5321 §4.1.1.1", has_no_name, COMPARISON_WRONG, false},
    {"size", "RFC 1870 §3", rule_has_false_size, COMPARISON_WRONG, false},
    {"size", NULL, rule_has_other_size, COMPARISON_ENVIRONMENT, false},
    {"parameters", "RFC 5321 §4.1.1.11", rule_has_fine_parameters, COMPARISON_ALLOWED, false},
    {"parameters", "RFC 5321 §4.1.1.11", rule_has_other_parameters, COMPARISON_WRONG, false},
    {"user-name", "RFC 1939 §7", rule_names_mailbox_otherwise, COMPARISON_ALLOWED, true},
    {"argument", NULL, has_other_argument, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
