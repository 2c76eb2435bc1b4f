/*
 * buf: bytes that grow, up to a limit.
 *
 * Everything that comes from the network and must be kept goes into one of these: it knows its
 * length (network bytes may hold NUL), grows as needed, and refuses to grow past the limit it was
 * given, so that no peer can make a program eat all memory.
 *
 *     struct buf line;
 *     buf_init(&line, 512);
 *     if (buf_append(&line, bytes, count) < 0) … over the limit, or no memory: nothing was added
 *     buf_free(&line);
 */
#ifndef SHARED_BUF_H
#define SHARED_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    /* NULL until something, even 0 bytes, is appended; then bytes[length] is NUL, for printing */
    char *bytes;
    size_t length; /* how many bytes are in it, without that NUL */
    size_t capacity;
    size_t limit; /* length never passes this */
};

/* Makes an empty one. Takes no memory yet, so it cannot fail. `limit` in bytes. */
void buf_init(struct buf *buf, size_t limit);

/* Adds `count` bytes at the end. 0, or -1 (limit or memory) with the buf as it was. */
int buf_append(struct buf *buf, const void *bytes, size_t count);

/* Adds formatted text at the end, without its NUL. 0 or -1, as buf_append. */
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes `count` bytes (at most `length`) away at the front. */
void buf_consume(struct buf *buf, size_t count);

/* Whether it holds exactly these bytes; `text` ends in NUL. */
bool buf_equals(const struct buf *buf, const char *text);

/* Empties it and keeps the memory for the next use. */
void buf_clear(struct buf *buf);

/* Empties it and gives the memory back; it can be used again. */
void buf_free(struct buf *buf);

/* buf_free for a secret: overwrites every byte first, in a way the compiler cannot leave out. */
void buf_wipe(struct buf *buf);

#endif
