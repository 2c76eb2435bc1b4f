/* Message text, up to the final dot: the client's behind 354, or the server's that RETR and TOP
   get. */
#include "rules.h"
#include "wording.h"
#include <string.h>
#include <strings.h>
#include <wchar.h>

static bool equal(const char *one, size_t one_length, const char *other, size_t other_length) {
    return one_length == other_length && memcmp(one, other, one_length) == 0;
}

static const struct dialogue_step *either(const struct look *look) {
    return look->mine != NULL ? look->mine : look->reference;
}

/* Who sends the message, and who reads it. */
static const char *Sender(const struct look *look) {
    return wording_Side(either(look)->side);
}
static const char *sender(const struct look *look) {
    return wording_side(either(look)->side);
}
static const char *reader(const struct look *look) {
    return wording_side(either(look)->side == DIALOGUE_CLIENT ? DIALOGUE_SERVER : DIALOGUE_CLIENT);
}

static bool is_dot(const struct dialogue_step *step) {
    return step->length == 1 && step->bytes[0] == '.';
}

static bool ends_in_lf(struct look *look) {
    if (look->mine == NULL || look->mine->ending != DIALOGUE_LF)
        return false;
    if (look->reference != NULL && look->reference->ending == DIALOGUE_LF)
        return false;
    look_say(look, "%s ends the line ", Sender(look));
    look_quote(look, look->mine);
    if (is_dot(look->mine))
        look_say(look,
                 " with a bare LF; only CR LF . CR LF ends the message, so for %s it goes on.",
                 reader(look));
    else
        look_say(look, " of the message with a bare LF; a line ends with CR LF (\"\\r\\n\" in C) "
                       "there too.");
    return look_at(look, look->mine->length);
}

static bool has_no_end(struct look *look) {
    if (look->mine == NULL || look->reference == NULL || look->mine->ending != DIALOGUE_NONE ||
        look->reference->ending == DIALOGUE_NONE)
        return false;
    look_say(look, "The message stops in the middle of a line, behind ");
    look_quote(look, look->mine);
    look_say(look, ": its CR LF is missing.");
    return look_at(look, look->mine->length);
}

static bool has_extra_cr(struct look *look) {
    size_t mine = look->mine != NULL ? look->mine->length : 0;

    if (mine == 0 || look->mine->bytes[mine - 1] != '\r' || look->reference == NULL ||
        (look->reference->length > 0 &&
         look->reference->bytes[look->reference->length - 1] == '\r'))
        return false;
    look_say(look, "%s ends the line ", Sender(look));
    look_quote(look, look->reference);
    look_say(look, " of the message with CR CR LF; one CR is too many.");
    return look_at(look, mine - 1);
}

static bool is_unstuffed(struct look *look) {
    if (look->mine == NULL || look->reference == NULL || look->reference->length < 2 ||
        look->reference->bytes[0] != '.' ||
        !equal(look->mine->bytes, look->mine->length, look->reference->bytes + 1,
               look->reference->length - 1))
        return false;
    if (is_dot(look->mine)) {
        look_say(look,
                 "%s sends a line of the message that is a single dot as it is, so for %s the "
                 "message ends there; it needs a second dot in front.",
                 Sender(look), reader(look));
    } else {
        look_say(look, "%s sends the line ", Sender(look));
        look_quote(look, look->mine);
        look_say(look,
                 " of the message as it is; %s takes away a dot at the front, so %s must put a "
                 "second one there.",
                 reader(look), sender(look));
    }
    return look_at(look, 0);
}

static bool is_overstuffed(struct look *look) {
    if (look->mine == NULL || look->reference == NULL || look->mine->length < 2 ||
        look->mine->bytes[0] != '.' ||
        !equal(look->reference->bytes, look->reference->length, look->mine->bytes + 1,
               look->mine->length - 1))
        return false;
    look_say(look, "%s puts a dot in front of ", Sender(look));
    look_quote(look, look->reference);
    look_say(look, look->reference->bytes[0] == '.'
                       ? ", where one is enough."
                       : ", but only a line that begins with a dot gets one.");
    return look_at(look, 0);
}

static bool is_final_dot(const struct look *look, const struct dialogue_step *step) {
    /* The last line of the message in this exchange. */
    for (size_t i = look->row + 1; i < look->end; i++) {
        const struct comparison_row *row = &look->rows[i];
        if (row->step[COMPARISON_REFERENCE] != NULL &&
            row->step[COMPARISON_REFERENCE]->kind == DIALOGUE_MESSAGE)
            return false;
    }
    return is_dot(step);
}

static bool lacks_final_dot(struct look *look) {
    if (look->reference == NULL || look->mine != NULL || !is_final_dot(look, look->reference))
        return false;
    look_say(look,
             "%s never sends the line with a single dot that ends the message: %s goes on waiting "
             "for text.",
             Sender(look), reader(look));
    return true;
}

/* The empty line between header and body. */
static bool is_first_empty(const struct look *look) {
    for (size_t i = look->first; i < look->row; i++) {
        const struct dialogue_step *step = look->rows[i].step[COMPARISON_REFERENCE];
        if (step != NULL && step->length == 0)
            return false;
    }
    return look->reference->length == 0;
}

static bool lacks_empty_line(struct look *look) {
    if (look->reference == NULL || look->mine != NULL || !is_first_empty(look))
        return false;
    look_say(look, "The message lacks the empty line that ends its header: what follows is no body "
                   "for who reads it.");
    return true;
}

/* Whether the other side has the same line in another row of this exchange. */
static bool stands_elsewhere(const struct look *look, enum comparison_side side,
                             const struct dialogue_step *step) {
    enum {
        ROWS_MOST = 200
    };
    size_t end = look->end - look->first > ROWS_MOST ? look->first + ROWS_MOST : look->end;

    for (size_t i = look->first; i < end; i++) {
        const struct dialogue_step *other = look->rows[i].step[side];
        if (other != NULL && look->rows[i].step[1 - side] == NULL &&
            equal(step->bytes, step->length, other->bytes, other->length))
            return true;
    }
    return false;
}

/* In the header, and not folded: "Name: …". */
static bool is_header_field(const struct look *look, enum comparison_side side,
                            const struct dialogue_step *step) {
    const char *colon = memchr(step->bytes, ':', step->length);

    for (size_t i = look->first; i < look->row; i++) {
        const struct dialogue_step *before = look->rows[i].step[side];
        if (before != NULL && before->length == 0)
            return false;
    }
    return colon != NULL && memchr(step->bytes, ' ', (size_t)(colon - step->bytes)) == NULL;
}

static bool is_moved_header(struct look *look) {
    enum comparison_side side = look->mine != NULL ? COMPARISON_MINE : COMPARISON_REFERENCE;
    const struct dialogue_step *step = look->rows[look->row].step[side];

    if ((look->mine != NULL && look->reference != NULL) || step->length == 0 ||
        !is_header_field(look, side, step) ||
        !stands_elsewhere(look, side == COMPARISON_MINE ? COMPARISON_REFERENCE : COMPARISON_MINE,
                          step))
        return false;
    look_say(look, "The header field ");
    look_quote(look, step);
    look_say(look, " stands in another place: their order is free.");
    return true;
}

static bool lacks_line(struct look *look) {
    if (look->mine != NULL)
        return false;
    look_say(look, "The message lacks the line ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return true;
}

static bool has_line_more(struct look *look) {
    if (look->reference != NULL)
        return false;
    look_say(look, "The message has a line that the reference has not: ");
    look_quote(look, look->mine);
    look_say(look, ".");
    return look_at(look, 0);
}

static bool is_utf8(const char *bytes, size_t length, size_t *bad) {
    for (size_t i = 0; i < length;) {
        unsigned char first = (unsigned char)bytes[i];
        size_t count = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        *bad = i;
        if (first >= 0xF5 || (first >= 0x80 && first < 0xC2) || i + count > length)
            return false;
        for (size_t k = 1; k < count; k++) {
            if (((unsigned char)bytes[i + k] & 0xC0) != 0x80)
                return false;
        }
        i += count;
    }
    return true;
}

static bool is_other_charset(struct look *look) {
    size_t bad, ignored;

    if (is_utf8(look->mine->bytes, look->mine->length, &bad) ||
        !is_utf8(look->reference->bytes, look->reference->length, &ignored))
        return false;
    look_say(look, "The line ");
    look_quote(look, look->mine);
    look_say(look, " of the message is not in UTF-8: in the reference it is ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, bad);
}

static bool is_bad_date(struct look *look) {
    static const char name[] = "Date:";
    size_t length = sizeof name - 1;

    if (look->mine->length < length || strncasecmp(look->mine->bytes, name, length) != 0 ||
        look->reference->length < length || strncasecmp(look->reference->bytes, name, length) != 0)
        return false;
    look_say(look, "What stands in ");
    look_quote(look, look->mine);
    look_say(look, " is not a date as mail writes it; the reference has ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, length);
}

static bool is_other_text(struct look *look) {
    size_t at = 0;

    while (at < look->mine->length && at < look->reference->length &&
           look->mine->bytes[at] == look->reference->bytes[at])
        at++;
    look_say(look, "The message has the line ");
    look_quote(look, look->mine);
    look_say(look, " where the reference has ");
    look_quote(look, look->reference);
    look_say(look, ".");
    return look_at(look, at);
}

const struct rule message_rules[] = {
    {"line-end", "RFC 5321 §2.3.8", ends_in_lf, COMPARISON_WRONG, true},
    {"line-end", "RFC 5321 §2.3.8", has_no_end, COMPARISON_WRONG, false},
    {"line-end", "RFC 5321 §2.3.8", has_extra_cr, COMPARISON_WRONG, true},
    {"end-of-data", "RFC 5321 §4.1.1.4", lacks_final_dot, COMPARISON_WRONG, false},
    {"header-end", "RFC 5322 §2.1", lacks_empty_line, COMPARISON_WRONG, false},
    {"header-order", "RFC 5322 §3.6", is_moved_header, COMPARISON_ALLOWED, true},
    {"text", NULL, lacks_line, COMPARISON_WRONG, false},
    {"text", NULL, has_line_more, COMPARISON_WRONG, false},
    {"stuffing", "RFC 5321 §4.5.2", is_unstuffed, COMPARISON_WRONG, true},
    {"stuffing", "RFC 5321 §4.5.2", is_overstuffed, COMPARISON_WRONG, true},
    {"charset", "RFC 3629 §3", is_other_charset, COMPARISON_WRONG, true},
    {"date", "RFC 5322 §3.3", is_bad_date, COMPARISON_WRONG, false},
    {"text", NULL, is_other_text, COMPARISON_WRONG, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
