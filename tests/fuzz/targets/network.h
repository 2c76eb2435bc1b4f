/*
 * network: a stream whose other end is the input of a target. transport_read and transport_write
 * are replaced (the linker's --wrap), so the bytes never leave memory and arrive in pieces of the
 * size that the target asks for; everything above, stream included, is the real thing.
 */
#ifndef TESTS_FUZZ_NETWORK_H
#define TESTS_FUZZ_NETWORK_H

#include "buf.h"
#include "stream.h"

#define NETWORK_ANSWER_LIMIT (1u << 20)

/* What the other end says, then it closes; at most `piece` bytes (1 or more) come at once. They are
   read when they are needed, so they must last until network_close. */
struct stream *network_open(const void *bytes, size_t count, size_t piece);

/* What was written to the other end so far. */
const struct buf *network_answer(void);

/* Ends the stream. What was written stays until the next network_open. */
void network_close(struct stream *stream);

#endif
