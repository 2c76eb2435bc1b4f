/*
 * assembly: one side's segments put together into the bytes that its program wrote. Part of
 * dialogue.
 */
#ifndef WIRE_ASSEMBLY_H
#define WIRE_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one frame carried. */
struct segment {
    int64_t offset; /* of bytes[0] in the stream; what is below 0 is left out */
    const unsigned char *bytes;
    size_t length;
    unsigned frame;
};

/* Bytes that came in one frame, from `offset` up to the next span. */
struct dialogue_span {
    size_t offset;
    unsigned frame;     /* that brought them first */
    unsigned delivered; /* with which they, and all before them, were there: the program can read
                           them from then on */
};

/* Bytes that are in no segment. They take no room in the assembled bytes. */
struct gap {
    size_t offset;    /* of the first assembled byte behind the gap */
    uint64_t missing; /* how many */
    unsigned frame;   /* with which it showed: the one behind the gap */
};

struct assembly {
    unsigned char *bytes;
    size_t length;
    struct dialogue_span *spans;
    size_t span_count;
    struct gap *gaps;
    size_t gap_count;
    bool unclear; /* some byte was sent twice, with different values */
};

/*
 * Puts `count` segments, in the order of their frames, together. Of bytes that were sent twice the
 * first counts. `end` is where the stream is known to end (its FIN, or what the other side has
 * acknowledged), -1 when nothing is known; `end_frame` the frame that says so. 0, or -1 without
 * memory: then `assembly` is empty.
 */
int assembly_make(const struct segment *segments, size_t count, int64_t end, unsigned end_frame,
                  struct assembly *assembly);

void assembly_free(struct assembly *assembly);

/* The span that holds the byte at `offset`, or NULL. */
const struct dialogue_span *span_at(const struct dialogue_span *spans, size_t count, size_t length,
                                    size_t offset);

#endif
