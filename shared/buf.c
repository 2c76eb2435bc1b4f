#include "buf.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

void buf_init(struct buf *buf, size_t limit) {
    *buf = (struct buf){.limit = limit};
}

/* Room for `length` bytes and a NUL, at least doubling, so that appending stays linear. Not with
   realloc(3): that would leave a copy of a secret behind, where buf_wipe cannot reach it. */
static int make_room(struct buf *buf, size_t length) {
    if (length < buf->capacity)
        return 0;
    if (length > SIZE_MAX / 2 - 1)
        return -1;
    size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_CAPACITY;
    while (capacity < length + 1)
        capacity *= 2;
    if (buf->limit < capacity) /* then limit + 1 cannot overflow, and length + 1 fits in it */
        capacity = buf->limit + 1;
    char *bytes = malloc(capacity);
    if (bytes == NULL)
        return -1;
    size_t kept = buf->length;
    if (kept > 0)
        memcpy(bytes, buf->bytes, kept);
    bytes[kept] = '\0';
    size_t limit = buf->limit;
    buf_wipe(buf);
    *buf = (struct buf){bytes, kept, capacity, limit};
    return 0;
}

int buf_append(struct buf *buf, const void *bytes, size_t count) {
    if (count > buf->limit - buf->length || make_room(buf, buf->length + count) < 0)
        return -1;
    if (count > 0)
        memcpy(buf->bytes + buf->length, bytes, count);
    buf->length += count;
    buf->bytes[buf->length] = '\0';
    return 0;
}

int buf_printf(struct buf *buf, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int count = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    int result = -1;
    if (count >= 0 && (size_t)count <= buf->limit - buf->length &&
        make_room(buf, buf->length + (size_t)count) == 0) {
        vsnprintf(buf->bytes + buf->length, (size_t)count + 1, format, again);
        buf->length += (size_t)count;
        result = 0;
    }
    va_end(again);
    return result;
}

void buf_consume(struct buf *buf, size_t count) {
    if (count > buf->length)
        count = buf->length;
    if (count == 0)
        return;
    buf->length -= count;
    memmove(buf->bytes, buf->bytes + count, buf->length + 1);
}

bool buf_equals(const struct buf *buf, const char *text) {
    size_t length = strlen(text);
    return buf->length == length && (length == 0 || memcmp(buf->bytes, text, length) == 0);
}

void buf_clear(struct buf *buf) {
    buf->length = 0;
    if (buf->bytes != NULL)
        buf->bytes[0] = '\0';
}

void buf_free(struct buf *buf) {
    free(buf->bytes);
    buf_init(buf, buf->limit);
}

void buf_wipe(struct buf *buf) {
    if (buf->bytes != NULL)
        explicit_bzero(buf->bytes, buf->capacity);
    buf_free(buf);
}
