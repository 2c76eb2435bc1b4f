#include "header.h"
#include <string.h>
#include <strings.h>

/* Where the bytes that stay go. */
struct out {
    char *bytes;
    size_t length;
};

static void put(struct out *out, const char *bytes, size_t count) {
    memcpy(out->bytes + out->length, bytes, count);
    out->length += count;
}

static void put_held(struct header *header, struct out *out) {
    put(out, header->held, header->held_length);
    header->held_length = 0;
}

static void begin_line(struct header *header) {
    header->state = HEADER_NAME;
    header->held_length = 0;
    header->held_back = true;
}

void header_begin(struct header *header, const char *date, const char *message_id) {
    *header = (struct header){.field = HEADER_BODY, .date = date, .message_id = message_id};
    begin_line(header);
}

/* One byte of a name or of the blanks behind it: held back, as long as it may matter. */
static void hold(struct header *header, char byte, struct out *out) {
    if (header->held_back && header->held_length == HEADER_HELD) {
        header->held_back = false;
        put_held(header, out);
    }
    if (header->held_back)
        header->held[header->held_length++] = byte;
    else
        put(out, &byte, 1);
}

static bool held_is(const struct header *header, const char *name) {
    size_t length = header->held_length;
    while (length > 0 && (header->held[length - 1] == ' ' || header->held[length - 1] == '\t'))
        length--;
    return header->held_back && length == strlen(name) &&
           strncasecmp(header->held, name, length) == 0;
}

/* The colon is reached: what field is it? */
static void begin_field(struct header *header, struct out *out) {
    if (held_is(header, "Return-Path")) {
        header->held_length = 0;
        header->field = HEADER_DROP;
    } else {
        if (held_is(header, "Received"))
            header->received++;
        else if (held_is(header, "Date"))
            header->date = NULL;
        else if (held_is(header, "Message-ID"))
            header->message_id = NULL;
        put_held(header, out);
        put(out, ":", 1);
        header->field = HEADER_KEEP;
    }
    header->state = header->field;
}

static void add_missing(struct header *header, struct out *out) {
    if (header->date != NULL)
        put(out, header->date, strlen(header->date));
    if (header->message_id != NULL)
        put(out, header->message_id, strlen(header->message_id));
    header->date = header->message_id = NULL;
}

/* One byte that is not in a field's body: the beginning of a line, the name, the blanks behind. */
static void take_name(struct header *header, char byte, struct out *out) {
    bool line_begins = header->held_back && header->held_length == 0;
    bool blank = byte == ' ' || byte == '\t';
    if (line_begins && blank) { /* folded (RFC 5322 §2.2.3) */
        header->state = header->field;
        if (header->field == HEADER_BODY)
            add_missing(header, out);
        if (header->field != HEADER_DROP)
            put(out, &byte, 1);
    } else if (byte == ':' && !line_begins) {
        begin_field(header, out);
    } else if (blank) {
        header->state = HEADER_BLANK;
        hold(header, byte, out);
    } else if (header->state == HEADER_NAME && byte > ' ' && byte < 127 && byte != ':') {
        hold(header, byte, out);
    } else { /* an empty line, or one that is no field: the body begins */
        header->state = HEADER_BODY;
        if (header->held_back) /* else half the line is written already: it is no message */
            add_missing(header, out);
        put_held(header, out);
        put(out, &byte, 1);
    }
}

size_t header_take(struct header *header, const char *text, size_t count, char *bytes) {
    struct out out = {bytes, 0};
    const char *end = text + count;
    while (text < end) {
        if (header->state == HEADER_NAME || header->state == HEADER_BLANK) {
            take_name(header, *text++, &out);
            continue;
        }
        const char *line_end =
            header->state == HEADER_BODY ? NULL : memchr(text, '\n', (size_t)(end - text));
        const char *stop = line_end == NULL ? end : line_end + 1;
        if (header->state != HEADER_DROP)
            put(&out, text, (size_t)(stop - text));
        if (line_end != NULL)
            begin_line(header);
        text = stop;
    }
    return out.length;
}

size_t header_end(struct header *header, char *bytes) {
    struct out out = {bytes, 0};
    if (header->state != HEADER_BODY)
        add_missing(header, &out);
    return out.length;
}
