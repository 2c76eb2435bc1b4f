/*
 * mime: the contract of lab 06. What is not seven bits and short lines, made so (RFC 2045 to 2047).
 *
 * Mail was made for lines of ASCII. MIME carries everything else over them: letters of any script
 * in the header, text in any script and files of any kind in the body, many of them in one message.
 *
 * Written in labs/06-mime/mime.c (and, finished, in solutions/). clients/parts/compose.c calls it;
 * the rest of a message's header it makes itself, and shared/message.h reads everything back.
 *
 * All functions here add to a buf and return 0, or -1 with `why`: "the message is too large" when
 * the buf takes no more. Every line end that they write is CR LF, whatever a file has: what they
 * make goes over the wire as it is.
 */
#ifndef SHARED_MIME_H
#define SHARED_MIME_H

#include "buf.h"
#include "failure.h"
#include <stddef.h>

#define MIME_WORD_LIMIT        75 /* characters of an encoded word with all its marks, RFC 2047 §2 */
#define MIME_HEADER_LINE_LIMIT 76 /* … of a line of the header that has one in it, RFC 2047 §2 */
#define MIME_LINE_LIMIT        76 /* … of a line of quoted-printable or base64, RFC 2045 §6.7, §6.8 */

/*
 * TODO 1. The Q encoding of `length` bytes (RFC 2047 §4.2): what stands between "=?UTF-8?Q?" and
 * "?=". A blank becomes "_". The letters and digits of ASCII and ! * + - / stay as they are. Every
 * other byte becomes "=" and two digits of 0-9 A-F, so that the word may stand anywhere in a header
 * (§5). No line breaks here.
 */
int mime_q(const char *text, size_t length, struct buf *out, struct failure *why);

/*
 * TODO 2. Adds `text`, UTF-8, to a header field as encoded words:
 *
 *     =?UTF-8?B?R8O2csO8xZ9tZQ==?=        base64
 *     =?UTF-8?Q?Toplant=C4=B1_saati?=     Q
 *
 * Which of the two: the one that makes all of the text shorter; Q if both are as long. All words of
 * one call are of the same kind.
 *
 * A word has at most MIME_WORD_LIMIT characters, so a long text becomes several words, and each has
 * whole characters of UTF-8: a reader decodes every word by itself (RFC 2047 §5). Between two words
 * stand CR LF and one blank (the field is folded), and no line is longer than
 * MIME_HEADER_LINE_LIMIT. `column` characters stand in the line already, such as 9 of "Subject: ";
 * if no word fits behind them, CR LF and a blank come first. There is none behind the last word.
 */
int mime_encoded_words(const char *text, size_t length, size_t column, struct buf *field,
                       struct failure *why);

/*
 * TODO 3. `text` as quoted-printable (RFC 2045 §6.7): what is ASCII stays readable.
 *
 *   - A byte from 33 to 126 other than "=" stays as it is, and so do blanks and tabs; any other
 *     byte, "=" too, becomes "=" and two digits of 0-9 A-F.
 *   - A line end of the text, LF or CR LF, becomes CR LF. A CR alone is a byte like any other: =0D.
 *   - A blank or tab in front of a line end, or at the end of the text, becomes =20 or =09: servers
 *     on the way might take it away.
 *   - No line is longer than MIME_LINE_LIMIT characters. A longer one goes on behind a soft line
 *     break, "=" CR LF, whose "=" counts; "=C5" is never torn apart.
 *   - A text whose last line has no end does not get one.
 */
int mime_quoted_printable(const char *text, size_t length, struct buf *body, struct failure *why);

/*
 * TODO 4. `length` bytes as base64 in lines of MIME_LINE_LIMIT characters (RFC 2045 §6.8), the last
 * one shorter; CR LF between two lines, none behind the last. No bytes are no lines. The letters
 * come from base64_encode (base64.h).
 */
int mime_base64_lines(const void *bytes, size_t length, struct buf *body, struct failure *why);

/* One part of a message: ready for the wire, both. */
struct mime_part {
    const char *header; /* its fields, each ended by CR LF: "Content-Type: image/png\r\n" … */
    const char *body;   /* encoded */
    size_t length;
};

/*
 * TODO 5. Chooses the boundary: the line between the parts, which must occur in none of them
 * (RFC 2046 §5.1.1). It is the first of "=_part_1", "=_part_2", "=_part_3" … that stands nowhere in
 * any part's header or body. -1, "no boundary is free", behind MIME_BOUNDARY_TRIES.
 */
#define MIME_BOUNDARY_SIZE  24 /* with its NUL */
#define MIME_BOUNDARY_TRIES 1000
int mime_boundary(const struct mime_part *parts, size_t count, char boundary[MIME_BOUNDARY_SIZE],
                  struct failure *why);

/*
 * TODO 6. Adds the rest of a message whose other header fields are in `message` already: the field
 * Content-Type, the empty line, and the parts between their delimiters (RFC 2046 §5.1.1).
 *
 *     Content-Type: multipart/mixed; boundary="=_part_1"
 *
 *     A message in several parts (MIME, RFC 2046).          MIME_PREAMBLE
 *
 *     --=_part_1                                            delimiter
 *     Content-Type: text/plain; charset=utf-8               header of the first part
 *
 *     Merhaba                                               body of the first part
 *     --=_part_1
 *     …
 *     --=_part_1--                                          closing delimiter
 *
 * A delimiter is CR LF "--" boundary CR LF, and its first CR LF is no part of the body above it. So
 * the bodies arrive byte for byte: one that ends in CR LF keeps it, one that does not gets none.
 * The message ends with CR LF behind the closing delimiter. -1 also as mime_boundary.
 */
#define MIME_PREAMBLE "A message in several parts (MIME, RFC 2046).\r\n"
int mime_multipart(const struct mime_part *parts, size_t count, struct buf *message,
                   struct failure *why);

#endif
