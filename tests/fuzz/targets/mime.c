/* What lab 06 writes, shared/message reads back: encoded words, quoted-printable, base64,
 * multipart. */
#include "mime.h"
#include "encoded_words.h"
#include "message.h"
#include "target.h"
#include "transfer.h"
#include "utf8.h"
#include <string.h>

#define TEXT_LIMIT (1u << 20)

static void same(const struct buf *got, const char *wanted, size_t length) {
    DEMAND(got->length == length);
    DEMAND(length == 0 || memcmp(got->bytes, wanted, length) == 0);
}

/* Seven bits, no line longer than `limit`, each ended by CR LF, no blank in front of that. */
static void can_travel(const struct buf *text, size_t limit) {
    size_t column = 0;
    for (size_t i = 0; i < text->length; i++) {
        unsigned char byte = (unsigned char)text->bytes[i];
        unsigned char before = i > 0 ? (unsigned char)text->bytes[i - 1] : 0;
        DEMAND(byte < 127 && (byte >= ' ' || byte == '\t' || byte == '\r' || byte == '\n'));
        DEMAND((byte == '\n') == (before == '\r'));
        DEMAND(byte != '\r' || (before != ' ' && before != '\t'));
        column = byte == '\n' ? 0 : column + (byte != '\r');
        DEMAND(column <= limit);
    }
}

static void base64(const char *text, size_t length) {
    struct buf body, back;
    bool clean = true;
    buf_init(&body, TEXT_LIMIT);
    buf_init(&back, TEXT_LIMIT);
    DEMAND(mime_base64_lines(text, length, &body, NULL) == 0);
    can_travel(&body, MIME_LINE_LIMIT);
    DEMAND(transfer_base64(&back, body.bytes, body.length, &clean) == 0 && clean);
    same(&back, text, length);
    buf_free(&body);
    buf_free(&back);
}

/* Line ends are CR LF afterwards, whatever they were. */
static void with_crlf(const char *text, size_t length, struct buf *out) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            DEMAND(buf_append(out, "\r", 1) == 0);
        DEMAND(buf_append(out, text + i, 1) == 0);
    }
}

static void quoted_printable(const char *text, size_t length) {
    struct buf body, back, wanted;
    bool clean = true;
    buf_init(&body, TEXT_LIMIT);
    buf_init(&back, TEXT_LIMIT);
    buf_init(&wanted, TEXT_LIMIT);
    with_crlf(text, length, &wanted);
    DEMAND(mime_quoted_printable(text, length, &body, NULL) == 0);
    can_travel(&body, MIME_LINE_LIMIT);
    DEMAND(transfer_quoted_printable(&back, body.bytes, body.length, &clean) == 0 && clean);
    same(&back, wanted.bytes, wanted.length);
    buf_free(&body);
    buf_free(&back);
    buf_free(&wanted);
}

/* A control character has no place in a header: the reader would show another one for it. */
static bool is_header_text(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127 ||
            (text[i] == '\xC2' && i + 1 < length && (unsigned char)text[i + 1] < 0xA0))
            return false;
    return length > 0 && utf8_is_valid(text, length);
}

static void encoded_words(const char *text, size_t length) {
    struct buf field, back;
    buf_init(&field, TEXT_LIMIT);
    buf_init(&back, TEXT_LIMIT);
    DEMAND(mime_encoded_words(text, length, sizeof "Subject: " - 1, &field, NULL) == 0);
    can_travel(&field, MIME_HEADER_LINE_LIMIT);
    DEMAND(encoded_words_append(&back, field.bytes, field.length) == 0);
    same(&back, text, length);
    buf_free(&field);
    buf_free(&back);
}

/* The bodies arrive byte for byte. */
static void multipart(const char *text, size_t length) {
    static const char header[] = "Content-Type: application/octet-stream\r\n";
    size_t half = length / 2;
    const struct mime_part parts[] = {{header, text, half}, {header, text + half, length - half}};
    struct buf letter;
    buf_init(&letter, TEXT_LIMIT);
    DEMAND(buf_printf(&letter, "MIME-Version: 1.0\r\n") == 0);
    DEMAND(mime_multipart(parts, 2, &letter, NULL) == 0);
    struct message_part *message = message_read(letter.bytes, letter.length, NULL);
    DEMAND(message != NULL && message->flaw == NULL);
    const struct message_part *part = message->parts;
    for (size_t i = 0; i < 2; i++, part = part->next) {
        DEMAND(part != NULL && part->length == parts[i].length);
        DEMAND(part->length == 0 || memcmp(part->body, parts[i].body, part->length) == 0);
    }
    DEMAND(part == NULL);
    message_free(message);
    buf_free(&letter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    base64(text, size);
    quoted_printable(text, size);
    multipart(text, size);
    if (is_header_text(text, size))
        encoded_words(text, size);
    return 0;
}
