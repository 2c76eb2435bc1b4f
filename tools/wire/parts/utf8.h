/*
 * utf8: characters among bytes of any kind (RFC 3629).
 */
#ifndef WIRE_UTF8_H
#define WIRE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes the character at the front takes; 0: what stands there is no UTF-8. `left` bytes
   are there, at least one. */
size_t utf8_length(const void *bytes, size_t left);

/* Its code point; `length` is what utf8_length said. */
uint32_t utf8_point(const void *bytes, size_t length);

#endif
