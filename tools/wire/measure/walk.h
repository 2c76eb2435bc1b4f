/*
 * walk: through the packets of one conversation, adding up. Part of measure.
 */
#ifndef WIRE_WALK_H
#define WIRE_WALK_H

#include "coverage.h"
#include "measure.h"

/* One side on its way through the frames. */
struct walker {
    struct coverage seen;
    bool started; /* `base` is known */
    bool has_syn;
    uint32_t base;    /* the sequence number of the stream's first octet */
    int64_t furthest; /* the highest offset that was seen */
    bool has_keys;    /* what it sends through TLS can be read */
};

struct walk {
    const struct dialogue *dialogue;
    struct measure *measure;
    struct walker side[2];
    int64_t syn, first, last; /* times; MEASURE_UNKNOWN */
    bool connected;           /* the client's ACK was seen */
    int turn;                 /* who did the last thing that counts; -1: nobody */
    int speaker;              /* whose words of the dialogue came last; -1: nobody's */
    int64_t said;             /* when */
    int64_t *latencies;
    size_t latency_count;
    int64_t tls_first, tls_last, tls_finished;
    bool tls_data; /* data has begun */
};

/* Takes the next packet of the conversation. */
void walk_take(struct walk *walk, const struct dissect_frame *frame);

#endif
