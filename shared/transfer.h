/*
 * transfer: bodies as they travel, decoded: quoted-printable and base64 (RFC 2045 §6.7, §6.8).
 *
 * Generous, as a reader of mail must be: what is not as it should be is passed over, or left as it
 * stands, and *clean becomes false. (base64.h is strict: for protocols.) Both add at most as many
 * bytes as the text has. 0 or -1 (buf_append).
 */
#ifndef SHARED_TRANSFER_H
#define SHARED_TRANSFER_H

#include "buf.h"
#include <stdbool.h>
#include <stddef.h>

/* Line ends stay as they are; blanks in front of them are taken away, as some server must have
   added them. Not clean: "=" without two hexadecimal digits (of either case) or a line end. */
int transfer_quoted_printable(struct buf *bytes, const char *text, size_t length, bool *clean);

/* Line ends and blanks do not count. Not clean: any other character outside the alphabet, a last
   group that is not whole, padding within. */
int transfer_base64(struct buf *bytes, const char *text, size_t length, bool *clean);

/* The value of a hexadecimal digit, of either case; -1: it is none. */
int transfer_hex(char digit);

#endif
