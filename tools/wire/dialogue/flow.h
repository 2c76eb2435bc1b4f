/*
 * flow: one direction of a TCP connection, from its frames to its assembled bytes. Part of
 * dialogue.
 */
#ifndef WIRE_FLOW_H
#define WIRE_FLOW_H

#include "assembly.h"
#include "conversation.h"

struct flow {
    struct segment *segments;
    size_t segment_count;
    bool has_base;
    uint32_t base;      /* the sequence number of the stream's first byte */
    int64_t seen;       /* where the last segment that was seen ends */
    int64_t end;        /* where the stream is known to end, -1 */
    unsigned end_frame; /* and which frame says so */
    struct assembly assembly;
};

/* Reads both directions of a conversation whose ends are known; `flows`, by enum dialogue_side, are
   all zero. 0, or -1 without memory: flows_free in both cases. */
int flows_read(const struct conversation *conversation, const struct dialogue *dialogue,
               struct flow flows[2]);

void flows_free(struct flow flows[2]);

#endif
