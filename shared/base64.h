/*
 * base64: bytes as letters that every line of mail can carry (RFC 4648 §4), and back.
 *
 * Lab 04 writes it by hand (shared/auth.h); everything else uses it from here, where OpenSSL does
 * the work. Both functions take no pointer into the buf that they add to.
 */
#ifndef SHARED_BASE64_H
#define SHARED_BASE64_H

#include "buf.h"
#include <stddef.h>

/* How many characters `count` bytes become: four for each three begun. */
#define BASE64_LENGTH(count) (((count) + 2) / 3 * 4)

/* Adds `count` bytes, encoded and padded, without line breaks. 0, or -1 (limit or memory) with the
   text as it was. */
int base64_encode(const void *bytes, size_t count, struct buf *text);

/*
 * Adds what `length` characters stand for. Strict: nothing but the 64 letters, groups of four, the
 * padding complete and only at the end, and zero in the bits that it leaves over (§3.5), so that no
 * two texts mean the same. No text is no bytes. 0, or -1 (bad text, limit or memory) with the bytes
 * as they were.
 */
int base64_decode(const char *text, size_t length, struct buf *bytes);

#endif
