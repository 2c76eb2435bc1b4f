/* The unique-ids of POP3: they differ from one maildrop to another, but must be good for what they
   are there for (RFC 1939 §7). */
#include "rules.h"
#include "wording.h"
#include <ctype.h>
#include <string.h>

enum {
    LENGTH_MOST = 70,
    LOOK_MOST = 512, /* so many lines of UIDL's answers are looked through */
};

/* "1 17.M5P4", of a line of UIDL's answer or of the "+OK 1 17.M5P4" to UIDL 1. */
struct name {
    const char *number;
    size_t digits;
    const char *text;
    size_t length;
};

static bool read_name(const struct dialogue_step *step, struct name *name) {
    static const char ok[] = "+OK ";
    size_t start = step->data ? 0 : sizeof ok - 1;

    if (step->side != DIALOGUE_SERVER || step->kind != DIALOGUE_LINE || step->length <= start ||
        (start > 0 && strncmp(step->bytes, ok, start) != 0))
        return false;
    const char *end = step->bytes + step->length;
    name->number = step->bytes + start;
    name->digits = 0;
    while (name->number + name->digits < end && isdigit((unsigned char)name->number[name->digits]))
        name->digits++;
    name->text = name->number + name->digits + 1;
    if (name->digits == 0 || name->text >= end || name->text[-1] != ' ' ||
        memchr(name->text, ' ', (size_t)(end - name->text)) != NULL)
        return false;
    name->length = (size_t)(end - name->text);
    return true;
}

static bool same(const char *one, size_t length, const char *other, size_t other_length) {
    return length == other_length && memcmp(one, other, length) == 0;
}

static bool is_in_uidl(const struct look *look, struct name *name) {
    return look_is_pop3(look) && strcmp(look_verb(look, COMPARISON_MINE), "UIDL") == 0 &&
           read_name(look->mine, name);
}

bool rule_has_long_uidl(struct look *look) {
    struct name name;

    if (!is_in_uidl(look, &name) || name.length <= LENGTH_MOST)
        return false;
    look_say(look, "The unique-id in ");
    look_quote(look, look->mine);
    look_say(look, " has %zu characters; %d is the most.", name.length, LENGTH_MOST);
    return look_at(look, (size_t)(name.text - look->mine->bytes));
}

/* Another line of UIDL's answers, before this one: one message has two names, or two have one. */
static bool contradicts(struct look *look, const struct name *name, const struct name *other) {
    bool number = same(name->number, name->digits, other->number, other->digits);
    bool text = same(name->text, name->length, other->text, other->length);

    if (number == text)
        return false;
    if (text)
        look_say(look,
                 "Messages %.*s and %.*s have the same unique-id, %.*s: who fetches by it "
                 "takes one for the other.",
                 (int)other->digits, other->number, (int)name->digits, name->number,
                 (int)name->length, name->text);
    else
        look_say(look,
                 "Message %.*s has the unique-id %.*s, and before it had %.*s: it must stay "
                 "the same.",
                 (int)name->digits, name->number, (int)name->length, name->text, (int)other->length,
                 other->text);
    return true;
}

bool rule_has_wrong_uidl(struct look *look) {
    const struct party *party = &look->party[COMPARISON_MINE];
    struct name name, other;
    size_t looked = 0;

    if (!is_in_uidl(look, &name))
        return false;
    for (size_t i = 0; i < party->stretch_count && looked < LOOK_MOST; i++) {
        const struct stretch *stretch = &party->stretch[i];
        if (strcmp(stretch->verb, "UIDL") != 0)
            continue;
        for (size_t k = 0; k < stretch->count && looked < LOOK_MOST; k++, looked++) {
            const struct dialogue_step *step = party->exchanges.steps[stretch->first + k].step;
            if (step == look->mine)
                return false;
            if (read_name(step, &other) && contradicts(look, &name, &other))
                return look_at(look, (size_t)(name.text - look->mine->bytes));
        }
    }
    return false;
}
