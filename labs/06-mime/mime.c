/*
 * Lab 06: MIME on its way out. Your work.
 *
 * The contract of each function is in shared/mime.h. All of them add to a buf (shared/buf.h), and
 * return 0, or -1 with the words "the message is too large" in `why` when it takes no more.
 */
#include "mime.h"
#include "base64.h"
#include <stdio.h>
#include <string.h>

/*
 * The Q encoding of `length` bytes: "_" for a blank; letters, digits and ! * + - / as they are;
 * "=" and two digits of 0-9 A-F for all others.
 */
int mime_q(const char *text, size_t length, struct buf *out, struct failure *why) {
    /*
     * TODO 1
     *   1. One byte at a time, as unsigned char: of a char above 127 printf's %02X makes FFFFFFC5.
     *   2. isalpha depends on the locale: compare with 'a', 'z' and so on.
     */
    (void)text, (void)length, (void)out;
    return failure_not_written(why, 1, "mime_q");
}

/*
 * Adds `text` as encoded words: =?UTF-8?Q?…?= or =?UTF-8?B?…?=, whichever is shorter. At most 75
 * characters each, whole characters of UTF-8 in each, CR LF and a blank between two of them, no
 * line longer than 76. `column` characters stand in the line already.
 */
int mime_encoded_words(const char *text, size_t length, size_t column, struct buf *field,
                       struct failure *why) {
    /*
     * TODO 2
     *   1. How long is all of the text in Q? And in base64: BASE64_LENGTH(length)?
     *   2. How much room is in this line? 76 less `column`, but never more than 75; less the 12
     *      characters of "=?UTF-8?Q?" and "?=".
     *   3. Take as many whole characters as fit. All bytes of a UTF-8 character but its first have
     *      the form 10xxxxxx: (byte & 0xC0) == 0x80.
     *   4. Add the word. When text is left, or nothing had room: CR LF and a blank; column is 1
     * now.
     */
    (void)text, (void)length, (void)column, (void)field;
    return failure_not_written(why, 2, "mime_encoded_words");
}

/*
 * `text` as quoted-printable: ASCII but "=" as it is, all else "=" and two digits; line ends become
 * CR LF; no blank at the end of a line; no line longer than 76 characters.
 */
int mime_quoted_printable(const char *text, size_t length, struct buf *body, struct failure *why) {
    /*
     * TODO 3
     *   1. A small function: does a line end here? At LF, at CR LF, and where the text ends. You
     *      ask it twice: about this byte, and about the next.
     *   2. What does this byte become: one character or three? A blank or tab in front of a line
     *      end becomes three.
     *   3. Does it still fit? If a line end follows up to column 76, else up to 75: the "=" of a
     *      soft line break needs a place, too. If not, "=" CR LF first.
     */
    (void)text, (void)length, (void)body;
    return failure_not_written(why, 3, "mime_quoted_printable");
}

/* `length` bytes as base64 in lines of 76 characters; CR LF between them, none behind the last. */
int mime_base64_lines(const void *bytes, size_t length, struct buf *body, struct failure *why) {
    /* TODO 4. How many bytes make 76 characters? base64_encode so many at a time. */
    (void)bytes, (void)length, (void)body;
    return failure_not_written(why, 4, "mime_base64_lines");
}

/* The first of "=_part_1", "=_part_2" … that stands nowhere in any part. */
int mime_boundary(const struct mime_part *parts, size_t count, char boundary[MIME_BOUNDARY_SIZE],
                  struct failure *why) {
    /*
     * TODO 5
     *   1. A header ends in NUL: strstr. A body may hold NUL and has a length: memmem.
     *   2. Look at all parts before you decide. At most MIME_BOUNDARY_TRIES.
     */
    (void)parts, (void)count, (void)boundary;
    return failure_not_written(why, 5, "mime_boundary");
}

/*
 * The field Content-Type, an empty line, the preamble, and each part behind its delimiter; the
 * closing delimiter at the end.
 */
int mime_multipart(const struct mime_part *parts, size_t count, struct buf *message,
                   struct failure *why) {
    /*
     * TODO 6
     *   1. mime_boundary; then the field, with the boundary in quotes; the empty line;
     *      MIME_PREAMBLE.
     *   2. For each part: CR LF "--" boundary CR LF, its header, an empty line, its body
     *      (buf_append: it may hold NUL), and nothing behind it.
     *   3. CR LF "--" boundary "--" CR LF.
     */
    (void)parts, (void)count, (void)message;
    return failure_not_written(why, 6, "mime_multipart");
}
