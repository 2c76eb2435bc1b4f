/* What varies in POP3. */
#include "canon_match.h"
#include <ctype.h>
#include <string.h>

/* Whether it is the beginning of a line of that side: of the protocol, not of a message. */
static bool is_line_of(struct rest rest, enum dialogue_side side) {
    return rest.first && rest.step != NULL && rest.step->kind == DIALOGUE_LINE &&
           rest.step->side == side;
}

/* "PASS …" */
size_t canon_match_password(struct rest rest, size_t *before) {
    static const char command[] = "PASS ";

    *before = sizeof command - 1;
    if (!is_line_of(rest, DIALOGUE_CLIENT) || !canon_starts_with(rest, command))
        return 0;
    return rest.left > *before ? rest.left : 0;
}

/* What a client says behind "+ ", but for a single star: that gives up. */
size_t canon_match_continuation(struct rest rest, size_t *before) {
    *before = 0;
    return is_line_of(rest, DIALOGUE_CLIENT) && rest.step->data && *rest.at != '*' ? rest.left : 0;
}

/* "+OK … <1896.697170952@mail.example.org>" */
size_t canon_match_timestamp(struct rest rest, size_t *before) {
    if (!is_line_of(rest, DIALOGUE_SERVER) || rest.step->data || !canon_starts_with(rest, "+OK "))
        return 0;
    const char *open = memchr(rest.at, '<', rest.left);
    if (open == NULL)
        return 0;
    *before = (size_t)(open - rest.at);
    const char *close = memchr(open, '>', rest.left - *before);
    if (close == NULL || memchr(open, '@', (size_t)(close - open)) == NULL)
        return 0;
    return (size_t)(close - rest.at) + 1;
}

/* The MD5 in hexadecimal behind "APOP alice ". */
size_t canon_match_digest(struct rest rest, size_t *before) {
    enum {
        DIGITS = 32
    };
    if (!is_line_of(rest, DIALOGUE_CLIENT) || !canon_starts_with(rest, "APOP ") ||
        rest.left <= sizeof "APOP " + DIGITS)
        return 0;
    *before = rest.left - DIGITS;
    for (size_t i = *before; i < rest.left; i++)
        if (!isxdigit((unsigned char)rest.at[i]))
            return 0;
    return rest.at[*before - 1] == ' ' ? rest.left : 0;
}

/* The name behind a message's number, in a line of UIDL's answer and in the "+OK 1 …" to UIDL 1. A
   size has digits only, and what is said to people none. */
size_t canon_match_uidl(struct rest rest, size_t *before) {
    if (!is_line_of(rest, DIALOGUE_SERVER) ||
        (!rest.step->data && !canon_starts_with(rest, "+OK ")))
        return 0;
    size_t start = rest.step->data ? 0 : strlen("+OK "), at = start, digits = 0;
    while (at < rest.left && isdigit((unsigned char)rest.at[at]))
        at++;
    if (at == start || at + 1 >= rest.left || rest.at[at] != ' ')
        return 0;
    *before = at + 1;
    for (size_t i = *before; i < rest.left; i++) {
        if (!isgraph((unsigned char)rest.at[i]))
            return 0;
        digits += isdigit((unsigned char)rest.at[i]) ? 1 : 0;
    }
    bool is_name = digits < rest.left - *before && (rest.step->data || digits > 0);
    return is_name ? rest.left : 0;
}

/* A line of CAPA's answer. */
size_t canon_match_implementation(struct rest rest, size_t *before) {
    static const char word[] = "IMPLEMENTATION ";

    *before = sizeof word - 1;
    if (!is_line_of(rest, DIALOGUE_SERVER) || !rest.step->data || !canon_starts_with(rest, word))
        return 0;
    return rest.left > *before ? rest.left : 0;
}
