/*
 * media: what kind of file this is, and how it travels in a message (RFC 2045 §5, §6).
 *
 *     logo.png     image/png                          base64
 *     letter.txt   text/plain; charset=us-ascii       7bit
 *     özet.txt     text/plain; charset=utf-8          quoted-printable
 *     reply.eml    message/rfc822                     7bit
 */
#ifndef SHARED_MEDIA_H
#define SHARED_MEDIA_H

#include <stddef.h>

enum media_encoding {
    MEDIA_7BIT,             /* as it is, with CR LF for LF */
    MEDIA_QUOTED_PRINTABLE, /* text that is not as mail wants it */
    MEDIA_BASE64,           /* bytes */
};

struct media {
    const char *type; /* "image/png" */
    enum media_encoding encoding;
    const char *charset; /* of text: "us-ascii" or "utf-8"; else NULL */
};

/* A text that travels as it is has no longer lines: RFC 5322 §2.1.1 allows 998, asks for 78. */
#define MEDIA_LINE_LIMIT 78

/*
 * Chooses for a file by the end of its `name` and by its bytes. Text is what is UTF-8, with no
 * control characters but LF, tab and form feed: with CR in it, it would not arrive byte for byte,
 * and travels as bytes. Text travels as it is if it is ASCII, no line is too long, and none ends in
 * a blank. A message travels as it is, or else as mere bytes: it may have no encoding of its own
 * (RFC 2046 §5.2.1).
 */
struct media media_of_file(const char *name, const char *bytes, size_t length);

/* Chooses for the text of a message, in which CR LF is a line end, too, and control characters are
   quoted. type is NULL when it is no text: not UTF-8, or with NUL in it. */
struct media media_of_text(const char *text, size_t length);

/* The name in a header: "7bit", "quoted-printable", "base64". */
const char *media_encoding_name(enum media_encoding encoding);

#endif
