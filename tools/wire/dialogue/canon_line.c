#include "base64.h"
#include "canon_match.h"
#include <string.h>
#include <strings.h>

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

bool canon_starts_with(struct rest rest, const char *words) {
    size_t length = strlen(words);

    return rest.left >= length && strncasecmp(rest.at, words, length) == 0;
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

/*
 * What varies, each by its name. `match` looks at the front of the rest of a line: it returns how
 * many bytes are taken, 0 when this is none of it, and how many of them stand before the name.
 */
struct varying {
    struct canonicaliser says;
    size_t (*match)(struct rest rest, size_t *before);
};

static size_t match_date(struct rest rest, size_t *before) {
    *before = 0;
    return date_length(rest);
}

/* At the beginning of a line: "Message-ID: <…>". */
static size_t match_message_id(struct rest rest, size_t *before) {
    static const char name[] = "Message-ID:";

    *before = sizeof name - 1;
    return rest.first && canon_starts_with(rest, name) ? rest.left : 0;
}

/* What follows these words is the server's own name for a message. */
static size_t match_queue_id(struct rest rest, size_t *before) {
    static const char *const words[] = {"Stored as ", "queued as ", "accepted as ",
                                        " with ESMTP id ", " with UTF8SMTP id "};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!canon_starts_with(rest, words[i]))
            continue;
        *before = strlen(words[i]);
        size_t id =
            word_length((struct rest){.at = rest.at + *before, .left = rest.left - *before});
        if (id > 0)
            return *before + id;
    }
    return 0;
}

/* The word that derives from KIT_SEED: "kit-" and ten of a … z and 2 … 9. */
static size_t match_nonce(struct rest rest, size_t *before) {
    enum {
        LETTERS = 10
    };
    static const char start[] = "kit-";
    size_t length = sizeof start - 1;

    *before = 0;
    if (rest.left < length + LETTERS || memcmp(rest.at, start, length) != 0)
        return 0;
    for (; length < sizeof start - 1 + LETTERS; length++) {
        char c = rest.at[length];
        if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '9'))
            return 0;
    }
    return length;
}

/* At the beginning of a line: "AUTH PLAIN …", with a password that is each student's own. */
static size_t match_credentials(struct rest rest, size_t *before) {
    static const char command[] = "AUTH PLAIN ";
    struct buf bytes;

    *before = sizeof command - 1;
    if (!rest.first || !canon_starts_with(rest, command) || rest.left == *before)
        return 0;
    buf_init(&bytes, rest.left);
    bool is_base64 = base64_decode(rest.at + *before, rest.left - *before, &bytes) == 0;
    buf_free(&bytes);
    return is_base64 ? rest.left : 0;
}

static const struct varying varying[] = {
    {{"message-id", "what stands in a Message-ID: header (RFC 5322 §3.6.4)"}, match_message_id},
    {{"date", "a date as in RFC 5322 §3.3 or RFC 3339"}, match_date},
    {{"queue-id", "the server's own name for a message: behind \"Stored as\", \"queued as\" …"},
     match_queue_id},
    {{"nonce", "the word that KIT_SEED makes for each student: kit-xxxxxxxxxx"}, match_nonce},
    {{"credentials", "the base64 behind AUTH PLAIN: passwords derive from KIT_SEED, too"},
     match_credentials},
    {{"credentials", "what goes on with POP3's AUTH"}, canon_match_continuation},
    {{"password", "what stands behind POP3's PASS"}, canon_match_password},
    {{"timestamp", "the <…> in a POP3 greeting, which APOP needs (RFC 1939 §7)"},
     canon_match_timestamp},
    {{"digest", "what APOP makes of it and the password"}, canon_match_digest},
    {{"uidl", "the name of a message in POP3's UIDL"}, canon_match_uidl},
    {{"implementation", "what a POP3 server calls itself in CAPA (RFC 2449 §6.9)"},
     canon_match_implementation},
};
#define VARYING (sizeof varying / sizeof *varying)

const struct canonicaliser *canonicaliser_at(size_t index) {
    return index < VARYING ? &varying[index].says : NULL;
}

static int add_named(struct buf *out, struct rest rest, size_t before, const char *name) {
    const char *blank = before > 0 && rest.at[before - 1] == ':' ? " " : "";

    return buf_append(out, rest.at, before) < 0 ? -1 : buf_printf(out, "%s‹%s›", blank, name);
}

/* Something at the front that is never the same twice. *taken is 0 when there is nothing. */
static int add_varying(struct buf *out, struct rest rest, size_t *taken) {
    size_t before = 0;

    *taken = 0;
    for (size_t i = 0; i < VARYING; i++) {
        *taken = varying[i].match(rest, &before);
        if (*taken > 0)
            return add_named(out, rest, before, varying[i].says.name);
    }
    return 0;
}

static bool is_word_character(char c) {
    return strchr(" \t,;:()<>[]@\"", c) == NULL;
}

/* A word that this conversation made up: the client's name. */
static int add_own(struct buf *out, const char *line, struct rest rest,
                   const struct canon_word *word, size_t *taken) {
    *taken = 0;
    if (word == NULL || word->length == 0 || rest.left < word->length ||
        strncasecmp(rest.at, word->text, word->length) != 0 ||
        (rest.at > line && is_word_character(rest.at[-1])) ||
        (rest.left > word->length && is_word_character(rest.at[word->length])))
        return 0;
    *taken = word->length;
    return buf_printf(out, "‹%s›", word->name);
}

static int add_line(struct rest rest, const struct canon_word *word, struct buf *out) {
    const char *line = rest.at;
    size_t taken = 0;

    while (rest.left > 0) {
        rest.first = rest.at == line;
        if (add_varying(out, rest, &taken) < 0)
            return -1;
        if (taken == 0 && add_own(out, line, rest, word, &taken) < 0)
            return -1;
        if (taken == 0 && add_character(out, rest, &taken) < 0)
            return -1;
        rest.at += taken;
        rest.left -= taken;
    }
    return 0;
}

int canon_step_line(const struct dialogue_step *step, const struct canon_word *word,
                    struct buf *out) {
    return add_line((struct rest){.at = step->bytes, .left = step->length, .step = step}, word,
                    out);
}

int canon_line_with(const char *line, size_t length, const struct canon_word *word,
                    struct buf *out) {
    return add_line((struct rest){.at = line, .left = length}, word, out);
}

int canon_line(const char *line, size_t length, struct buf *out) {
    return canon_line_with(line, length, NULL, out);
}
