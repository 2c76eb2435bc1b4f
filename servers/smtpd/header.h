/*
 * header: what the final delivery looks at, and changes, in the header of a message.
 *
 * Fields called Return-Path are left out: the server that delivers writes one itself, from the
 * envelope. "Exactly one return path SHOULD be present when the message is delivered" (RFC 5321
 * §4.4), and who looks for the address to send bounces to must not find one that the sender made
 * up. Fields called Received are counted: a message that came through very many servers goes round
 * in a circle (§6.3). What a message that
 * is submitted here lacks, Date and Message-ID, is added at the end of the header (RFC 6409 §8).
 * Every other byte stays as it is.
 *
 * No input or output here: the text may come in pieces of any size, and the result is the same.
 */
#ifndef SMTPD_HEADER_H
#define SMTPD_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#define HEADER_HELD  32  /* bytes that may be held back, until it is clear what they begin */
#define HEADER_ADDED 512 /* bytes that the fields added may have, at most */

enum header_state {
    HEADER_NAME,  /* at the beginning of a line, or in the name of a field */
    HEADER_BLANK, /* in blanks behind a name (RFC 5322 §4.5): a colon must follow */
    HEADER_KEEP,  /* in a field that stays */
    HEADER_DROP,  /* in a field that is left out */
    HEADER_BODY,  /* behind the header: everything is copied from here on */
};

struct header {
    enum header_state state;
    enum header_state field; /* what a folded line belongs to; HEADER_BODY before the first field */
    unsigned received;       /* Received fields so far */
    const char *date; /* whole fields to add, with LF, if the message has none of that name; */
    const char *message_id; /* NULL: none */
    char held[HEADER_HELD]; /* the line so far, while its field may be one of the two */
    size_t held_length;
    bool held_back; /* false once the name has grown too long for either */
};

/* Starts a message. The two fields, or NULL, must last until its end. */
void header_begin(struct header *header, const char *date, const char *message_id);

/*
 * Takes `count` bytes of a message whose lines end in LF. Writes what stays to `out`, which has
 * room for `count` + HEADER_HELD + HEADER_ADDED bytes, and returns how many that are. Nothing is
 * held back behind a LF, nor in the body.
 */
size_t header_take(struct header *header, const char *text, size_t count, char *out);

/* At the end of the message, behind a LF: adds what is missing still, for a message without a body.
   `out` has room for HEADER_ADDED bytes; returns how many it wrote. */
size_t header_end(struct header *header, char *out);

#endif
