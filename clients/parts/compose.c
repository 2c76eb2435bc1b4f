#include "compose.h"
#include "field.h"
#include "media.h"
#include "mime.h"
#include "utf8.h"
#include <stdlib.h>
#include <string.h>

static int over_limit(struct failure *why) {
    return failure_set(why, "the message is too large");
}

static int add_subject(const char *subject, struct buf *header, struct failure *why) {
    static const char name[] = "Subject";
    if (subject == NULL || *subject == '\0')
        return 0;
    if (!utf8_is_valid(subject, strlen(subject)))
        return failure_set(why, "the subject is not UTF-8");
    if (strpbrk(subject, "\r\n") != NULL)
        return failure_set(why, "the subject is one line");
    if (!field_needs_words(subject))
        return field_add_text(name, subject, header, why);
    size_t column = sizeof name - 1 + 2;
    if (buf_printf(header, "%s: ", name) < 0)
        return over_limit(why);
    if (mime_encoded_words(subject, strlen(subject), column, header, why) < 0)
        return -1;
    return buf_append(header, "\r\n", 2) < 0 ? over_limit(why) : 0;
}

static int add_header(const struct compose_letter *letter, struct buf *header,
                      struct failure *why) {
    if (letter->sender[0] == '\0')
        return failure_set(why, "a message is from somebody: no sender is for the envelope only");
    if (field_add_date(letter->date, header, why) < 0 ||
        field_add_addresses("From", &letter->sender, 1, header, why) < 0 ||
        field_add_addresses("To", letter->recipients, letter->recipient_count, header, why) < 0 ||
        add_subject(letter->subject, header, why) < 0 ||
        field_add_message_id(letter->host, header, why) < 0)
        return -1;
    return buf_printf(header, "MIME-Version: 1.0\r\n") < 0 ? over_limit(why) : 0;
}

/* A text that may travel as it is: only its line ends change. */
static int add_plain(const char *text, size_t length, struct buf *body, struct failure *why) {
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t line = end == NULL ? length : (size_t)(end - text);
        size_t kept = line - (end != NULL && line > 0 && text[line - 1] == '\r');
        if (buf_append(body, text, kept) < 0 || (end != NULL && buf_append(body, "\r\n", 2) < 0))
            return over_limit(why);
        line += end != NULL;
        text += line;
        length -= line;
    }
    return 0;
}

/* A part on its way into the message: what its struct mime_part points to. */
struct piece {
    struct buf header;
    struct buf body;
};

static int encode(const struct buf *bytes, enum media_encoding encoding, struct buf *body,
                  struct failure *why) {
    const char *from = bytes->length > 0 ? bytes->bytes : "";
    switch (encoding) {
    case MEDIA_QUOTED_PRINTABLE:
        return mime_quoted_printable(from, bytes->length, body, why);
    case MEDIA_BASE64:
        return mime_base64_lines(from, bytes->length, body, why);
    case MEDIA_7BIT:
        break;
    }
    return add_plain(from, bytes->length, body, why);
}

/* `name`: that of a file that is attached; NULL for the text of the message. */
static int make_piece(const struct media *media, const char *name, const struct buf *bytes,
                      struct piece *piece, struct failure *why) {
    struct buf *header = &piece->header;
    bool text = media->charset != NULL;
    if (buf_printf(header, "Content-Type: %s%s%s\r\n", media->type, text ? "; charset=" : "",
                   text ? media->charset : "") < 0 ||
        buf_printf(header, "Content-Transfer-Encoding: %s\r\n",
                   media_encoding_name(media->encoding)) < 0)
        return over_limit(why);
    if (name != NULL && (buf_printf(header, "Content-Disposition: attachment") < 0 ||
                         field_add_parameter("filename", name, header, why) < 0 ||
                         buf_append(header, "\r\n", 2) < 0))
        return -1;
    buf_append(&piece->body, "", 0); /* so that an empty body is no NULL */
    return encode(bytes, media->encoding, &piece->body, why);
}

static int make_pieces(const struct compose_letter *letter, struct piece *pieces,
                       struct failure *why) {
    const struct compose_file *text = letter->text;
    struct media media =
        media_of_text(text->bytes.length > 0 ? text->bytes.bytes : "", text->bytes.length);
    if (media.type == NULL)
        return failure_set(why, "%s is not UTF-8: --attach sends files of any kind", text->name);
    if (make_piece(&media, NULL, &text->bytes, &pieces[0], why) < 0)
        return -1;
    for (size_t i = 0; i < letter->file_count; i++) {
        const struct compose_file *file = &letter->files[i];
        media = media_of_file(file->name, file->bytes.length > 0 ? file->bytes.bytes : "",
                              file->bytes.length);
        if (make_piece(&media, file->name, &file->bytes, &pieces[i + 1], why) < 0)
            return -1;
    }
    return 0;
}

static int join(const struct piece *pieces, size_t count, struct buf *message,
                struct failure *why) {
    if (count == 1) {
        if (buf_append(message, pieces->header.bytes, pieces->header.length) < 0 ||
            buf_append(message, "\r\n", 2) < 0 ||
            buf_append(message, pieces->body.bytes, pieces->body.length) < 0)
            return over_limit(why);
        return 0;
    }
    struct mime_part *parts = calloc(count, sizeof *parts);
    if (parts == NULL)
        return failure_set(why, "not enough memory");
    for (size_t i = 0; i < count; i++)
        parts[i] =
            (struct mime_part){pieces[i].header.bytes, pieces[i].body.bytes, pieces[i].body.length};
    int result = mime_multipart(parts, count, message, why);
    free(parts);
    return result;
}

int compose(const struct compose_letter *letter, struct buf *message, struct failure *why) {
    size_t count = letter->file_count + 1;
    struct piece *pieces = calloc(count, sizeof *pieces);
    if (pieces == NULL)
        return failure_set(why, "not enough memory");
    for (size_t i = 0; i < count; i++) {
        buf_init(&pieces[i].header, COMPOSE_LIMIT);
        buf_init(&pieces[i].body, COMPOSE_LIMIT);
    }
    int result = add_header(letter, message, why);
    if (result == 0)
        result = make_pieces(letter, pieces, why);
    if (result == 0)
        result = join(pieces, count, message, why);
    for (size_t i = 0; i < count; i++) {
        buf_free(&pieces[i].header);
        buf_free(&pieces[i].body);
    }
    free(pieces);
    return result;
}
