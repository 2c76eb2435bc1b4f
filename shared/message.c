#include "charset.h"
#include "message_inside.h"
#include "parameter.h"
#include "transfer.h"
#include <stdlib.h>
#include <string.h>

enum {
    BOUNDARY_LIMIT = 1000, /* RFC 2046 §5.1.1 allows 70 characters */
};

/* What all parts of one message share. */
struct reading {
    size_t parts_left;
};

static struct message_part *read_part(struct reading *reading, const char *bytes, size_t length,
                                      unsigned depth, const char *fallback);

bool message_is(const struct message_part *part, const char *type) {
    size_t length = strlen(type);
    bool family = length > 0 && type[length - 1] == '/';
    return strncmp(part->type, type, length) == 0 && (family || part->type[length] == '\0');
}

void message_free(struct message_part *part) {
    while (part != NULL) {
        struct message_part *next = part->next;
        message_free(part->parts);
        free(part->fields);
        free(part->type);
        free(part->charset);
        free(part->filename);
        free(part);
        part = next;
    }
}

/* What a line of a multipart is. */
enum line_kind {
    LINE_TEXT,
    LINE_DELIMITER,
    LINE_CLOSE,
};

/* "--" boundary, "--" behind that of the last, and perhaps blanks (RFC 2046 §5.1.1). */
static enum line_kind kind_of(const char *line, size_t length, const struct buf *boundary) {
    if (length < 2 + boundary->length || line[0] != '-' || line[1] != '-' ||
        memcmp(line + 2, boundary->bytes, boundary->length) != 0)
        return LINE_TEXT;
    size_t at = 2 + boundary->length;
    bool close = length - at >= 2 && line[at] == '-' && line[at + 1] == '-';
    for (at += close ? 2 : 0; at < length; at++)
        if (line[at] != ' ' && line[at] != '\t')
            return LINE_TEXT;
    return close ? LINE_CLOSE : LINE_DELIMITER;
}

/* The line end in front of a delimiter is the delimiter's. */
static size_t without_line_end(const char *text, size_t length) {
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length > 0 && text[length - 1] == '\r')
        length--;
    return length;
}

/* Adds one part behind the last. 0; -1: no memory. */
static int add_part(struct reading *reading, struct message_part *parent, const char *bytes,
                    size_t length, unsigned depth, struct message_part ***end) {
    const char *fallback =
        strcmp(parent->type, "multipart/digest") == 0 ? "message/rfc822" : "text/plain";
    if (reading->parts_left == 0) {
        message_set_flaw(parent, "more parts than are read");
        return 0;
    }
    **end = read_part(reading, bytes, length, depth, fallback);
    if (**end == NULL)
        return -1;
    *end = &(**end)->next;
    return 0;
}

static int split(struct reading *reading, struct message_part *part, const struct buf *boundary,
                 unsigned depth) {
    struct message_part **end = &part->parts;
    const char *begin = NULL; /* of the part that is open */
    enum line_kind kind = LINE_TEXT;
    for (size_t at = 0; at < part->length && kind != LINE_CLOSE;) {
        size_t content, line = message_line(part->body + at, part->length - at, &content);
        const char *here = part->body + at;
        kind = kind_of(here, content, boundary);
        at += line;
        if (kind == LINE_TEXT)
            continue;
        if (begin != NULL &&
            add_part(reading, part, begin, without_line_end(begin, (size_t)(here - begin)),
                     depth + 1, &end) < 0)
            return -1;
        begin = here + line;
    }
    if (kind == LINE_CLOSE)
        return 0;
    if (begin == NULL) {
        message_set_flaw(part, "its boundary stands nowhere");
        return 0;
    }
    message_set_flaw(part, "the closing delimiter is missing");
    return add_part(reading, part, begin, (size_t)(part->body + part->length - begin), depth + 1,
                    &end);
}

static int read_multipart(struct reading *reading, struct message_part *part, unsigned depth) {
    const struct message_field *field = message_field(part, "Content-Type");
    struct buf boundary;
    buf_init(&boundary, BOUNDARY_LIMIT);
    size_t length =
        field->value_length < MESSAGE_VALUE_LIMIT ? field->value_length : MESSAGE_VALUE_LIMIT;
    int result = 0;
    if (parameter_find(field->value, length, "boundary", &boundary) != 1 || boundary.length == 0)
        message_set_flaw(part, "a multipart without a boundary");
    else
        result = split(reading, part, &boundary, depth);
    buf_free(&boundary);
    return result;
}

/* What is in a part, if it holds others. */
static int read_inside(struct reading *reading, struct message_part *part, unsigned depth) {
    bool multipart = message_is(part, "multipart/"), message = message_is(part, "message/rfc822");
    if (!multipart && !message)
        return 0;
    /* RFC 2045 §6.4: neither may be encoded. An encoded one is left as it is. */
    if (part->encoding != MESSAGE_IDENTITY) {
        message_set_flaw(part, "it is encoded, which such a part may not be");
        return 0;
    }
    if (depth >= MESSAGE_DEPTH_LIMIT || reading->parts_left == 0) {
        message_set_flaw(part, "parts within it are not read: there are too many");
        return 0;
    }
    if (multipart)
        return read_multipart(reading, part, depth);
    part->parts = read_part(reading, part->body, part->length, depth + 1, "text/plain");
    return part->parts == NULL ? -1 : 0;
}

static struct message_part *read_part(struct reading *reading, const char *bytes, size_t length,
                                      unsigned depth, const char *fallback) {
    struct message_part *part = calloc(1, sizeof *part);
    reading->parts_left--;
    if (part == NULL || message_read_header(part, bytes, length, fallback) < 0 ||
        read_inside(reading, part, depth) < 0) {
        message_free(part);
        return NULL;
    }
    return part;
}

struct message_part *message_read(const char *bytes, size_t length, struct failure *why) {
    struct reading reading = {.parts_left = MESSAGE_PART_LIMIT};
    struct message_part *message = read_part(&reading, bytes, length, 0, "text/plain");
    if (message == NULL)
        failure_set(why, "not enough memory");
    return message;
}

int message_content(const struct message_part *part, struct buf *bytes, const char **flaw) {
    bool clean = true;
    int result;
    switch (part->encoding) {
    case MESSAGE_QUOTED_PRINTABLE:
        result = transfer_quoted_printable(bytes, part->body, part->length, &clean);
        break;
    case MESSAGE_BASE64:
        result = transfer_base64(bytes, part->body, part->length, &clean);
        break;
    default:
        result = buf_append(bytes, part->body, part->length);
    }
    if (flaw != NULL)
        *flaw = clean                              ? NULL
                : part->encoding == MESSAGE_BASE64 ? "not all of it is base64"
                                                   : "not all of it is quoted-printable";
    return result;
}

/* CR LF becomes LF. */
static void shorten_line_ends(struct buf *text) {
    size_t to = 0;
    for (size_t i = 0; i < text->length; i++)
        if (text->bytes[i] != '\r' || i + 1 == text->length || text->bytes[i + 1] != '\n')
            text->bytes[to++] = text->bytes[i];
    text->length = to;
    if (text->bytes != NULL)
        text->bytes[to] = '\0';
}

int message_text(const struct message_part *part, struct buf *text, const char **flaw) {
    struct buf bytes;
    buf_init(&bytes, text->limit);
    int result = message_content(part, &bytes, flaw);
    shorten_line_ends(&bytes);
    if (result == 0 && bytes.length > 0)
        result = charset_append(text, part->charset, bytes.bytes, bytes.length);
    buf_free(&bytes);
    return result;
}
