#include "text.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct escape {
    char letter;
    char byte;
};

static const struct escape escapes[] = {
    {'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}, {'"', '"'},
};
#define ESCAPES (sizeof escapes / sizeof escapes[0])

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that the escape at text[0] == '\\' stands for; how long the escape is, or 0. */
static size_t read_escape(const char *text, size_t length, char *byte) {
    if (length >= 4 && text[1] == 'x') {
        int high = hex_digit(text[2]), low = hex_digit(text[3]);
        *byte = (char)(high * 16 + low);
        return high < 0 || low < 0 ? 0 : 4;
    }
    for (size_t i = 0; length >= 2 && i < ESCAPES; i++)
        if (text[1] == escapes[i].letter) {
            *byte = escapes[i].byte;
            return 2;
        }
    return 0;
}

int text_unescape(const char *text, size_t length, struct buf *bytes, struct failure *why) {
    size_t i = 0;
    while (i < length) {
        char byte = text[i];
        size_t taken = byte == '\\' ? read_escape(text + i, length - i, &byte) : 1;
        if (taken == 0)
            return failure_set(why, "%.2s is no escape: use \\r \\n \\t \\0 \\\\ \\\" or \\xHH",
                               text + i);
        if (buf_append(bytes, &byte, 1) < 0)
            return failure_set(why, "longer than %zu bytes", bytes->limit);
        i += taken;
    }
    return 0;
}

static const char *skip_blanks(const char *text) {
    return text + strspn(text, " \t");
}

/* The length of the string in quotes at text[0] == '"', up to its closing quote; 0: there is none.
 */
static size_t quoted_length(const char *text) {
    size_t i = 1;
    while (text[i] != '\0' && text[i] != '"')
        i += text[i] == '\\' && text[i + 1] != '\0' ? 2 : 1;
    return text[i] == '"' ? i : 0;
}

int text_quoted(const char **rest, struct buf *bytes, struct failure *why) {
    if (**rest != '"')
        return failure_set(why, "a string in \"quotes\" is missing");
    while (**rest == '"') {
        size_t end = quoted_length(*rest);
        if (end == 0)
            return failure_set(why, "the closing quote is missing (a ; behind a blank begins a "
                                    "comment, even in quotes: write \\x3b)");
        if (text_unescape(*rest + 1, end - 1, bytes, why) < 0)
            return -1;
        *rest = skip_blanks(*rest + end + 1);
    }
    return 0;
}

int text_words(const char *value, struct arguments *words, struct failure *why) {
    const char *rest = skip_blanks(value);
    int result = 0;
    while (*rest != '\0' && result == 0) {
        struct buf word;
        buf_init(&word, 65536);
        if (*rest == '"') {
            result = text_quoted(&rest, &word, why);
        } else {
            size_t length = strcspn(rest, " \t");
            result = buf_append(&word, rest, length);
            rest = skip_blanks(rest + length);
        }
        if (result == 0 && word.length > 0 && memchr(word.bytes, '\0', word.length) != NULL)
            result = failure_set(why, "a word cannot hold a NUL byte");
        if (result == 0)
            arguments_add(words, word.length == 0 ? "" : word.bytes);
        buf_free(&word);
    }
    if (result == 0 && words->failed)
        return failure_set(why, "not enough memory");
    return result;
}

const char *text_after(const char *text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(text, word, length) != 0 || strchr(" \t", text[length]) == NULL)
        return NULL; /* strchr finds the NUL, too */
    return skip_blanks(text + length);
}

int text_fill(const void *bytes, size_t length, const char *mark, const char *with,
              struct buf *out) {
    const char *from = bytes, *found;
    size_t mark_length = strlen(mark);
    while (length > 0 && (found = memmem(from, length, mark, mark_length)) != NULL) {
        size_t before = (size_t)(found - from);
        if (buf_append(out, from, before) < 0 || buf_append(out, with, strlen(with)) < 0)
            return -1;
        from = found + mark_length;
        length -= before + mark_length;
    }
    return length == 0 ? 0 : buf_append(out, from, length);
}

int text_number(const char *text, unsigned long limit, unsigned long *number, struct failure *why) {
    char *end = NULL;
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0')
        return failure_set(why, "\"%s\" is not a whole number", text);
    if (errno != 0 || *number > limit)
        return failure_set(why, "%s is more than %lu", text, limit);
    return 0;
}

int text_duration(const char *text, int *milliseconds, struct failure *why) {
    static const struct {
        const char *unit;
        unsigned long factor;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (*text < '0' || *text > '9' || strcmp(end, units[i].unit) != 0)
            continue;
        if (errno != 0 || number > 3600000 / units[i].factor)
            return failure_set(why, "%s is more than an hour", text);
        *milliseconds = (int)(number * units[i].factor);
        return 0;
    }
    return failure_set(why, "\"%s\" is not a time such as 10s or 500ms", text);
}

/* How long the UTF-8 character at bytes[0] is; 0 when it is none, or one that must not be printed.
 */
static size_t character_length(const unsigned char *bytes, size_t length) {
    static const struct {
        unsigned char mask, mark;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    for (size_t extra = 0; extra < 4; extra++) {
        if ((bytes[0] & forms[extra].mask) != forms[extra].mark)
            continue;
        if (extra >= length)
            return 0;
        uint32_t code = bytes[0] & (unsigned char)~forms[extra].mask;
        for (size_t i = 1; i <= extra; i++) {
            if ((bytes[i] & 0xC0) != 0x80)
                return 0;
            code = code << 6 | (bytes[i] & 0x3F);
        }
        bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        bool bad =
            code < forms[extra].least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000);
        return control || bad ? 0 : extra + 1;
    }
    return 0;
}

int text_printable(const void *bytes, size_t length, struct buf *out, size_t *columns) {
    const unsigned char *from = bytes;
    size_t width = 0;
    for (size_t i = 0; i < length;) {
        size_t taken = character_length(from + i, length - i);
        size_t before = out->length;
        int result = 0;
        if (taken > 0 && from[i] != '\\') {
            result = buf_append(out, from + i, taken);
            width++;
            i += taken;
        } else {
            size_t e = 0;
            while (e < ESCAPES && (escapes[e].byte != (char)from[i] || from[i] == '"'))
                e++;
            if (e < ESCAPES)
                result = buf_printf(out, "\\%c", escapes[e].letter);
            else
                result = buf_printf(out, "\\x%02x", from[i]);
            width += out->length - before;
            i++;
        }
        if (result < 0)
            return -1;
    }
    if (columns != NULL)
        *columns = width;
    return 0;
}
