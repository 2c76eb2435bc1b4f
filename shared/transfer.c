#include "transfer.h"
#include <string.h>

int transfer_hex(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static size_t count_blanks(const char *text, size_t length) {
    size_t blanks = 0;
    while (blanks < length && (text[blanks] == ' ' || text[blanks] == '\t'))
        blanks++;
    return blanks;
}

/* Whether a line, or all of the text, ends here; then *end is how long the line end is. */
static bool is_line_end(const char *text, size_t length, size_t *end) {
    *end = length > 0 && text[0] == '\n'                      ? 1
           : length > 1 && text[0] == '\r' && text[1] == '\n' ? 2
                                                              : 0;
    return *end > 0 || length == 0;
}

/* "=" and what is behind it; *taken is how much of the text that is. */
static int take_quoted(struct buf *bytes, const char *text, size_t length, bool *clean,
                       size_t *taken) {
    size_t end, blanks = count_blanks(text + 1, length - 1);
    *taken = 1 + blanks;
    if (is_line_end(text + *taken, length - *taken, &end)) { /* a soft line break */
        *taken += end;
        return 0;
    }
    int high = length > 2 ? transfer_hex(text[1]) : -1,
        low = length > 2 ? transfer_hex(text[2]) : -1;
    bool good = high >= 0 && low >= 0;
    char byte = (char)(good ? high << 4 | low : '=');
    *clean = *clean && good;
    *taken = good ? 3 : 1;
    return buf_append(bytes, &byte, 1);
}

/* Blanks: nothing where a line ends behind them. */
static int take_blanks(struct buf *bytes, const char *text, size_t length, size_t *taken) {
    size_t end;
    *taken = count_blanks(text, length);
    bool added = is_line_end(text + *taken, length - *taken, &end);
    return added ? 0 : buf_append(bytes, text, *taken);
}

int transfer_quoted_printable(struct buf *bytes, const char *text, size_t length, bool *clean) {
    while (length > 0) {
        size_t taken = 0;
        int result;
        if (*text == '=') {
            result = take_quoted(bytes, text, length, clean, &taken);
        } else if (*text == ' ' || *text == '\t') {
            result = take_blanks(bytes, text, length, &taken);
        } else {
            while (taken < length && text[taken] != '=' && text[taken] != ' ' &&
                   text[taken] != '\t')
                taken++;
            result = buf_append(bytes, text, taken);
        }
        if (result < 0)
            return -1;
        text += taken;
        length -= taken;
    }
    return 0;
}

/* The six bits of a letter; -1: none. */
static int base64_value(char letter) {
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

/* A group of letters, being read. */
struct group {
    unsigned long bits;
    size_t letters;
    size_t padding; /* so many "=" must come yet */
    bool ended;     /* there was padding: no letters may follow */
};

/* What 2 to 4 letters stand for: 1 to 3 bytes. */
static int end_group(struct group *group, struct buf *bytes) {
    size_t letters = group->letters;
    unsigned long bits = group->bits << 6 * (4 - letters);
    const char three[] = {(char)(bits >> 16 & 0xFF), (char)(bits >> 8 & 0xFF), (char)(bits & 0xFF)};
    group->letters = 0;
    group->bits = 0;
    return letters < 2 ? 0 : buf_append(bytes, three, letters - 1);
}

static int take_letter(struct group *group, int value, struct buf *bytes, bool *clean) {
    *clean = *clean && !group->ended;
    group->bits = group->bits << 6 | (unsigned)value;
    return ++group->letters == 4 ? end_group(group, bytes) : 0;
}

static int take_padding(struct group *group, struct buf *bytes, bool *clean) {
    if (group->letters < 2) {
        *clean = *clean && group->letters == 0 && group->padding > 0;
        group->padding -= group->padding > 0;
        return 0;
    }
    group->padding = 4 - group->letters - 1;
    group->ended = true;
    return end_group(group, bytes);
}

int transfer_base64(struct buf *bytes, const char *text, size_t length, bool *clean) {
    struct group group = {0};
    int result = 0;
    for (size_t i = 0; i < length && result == 0; i++) {
        int value = base64_value(text[i]);
        if (value >= 0)
            result = take_letter(&group, value, bytes, clean);
        else if (text[i] == '=')
            result = take_padding(&group, bytes, clean);
        else
            *clean = *clean && text[i] != '\0' && strchr(" \t\r\n", text[i]) != NULL;
    }
    *clean = *clean && group.letters == 0 && group.padding == 0;
    return result == 0 ? end_group(&group, bytes) : -1;
}
