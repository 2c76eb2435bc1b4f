/*
 * Lab 02, finished: lines out of a stream, replies out of lines. The contracts are in shared/line.h
 * and shared/smtp.h.
 */
#include "line.h"
#include "smtp.h"
#include <string.h>

/* Where the first LF among the unread bytes is, or NULL. */
static char *find_line_end(const struct line_reader *reader) {
    return memchr(reader->bytes + reader->start, '\n', reader->end - reader->start);
}

/* Takes the line that ends in the LF at `line_end` out of the reader. */
static int take_line(struct line_reader *reader, const char *line_end, struct line *line,
                     struct failure *why) {
    const char *text = reader->bytes + reader->start;
    size_t length = (size_t)(line_end - text);
    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length > LINE_LIMIT)
        return failure_set(why, "line longer than %d bytes", LINE_LIMIT);
    memcpy(line->text, text, length);
    line->text[length] = '\0';
    line->length = length;
    reader->start = (size_t)(line_end + 1 - reader->bytes);
    return 0;
}

/* Waits for more bytes and puts them behind the unread ones. */
static int read_more(struct line_reader *reader, struct failure *why) {
    size_t unread = reader->end - reader->start;
    if (unread == sizeof reader->bytes)
        return failure_set(why, "line longer than %d bytes", LINE_LIMIT);
    memmove(reader->bytes, reader->bytes + reader->start, unread);
    reader->start = 0;
    reader->end = unread;

    size_t count;
    switch (stream_read_some(reader->stream, reader->bytes + unread, sizeof reader->bytes - unread,
                             &count)) {
    case STREAM_OK:
        reader->end += count;
        return 0;
    case STREAM_END:
        return failure_set(why, "the server closed the connection%s",
                           unread > 0 ? " in the middle of a line" : "");
    default:
        return failure_set(why, "%s", stream_failure(reader->stream));
    }
}

int line_read(struct line_reader *reader, struct line *line, struct failure *why) {
    const char *line_end;
    while ((line_end = find_line_end(reader)) == NULL) {
        if (read_more(reader, why) < 0)
            return -1;
    }
    return take_line(reader, line_end, line, why);
}

bool line_is_ready(const struct line_reader *reader) {
    return find_line_end(reader) != NULL;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* The code at the front of a reply line, or -1 when it is none (RFC 5321 §4.2). */
static int reply_code(const struct line *line) {
    const char *text = line->text;
    if (line->length < 3 || text[0] < '2' || text[0] > '5' || !is_digit(text[1]) ||
        !is_digit(text[2]))
        return -1;
    if (line->length > 3 && text[3] != ' ' && text[3] != '-')
        return -1;
    return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

/* Adds a line to the text of the reply. 0, or -1 when it is too much. */
static int keep_line(struct smtp_reply *reply, const struct line *line) {
    if (reply->length + line->length + 1 > SMTP_REPLY_LIMIT)
        return -1;
    memcpy(reply->text + reply->length, line->text, line->length);
    reply->length += line->length;
    reply->text[reply->length++] = '\n';
    reply->text[reply->length] = '\0';
    return 0;
}

int smtp_read_reply(struct smtp *smtp) {
    struct smtp_reply *reply = &smtp->reply;
    reply->code = 0;
    reply->length = 0;
    reply->text[0] = '\0';
    stream_set_deadline(smtp->stream, deadline_in(smtp->timeout_ms));

    int code = 0;
    struct line line;
    do {
        if (line_read(&smtp->reader, &line, &smtp->why) < 0)
            return -1;
        int line_code = reply_code(&line);
        if (line_code < 0)
            return failure_set(&smtp->why, "malformed reply: \"%.80s\"", line.text);
        if (code != 0 && line_code != code)
            return failure_set(&smtp->why, "reply code changes from %d to %d within a reply", code,
                               line_code);
        code = line_code;
        if (keep_line(reply, &line) < 0)
            return failure_set(&smtp->why, "reply longer than %d bytes", SMTP_REPLY_LIMIT);
    } while (line.text[3] == '-'); /* §4.2.1: a hyphen behind the code: another line follows */

    reply->code = code;
    return code;
}
