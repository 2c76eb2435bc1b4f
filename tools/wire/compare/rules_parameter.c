/* What stands behind the path in MAIL and RCPT: SIZE=100 BODY=8BITMIME. */
#include "rules.h"
#include "wording.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool same_bytes(const char *one, size_t one_length, const char *other, size_t other_length) {
    return one_length == other_length && memcmp(one, other, one_length) == 0;
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
           same_bytes(look->mine->bytes, path, look->reference->bytes,
                      path_length(look->reference));
}

bool rule_has_fine_parameters(struct look *look) {
    if (!same_path(look) || !parameters_announced(look))
        return false;
    look_say(look, "The client says ");
    look_quote(look, look->mine);
    look_say(look, ", the reference ");
    look_quote(look, look->reference);
    look_say(look, ": parameters that the server has announced after EHLO may be there or not.");
    return look_at(look, rule_difference_at(look));
}

bool rule_has_other_parameters(struct look *look) {
    if (!same_path(look))
        return false;
    look_say(look, "The client uses a parameter in ");
    look_quote(look, look->mine);
    look_say(look, " that the server has not announced after EHLO.");
    return look_at(look, rule_difference_at(look));
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
           same_bytes(look->mine->bytes + *at + *digits, look->mine->length - *at - *digits,
                      look->reference->bytes + other + other_digits,
                      look->reference->length - other - other_digits);
}

bool rule_has_false_size(struct look *look) {
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

bool rule_has_other_size(struct look *look) {
    size_t at, digits;

    if (!same_but_size(look, &at, &digits))
        return false;
    look_say(look, "The size that is announced is another, and true: it is another message.");
    return look_at(look, at);
}
