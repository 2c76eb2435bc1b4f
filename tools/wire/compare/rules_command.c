/* A command of mine beside the reference's, when they are not the same. */
#include "rules.h"
#include "wording.h"
#include <ctype.h>
#include <stdlib.h>
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

/* The first byte in which they differ. */
static size_t difference_at(const struct look *look) {
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
    return look_at(look, difference_at(look));
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
    return look_at(look, difference_at(look));
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

/* "MAIL FROM:<…>" of "MAIL FROM:<…> SIZE=100 BODY=8BITMIME". */
static size_t path_length(const struct dialogue_step *step) {
    const char *end = memchr(step->bytes, '>', step->length);

    return end == NULL ? step->length : (size_t)(end - step->bytes) + 1;
}

/* Whether the server has announced all keywords behind the path: a clean use of its extensions. */
static bool parameters_announced(const struct look *look) {
    const struct dialogue_step *mine = look->mine;

    for (size_t at = path_length(mine); at < mine->length;) {
        size_t start = at + 1;
        if (mine->bytes[at] != ' ')
            return false;
        for (at = start; at < mine->length && mine->bytes[at] != ' ';)
            at++;
        const char *sign = memchr(mine->bytes + start, '=', at - start);
        size_t length = sign != NULL ? (size_t)(sign - mine->bytes) - start : at - start;
        if (length == 4 && strncasecmp(mine->bytes + start, "BODY", 4) == 0 &&
            look_announced(look, COMPARISON_MINE, "8BITMIME", 8))
            continue;
        if (length == 0 || !look_announced(look, COMPARISON_MINE, mine->bytes + start, length))
            return false;
    }
    return true;
}

static bool same_path(const struct look *look) {
    size_t path = path_length(look->mine);

    return path > 0 && look->mine->bytes[path - 1] == '>' &&
           equal(look->mine->bytes, path, look->reference->bytes, path_length(look->reference));
}

static bool has_fine_parameters(struct look *look) {
    if (!same_path(look) || !parameters_announced(look))
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ": parameters that the server has announced after EHLO may be there or not.");
    return look_at(look, difference_at(look));
}

static bool has_other_parameters(struct look *look) {
    if (!same_path(look))
        return false;
    look_say(look, "The client uses a parameter in ");
    look_quote(look, look->mine);
    look_say(look, " that the server has not announced after EHLO.");
    return look_at(look, difference_at(look));
}

/* Where the number behind SIZE= stands, and how long it is; 0: there is none. */
static size_t find_size(const struct dialogue_step *step, size_t *digits) {
    static const char word[] = " SIZE=";
    size_t length = sizeof word - 1;

    for (size_t at = path_length(step); at + length <= step->length; at++) {
        if (strncasecmp(step->bytes + at, word, length) != 0)
            continue;
        *digits = 0;
        while (at + length + *digits < step->length &&
               isdigit((unsigned char)step->bytes[at + length + *digits]))
            (*digits)++;
        return at + length;
    }
    return 0;
}

/* How large the message is that comes next: its lines with CR LF, without the dots that stuffing
   adds, and without the last one (RFC 1870 §3). 0: there is none. */
static unsigned long long message_size(const struct look *look) {
    unsigned long long size = 0;
    bool seen = false;

    for (size_t i = look->end; i < look->row_count; i++) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_MINE];
        if (step == NULL || step->side == DIALOGUE_SERVER)
            continue;
        if (step->kind != DIALOGUE_MESSAGE) {
            if (seen || strncasecmp(step->bytes != NULL ? step->bytes : "", "MAIL", 4) == 0)
                break;
            continue;
        }
        seen = true;
        size += step->length + (step->ending == DIALOGUE_LF ? 1 : 2);
        if (step->length > 0 && step->bytes[0] == '.')
            size -= step->length == 1 ? 3 : 1; /* the final dot, or a dot too many */
    }
    return size;
}

/* Whether both lines are the same but for the number. */
static bool same_but_size(const struct look *look, size_t *at, size_t *digits) {
    size_t other_digits, other = find_size(look->reference, &other_digits);

    *at = find_size(look->mine, digits);
    return *at > 0 && *at == other && memcmp(look->mine->bytes, look->reference->bytes, *at) == 0 &&
           equal(look->mine->bytes + *at + *digits, look->mine->length - *at - *digits,
                 look->reference->bytes + other + other_digits,
                 look->reference->length - other - other_digits);
}

static bool has_false_size(struct look *look) {
    size_t digits, at = find_size(look->mine, &digits);
    unsigned long long size = message_size(look);
    char number[32];

    if (at == 0 || size == 0 || digits >= sizeof number)
        return false;
    memcpy(number, look->mine->bytes + at, digits);
    number[digits] = '\0';
    if (strtoull(number, NULL, 10) == size)
        return false;
    look_say(look, "The client announces SIZE=%s, but the message has %llu octets.", number, size);
    return look_at(look, at);
}

static bool has_other_size(struct look *look) {
    size_t at, digits;

    if (!same_but_size(look, &at, &digits))
        return false;
    look_say(look, "The size that is announced is another, and true: it is another message.");
    return look_at(look, at);
}

static bool has_other_argument(struct look *look) {
    if (look->mine->side != DIALOGUE_CLIENT)
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, difference_at(look));
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
    {"size", "RFC 1870 §3", has_false_size, COMPARISON_WRONG, false},
    {"size", NULL, has_other_size, COMPARISON_ENVIRONMENT, false},
    {"parameters", "RFC 5321 §4.1.1.11", has_fine_parameters, COMPARISON_ALLOWED, false},
    {"parameters", "RFC 5321 §4.1.1.11", has_other_parameters, COMPARISON_WRONG, false},
    {"argument", NULL, has_other_argument, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
