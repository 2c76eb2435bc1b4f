/*
 * Lab 06, finished: MIME on its way out. The contracts are in shared/mime.h.
 */
#include "mime.h"
#include "base64.h"
#include <stdio.h>
#include <string.h>

static int too_large(struct failure *why) {
    return failure_set(why, "the message is too large");
}

/* RFC 2047 §5 (3): what may stand for itself in a word anywhere in a header. */
static bool is_safe_in_word(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("!*+-/", byte) != NULL);
}

int mime_q(const char *text, size_t length, struct buf *out, struct failure *why) {
    int result = 0;
    for (size_t i = 0; i < length && result == 0; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == ' ')
            result = buf_append(out, "_", 1);
        else if (is_safe_in_word(byte))
            result = buf_append(out, &byte, 1);
        else
            result = buf_printf(out, "=%02X", (unsigned)byte);
    }
    return result == 0 ? 0 : too_large(why);
}

/* How many characters mime_q makes of it. */
static size_t q_length(const char *text, size_t length) {
    size_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += text[i] == ' ' || is_safe_in_word((unsigned char)text[i]) ? 1 : 3;
    return sum;
}

static size_t encoded_length(const char *text, size_t length, bool q) {
    return q ? q_length(text, length) : BASE64_LENGTH(length);
}

/* How many bytes the character at the front has: those behind the first begin with the bits 10. */
static size_t character_length(const char *text, size_t left) {
    size_t length = 1;
    while (length < left && ((unsigned char)text[length] & 0xC0) == 0x80)
        length++;
    return length;
}

/* How many bytes of the text, in whole characters, have room in `room` characters. */
static size_t fitting(const char *text, size_t length, bool q, size_t room) {
    size_t count = 0;
    while (count < length) {
        size_t more = character_length(text + count, length - count);
        if (encoded_length(text, count + more, q) > room)
            break;
        count += more;
    }
    return count;
}

static int add_word(const char *text, size_t length, bool q, struct buf *field,
                    struct failure *why) {
    if (buf_append(field, q ? "=?UTF-8?Q?" : "=?UTF-8?B?", 10) < 0 ||
        (q ? mime_q(text, length, field, why) : base64_encode(text, length, field)) < 0 ||
        buf_append(field, "?=", 2) < 0)
        return too_large(why);
    return 0;
}

int mime_encoded_words(const char *text, size_t length, size_t column, struct buf *field,
                       struct failure *why) {
    const size_t marks = strlen("=?UTF-8?Q?") + strlen("?=");
    bool q = q_length(text, length) <= BASE64_LENGTH(length);
    while (length > 0) {
        size_t room = column < MIME_HEADER_LINE_LIMIT ? MIME_HEADER_LINE_LIMIT - column : 0;
        if (room > MIME_WORD_LIMIT)
            room = MIME_WORD_LIMIT;
        size_t count = room > marks ? fitting(text, length, q, room - marks) : 0;
        if (count == 0 && column == 1) /* no character is that long, but bad UTF-8 may look so */
            count = 1;
        if (count > 0 && add_word(text, count, q, field, why) < 0)
            return -1;
        text += count;
        length -= count;
        if (length > 0 && buf_append(field, "\r\n ", 3) < 0)
            return too_large(why);
        column = 1;
    }
    return 0;
}

/* Whether a line ends at text[i]: there is no more, or LF, or CR LF. */
static bool is_line_end(const char *text, size_t length, size_t i) {
    return i == length || text[i] == '\n' ||
           (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n');
}

/* What a byte becomes, and how many characters that are: 1 or 3. */
static size_t quote(unsigned char byte, bool at_line_end, char token[4]) {
    bool blank = byte == ' ' || byte == '\t';
    if ((blank && !at_line_end) || (byte > ' ' && byte < 127 && byte != '='))
        return (size_t)snprintf(token, 4, "%c", byte);
    return (size_t)snprintf(token, 4, "=%02X", byte);
}

int mime_quoted_printable(const char *text, size_t length, struct buf *body, struct failure *why) {
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_line_end(text, length, i)) {
            i += text[i] == '\r'; /* CR LF is one line end */
            if (buf_append(body, "\r\n", 2) < 0)
                return too_large(why);
            column = 0;
            continue;
        }
        bool at_line_end = is_line_end(text, length, i + 1);
        char token[4];
        size_t count = quote((unsigned char)text[i], at_line_end, token);
        /* Where more follows, one place is kept for the "=" of a soft line break. */
        if (column + count > MIME_LINE_LIMIT - (at_line_end ? 0 : 1)) {
            if (buf_append(body, "=\r\n", 3) < 0)
                return too_large(why);
            column = 0;
        }
        if (buf_append(body, token, count) < 0)
            return too_large(why);
        column += count;
    }
    return 0;
}

int mime_base64_lines(const void *bytes, size_t length, struct buf *body, struct failure *why) {
    const char *from = bytes;
    const size_t line = MIME_LINE_LIMIT / 4 * 3;
    while (length > 0) {
        size_t count = length < line ? length : line;
        if (base64_encode(from, count, body) < 0)
            return too_large(why);
        from += count;
        length -= count;
        if (length > 0 && buf_append(body, "\r\n", 2) < 0)
            return too_large(why);
    }
    return 0;
}

static bool stands_in(const struct mime_part *part, const char *boundary) {
    return strstr(part->header, boundary) != NULL ||
           memmem(part->body, part->length, boundary, strlen(boundary)) != NULL;
}

int mime_boundary(const struct mime_part *parts, size_t count, char boundary[MIME_BOUNDARY_SIZE],
                  struct failure *why) {
    for (int number = 1; number <= MIME_BOUNDARY_TRIES; number++) {
        size_t i = 0;
        snprintf(boundary, MIME_BOUNDARY_SIZE, "=_part_%d", number);
        while (i < count && !stands_in(&parts[i], boundary))
            i++;
        if (i == count)
            return 0;
    }
    return failure_set(why, "no boundary is free");
}

int mime_multipart(const struct mime_part *parts, size_t count, struct buf *message,
                   struct failure *why) {
    char boundary[MIME_BOUNDARY_SIZE];
    if (mime_boundary(parts, count, boundary, why) < 0)
        return -1;
    /* In quotes: "=" may not stand in a bare value (RFC 2045 §5.1). */
    if (buf_printf(message, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n%s", boundary,
                   MIME_PREAMBLE) < 0)
        return too_large(why);
    for (size_t i = 0; i < count; i++)
        if (buf_printf(message, "\r\n--%s\r\n%s\r\n", boundary, parts[i].header) < 0 ||
            buf_append(message, parts[i].body, parts[i].length) < 0)
            return too_large(why);
    return buf_printf(message, "\r\n--%s--\r\n", boundary) < 0 ? too_large(why) : 0;
}
