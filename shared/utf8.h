/*
 * utf8: characters among bytes of any kind (RFC 3629).
 */
#ifndef SHARED_UTF8_H
#define SHARED_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the character at the front takes; 0: what stands there is no UTF-8. `left` bytes
   are there, at least one. */
size_t utf8_length(const void *bytes, size_t left);

/* Its code point; `length` is what utf8_length said. */
uint32_t utf8_point(const void *bytes, size_t length);

/* Whether `count` bytes are UTF-8 from the first to the last. No bytes are. */
bool utf8_is_valid(const void *bytes, size_t count);

#endif
