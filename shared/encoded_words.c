#include "encoded_words.h"
#include "charset.h"
#include "transfer.h"
#include <stdbool.h>
#include <string.h>

enum {
    CHARSET_LIMIT = 40,
};

/* =?charset?Q?text?= or =?charset*language?B?text?= (RFC 2231 §5), taken apart. */
struct word {
    char charset[CHARSET_LIMIT + 1];
    char encoding; /* 'B' or 'Q' */
    const char *text;
    size_t text_length;
    size_t length; /* with all its marks */
};

/* Reads a word that begins at text[0]. */
static bool read_word(const char *text, size_t length, struct word *word) {
    size_t at = 2, name = 0;
    if (length < 8 || text[0] != '=' || text[1] != '?')
        return false;
    while (at < length && text[at] > ' ' && text[at] < 127 && text[at] != '?' && text[at] != '*' &&
           name < CHARSET_LIMIT)
        word->charset[name++] = text[at++];
    word->charset[name] = '\0';
    if (at < length && text[at] == '*')
        while (at < length && text[at] > ' ' && text[at] < 127 && text[at] != '?')
            at++;
    if (name == 0 || at + 3 > length || text[at] != '?' || text[at + 2] != '?')
        return false;
    word->encoding = (char)(text[at + 1] & ~0x20);
    word->text = text + at + 3;
    for (at += 3; at < length && text[at] > ' ' && text[at] != '?'; at++)
        ;
    word->text_length = (size_t)(text + at - word->text);
    word->length = at + 2;
    return (word->encoding == 'B' || word->encoding == 'Q') && at + 1 < length && text[at] == '?' &&
           text[at + 1] == '=';
}

/* How many bytes the control character at the front takes, of C0 or, as UTF-8, of C1 (U+0080 to
   U+009F: some of those command a terminal, too); 0: it is none. */
static size_t control(const char *text, size_t left) {
    unsigned char first = (unsigned char)text[0];
    unsigned char second = left > 1 ? (unsigned char)text[1] : 0;
    if (first == 0xC2 && second >= 0x80 && second < 0xA0)
        return 2;
    return first < ' ' || first == 127 ? 1 : 0;
}

/* A header is one line: what would break it becomes U+FFFD. */
static int append_in_line(struct buf *out, const char *text, size_t length) {
    int result = 0;
    for (size_t i = 0; i < length && result == 0;) {
        size_t good = i, bad = 0;
        while (good < length && (bad = control(text + good, length - good)) == 0)
            good++;
        result = charset_append(out, "UTF-8", text + i, good - i);
        if (result == 0 && good < length)
            result = buf_append(out, "\xEF\xBF\xBD", 3);
        i = good + bad;
    }
    return result;
}

/* In Q a blank is "_"; all else is as in quoted-printable (§4.2). */
static int decode(const struct word *word, struct buf *bytes) {
    bool clean = true;
    if (word->encoding == 'B')
        return transfer_base64(bytes, word->text, word->text_length, &clean);
    for (size_t i = 0; i < word->text_length; i++) {
        size_t plain = i;
        while (plain < word->text_length && word->text[plain] != '_')
            plain++;
        if (transfer_quoted_printable(bytes, word->text + i, plain - i, &clean) < 0 ||
            (plain < word->text_length && buf_append(bytes, " ", 1) < 0))
            return -1;
        i = plain;
    }
    return 0;
}

static int append_word(struct buf *out, const struct word *word) {
    struct buf bytes, text;
    buf_init(&bytes, word->text_length);
    buf_init(&text, 8 * word->text_length + 8);
    int result = decode(word, &bytes);
    if (result == 0 && bytes.length > 0)
        result = charset_append(&text, word->charset, bytes.bytes, bytes.length);
    if (result == 0 && text.length > 0)
        result = append_in_line(out, text.bytes, text.length);
    buf_free(&bytes);
    buf_free(&text);
    return result;
}

size_t encoded_words_next(const char *text, size_t length, size_t *at) {
    struct word word;
    while (*at < length) {
        const char *mark = memmem(text + *at, length - *at, "=?", 2);
        if (mark == NULL)
            break;
        *at = (size_t)(mark - text);
        if (read_word(mark, length - *at, &word))
            return word.length;
        *at += 2;
    }
    *at = length;
    return 0;
}

static bool is_blank(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
            return false;
    return true;
}

/* Text as it is, but for the CR LF of folding; a tab is a blank. */
static int append_plain(struct buf *out, const char *text, size_t length) {
    int result = 0;
    for (size_t i = 0; i < length && result == 0; i++) {
        size_t plain = i;
        while (plain < length && text[plain] != '\t' && text[plain] != '\r' && text[plain] != '\n')
            plain++;
        result = append_in_line(out, text + i, plain - i);
        if (result == 0 && plain < length && text[plain] == '\t')
            result = buf_append(out, " ", 1);
        i = plain;
    }
    return result;
}

int encoded_words_append(struct buf *out, const char *text, size_t length) {
    bool behind_word = false;
    for (size_t from = 0; from < length;) {
        struct word word;
        size_t at = from, found = encoded_words_next(text, length, &at);
        bool skipped = found > 0 && behind_word && is_blank(text + from, at - from);
        if (!skipped && append_plain(out, text + from, at - from) < 0)
            return -1;
        if (found > 0 && read_word(text + at, length - at, &word) && append_word(out, &word) < 0)
            return -1;
        behind_word = found > 0;
        from = at + found;
    }
    return 0;
}
