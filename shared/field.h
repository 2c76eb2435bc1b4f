/*
 * field: the header fields of a message that we write (RFC 5322 §3.6, RFC 2231).
 *
 * Each function that begins with field_add adds a whole field, name and CR LF included, folded so
 * that no line is longer than FIELD_LINE_LIMIT where a blank allows it. They return 0, or -1 with
 * `why`: "the message is too large" when the buf takes no more, or what they say below. Nothing
 * that a person gave can begin a field of its own: a line end in it is refused.
 *
 * Words that are not ASCII are for lab 06 (mime.h).
 */
#ifndef SHARED_FIELD_H
#define SHARED_FIELD_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define FIELD_LINE_LIMIT 78 /* characters without CR LF, RFC 5322 §2.1.1 */

/* Whether a text can stand in a field only as encoded words (RFC 2047): it is not ASCII, looks like
   an encoded word itself, begins or ends with a blank, or has a word too long for a line. */
bool field_needs_words(const char *text);

/* "Subject: text", for a text that needs no encoded words; folded in front of blanks. */
int field_add_text(const char *name, const char *text, struct buf *header, struct failure *why);

/* "To: alice@example.org, bob@example.org". -1: one is no address, or is not ASCII (for such ones
   the header would have to be UTF-8 and every server on the way know SMTPUTF8, RFC 6532). */
int field_add_addresses(const char *name, const char *const *addresses, size_t count,
                        struct buf *header, struct failure *why);

/* "Date: …", in the local zone. */
int field_add_date(time_t time, struct buf *header, struct failure *why);

/* "Message-ID: <…@host>", never the same twice: 128 bits by chance (RFC 5322 §3.6.4). Of `host`
   what can stand there stays. */
int field_add_message_id(const char *host, struct buf *header, struct failure *why);

/*
 * A parameter behind what the field has so far: ";", a fold, and name="value", without the CR LF
 * that ends the field. A value that is no short ASCII is written as RFC 2231 has it, with the
 * character set in front, and in pieces if it is long:
 *
 *     filename*=UTF-8''%C5%9Eubat.txt
 *     filename*0*=UTF-8''%C5%9Eubat…; filename*1*=…
 *
 * -1: `value` is no UTF-8 or has control characters.
 */
int field_add_parameter(const char *name, const char *value, struct buf *header,
                        struct failure *why);

#endif
