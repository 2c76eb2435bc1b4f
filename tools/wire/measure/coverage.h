/*
 * coverage: which octets of a stream have been on the wire already. Part of measure.
 *
 * TCP sends octets again when it believes that they were lost, and some captures hold packets out
 * of order. So "new" means: not within any stretch that was seen.
 */
#ifndef WIRE_COVERAGE_H
#define WIRE_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

/* Holes that are remembered. A stream with more of them forgets the first ones, which then count as
   seen: it bounds memory and time whatever a capture holds. */
#define COVERAGE_STRETCHES 64

struct stretch {
    int64_t start;
    int64_t end; /* behind the last octet */
};

struct coverage {
    struct stretch list[COVERAGE_STRETCHES]; /* in order; between two of them is a hole */
    size_t count;
};

/* Adds the octets from `start` up to, not including, `end`. Returns how many of them are new. */
uint64_t coverage_add(struct coverage *coverage, int64_t start, int64_t end);

#endif
