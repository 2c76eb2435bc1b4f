/*
 * message: a message read back (RFC 5322, RFC 2045 to 2047, 2231): its header fields, and its body
 * as a tree of parts.
 *
 *     struct message_part *message = message_read(bytes, length, &why);
 *     message_field_append(message, "Subject", &subject);         decoded, UTF-8
 *     for (part = message->parts; part != NULL; part = part->next)
 *         message_content(part, &content, &flaw);                 decoded bytes
 *     message_free(message);
 *
 * Whatever comes from the network can be read: what is no message is one with a strange body. What
 * is wrong with a part is said in its `flaw`, and the rest is read as well as it can be. Time and
 * memory are bounded: each part lies within the one above it, and none is copied.
 *
 * Lines may end in CR LF or LF.
 */
#ifndef SHARED_MESSAGE_H
#define SHARED_MESSAGE_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_DEPTH_LIMIT 32    /* parts within parts; deeper ones are not opened */
#define MESSAGE_PART_LIMIT  1000  /* parts in all; what follows is passed over */
#define MESSAGE_FIELD_LIMIT 1000  /* fields in one header; the others are passed over */
#define MESSAGE_VALUE_LIMIT 65536 /* bytes of a field's body that are looked at */

/* A field as it stands in the message, folded and encoded. Both point into the message. */
struct message_field {
    const char *name;
    size_t name_length;
    const char *value; /* without the blanks in front of it, and without its last line end */
    size_t value_length;
};

enum message_encoding {
    MESSAGE_IDENTITY, /* 7bit, 8bit, binary */
    MESSAGE_QUOTED_PRINTABLE,
    MESSAGE_BASE64,
    MESSAGE_UNKNOWN, /* then the type says nothing either (RFC 2045 §6.4) */
};

struct message_part {
    struct message_field *fields;
    size_t field_count;
    char *type;     /* "text/plain", in lower case; also where there is no Content-Type */
    char *charset;  /* as written, or "" */
    char *filename; /* UTF-8, decoded; NULL: none. Whatever the sender chose: no path to write to */
    bool attachment; /* Content-Disposition: attachment */
    enum message_encoding encoding;
    const char *body; /* as it stands in the message */
    size_t length;
    struct message_part *parts; /* of a multipart: the first; of a message/rfc822: the one within */
    struct message_part *next;  /* beside this one */
    const char *flaw;           /* what is wrong with it, in words; NULL: nothing */
};

/* Reads a message; `bytes` must outlive it. NULL only without memory. Give it to message_free. */
struct message_part *message_read(const char *bytes, size_t length, struct failure *why);
void message_free(struct message_part *message);

/* The first field of that name, in any case; NULL: there is none. */
const struct message_field *message_field(const struct message_part *part, const char *name);

/* Adds the first field of that name, unfolded, with its encoded words decoded: one line of UTF-8
   without control characters. 1; 0: there is none; -1 (buf_append). */
int message_field_append(const struct message_part *part, const char *name, struct buf *out);

/* Adds the content of a part, decoded: the bytes of the file that it was; of text with its line
   ends as they travel. *flaw (may be NULL) says what was wrong with the encoding, or is NULL.
   0 or -1 (buf_append). */
int message_content(const struct message_part *part, struct buf *bytes, const char **flaw);

/* The same of a text: as UTF-8, lines ended by LF. */
int message_text(const struct message_part *part, struct buf *text, const char **flaw);

/*
 * The parts by number, as IMAP counts them (RFC 9051 §6.4.5.1): a message with one body has part
 * "1"; a multipart has "1", "2" …; if "2" holds parts, these are "2.1", "2.2" … Whatever needs no
 * number of its own, such as the multipart that is all of a message, has "".
 */
#define MESSAGE_NUMBER_SIZE 200

/* Calls `visit` for each part, those above first. Stops when it returns other than 0, and returns
   that. */
typedef int message_visit(const struct message_part *part, const char *number, unsigned depth,
                          void *context);
int message_walk(const struct message_part *message, message_visit *visit, void *context);

/* The part with this number; NULL: there is none. */
const struct message_part *message_find(const struct message_part *message, const char *number);

/* Whether the part is of this type, "text/" for all that begin so. */
bool message_is(const struct message_part *part, const char *type);

#endif
