#include "canon.h"
#include <string.h>
#include <strings.h>

/* What is left of a line. */
struct rest {
    const char *at;
    size_t left;
};

/* Whether the rest fits a pattern, of which every character is matched: 9 a digit, A a letter,
   + a sign, all others themselves. */
static bool fits(struct rest rest, const char *pattern) {
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (i >= rest.left)
            return false;
        char c = rest.at[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool sign = c == '+' || c == '-';
        if (pattern[i] == '9'   ? !digit
            : pattern[i] == 'A' ? !letter
            : pattern[i] == '+' ? !sign
                                : c != pattern[i])
            return false;
    }
    return true;
}

/* "Sat, 21 Nov 2026 10:07:08 +0000" (RFC 5322 §3.3), or the form of RFC 3339. Its length, or 0. */
static size_t date_length(struct rest rest) {
    static const char *const forms[] = {
        "AAA, 99 AAA 9999 99:99:99 +9999", "AAA, 9 AAA 9999 99:99:99 +9999",
        "9999-99-99T99:99:99.999Z",        "9999-99-99T99:99:99Z",
        "9999-99-99T99:99:99+99:99",
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (fits(rest, forms[i]))
            return strlen(forms[i]);
    }
    return 0;
}

static size_t word_length(struct rest rest) {
    size_t length = 0;

    while (length < rest.left && strchr(" \t;,)>", rest.at[length]) == NULL)
        length++;
    return length;
}

/* What follows these words is the server's own name for a message. */
static const char *const before_queue_id[] = {"Stored as ", "queued as ", "accepted as ",
                                              " with ESMTP id ", " with UTF8SMTP id "};

static bool starts_with(struct rest rest, const char *words) {
    size_t length = strlen(words);

    return rest.left >= length && strncasecmp(rest.at, words, length) == 0;
}

static int add_name(struct buf *out, const char *name) {
    return buf_printf(out, "‹%s›", name);
}

/* The length of the UTF-8 character at the front that may be printed as it is, 0 for none. */
static size_t printable_length(struct rest rest) {
    unsigned char first = (unsigned char)rest.at[0];
    size_t length = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    unsigned code = length == 1 ? first : first & (0x7FU >> length);

    if (first < 0x20 || first == 0x7F || (first >= 0x80 && first < 0xC2) || first > 0xF4 ||
        rest.left < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)rest.at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)rest.at[i] & 0x3F);
    }
    /* Written longer than needed, surrogates, beyond Unicode, control characters (C1). */
    if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
        (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF || (code >= 0x80 && code < 0xA0))
        return 0;
    return length;
}

static int add_character(struct buf *out, struct rest rest, size_t *taken) {
    *taken = 1;
    if (*rest.at == '\\')
        return buf_append(out, "\\\\", 2);
    size_t length = printable_length(rest);
    if (length == 0)
        return buf_printf(out, "\\x%02X", (unsigned)(unsigned char)*rest.at);
    *taken = length;
    return buf_append(out, rest.at, length);
}

/* At the beginning of a line: "Message-ID: <…>". */
static int add_header(struct buf *out, struct rest rest, size_t *taken) {
    static const char name[] = "Message-ID:";

    *taken = 0;
    if (!starts_with(rest, name))
        return 0;
    *taken = rest.left;
    if (buf_append(out, rest.at, sizeof name - 1) < 0 || buf_append(out, " ", 1) < 0)
        return -1;
    return add_name(out, "message-id");
}

/* Something at the front that is never the same twice. *taken is 0 when there is nothing. */
static int add_varying(struct buf *out, struct rest rest, size_t *taken) {
    *taken = date_length(rest);
    if (*taken > 0)
        return add_name(out, "date");
    for (size_t i = 0; i < sizeof before_queue_id / sizeof *before_queue_id; i++) {
        size_t words = strlen(before_queue_id[i]);
        if (!starts_with(rest, before_queue_id[i]))
            continue;
        size_t id = word_length((struct rest){rest.at + words, rest.left - words});
        if (id == 0)
            continue;
        *taken = words + id;
        return buf_append(out, rest.at, words) < 0 ? -1 : add_name(out, "queue-id");
    }
    return 0;
}

int canon_line(const char *line, size_t length, struct buf *out) {
    struct rest rest = {line, length};
    size_t taken = 0;

    if (length > 0 && add_header(out, rest, &taken) < 0)
        return -1;
    while (taken < rest.left) {
        rest = (struct rest){rest.at + taken, rest.left - taken};
        if (add_varying(out, rest, &taken) < 0)
            return -1;
        if (taken == 0 && add_character(out, rest, &taken) < 0)
            return -1;
    }
    return 0;
}
