#include "flow.h"
#include <stdlib.h>

/* Sequence numbers wrap at 2^32; no capture that we take is longer than 2^31 bytes. */
static int64_t offset_from(uint32_t base, uint32_t sequence) {
    return (int32_t)(sequence - base);
}

/* The number of the first byte: behind the SYN; without one, the lowest that was seen. */
static void find_base(const struct conversation *conversation, const struct dialogue *dialogue,
                      enum dialogue_side side, struct flow *flow) {
    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        if (conversation_side(dialogue, frame) != side)
            continue;
        if (frame_has(frame, TCP_SYN, 0)) {
            flow->base = frame->sequence + 1;
            flow->has_base = true;
            return;
        }
        if (frame_has(frame, TCP_RST, 0))
            continue; /* its number may be 0 */
        if (!flow->has_base ||
            (frame->payload.length > 0 && offset_from(flow->base, frame->sequence) < 0))
            flow->base = frame->sequence;
        flow->has_base = true;
    }
}

static void find_end(struct flow *flow, const struct dissect_frame *frame) {
    int64_t end = offset_from(flow->base, frame->sequence) + (int64_t)frame->payload.length;

    if (frame_has(frame, TCP_FIN, TCP_RST) && flow->has_base && flow->end < 0) {
        flow->end = end;
        flow->end_frame = frame->number;
    }
}

static int collect(const struct conversation *conversation, const struct dialogue *dialogue,
                   struct flow flows[2]) {
    for (int side = 0; side < 2; side++) {
        struct flow *flow = &flows[side];
        flow->end = -1;
        flow->segments = calloc(conversation->count, sizeof *flow->segments);
        if (flow->segments == NULL)
            return -1;
        find_base(conversation, dialogue, (enum dialogue_side)side, flow);
    }
    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        struct flow *flow = &flows[conversation_side(dialogue, frame)];
        find_end(flow, frame);
        if (frame->payload.length == 0 || !flow->has_base || frame_has(frame, TCP_RST, 0))
            continue; /* behind RST may stand words for people, not data: RFC 9293 §3.5.3 */
        struct segment segment = {
            .offset = offset_from(flow->base, frame->sequence) + frame_has(frame, TCP_SYN, 0),
            .bytes = frame->payload.bytes,
            .length = frame->payload.length,
            .frame = frame->number,
        };
        if (segment.offset + (int64_t)segment.length > flow->seen)
            flow->seen = segment.offset + (int64_t)segment.length;
        flow->segments[flow->segment_count++] = segment;
    }
    return 0;
}

/* Where a stream without a FIN ends at least: what the other side acknowledges was sent. One octet
   more than was seen may be a FIN that the capture does not hold. */
static void find_acknowledged(const struct conversation *conversation,
                              const struct dialogue *dialogue, struct flow flows[2]) {
    struct flow furthest[2] = {{.end = -1}, {.end = -1}};

    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        int side = 1 - (int)conversation_side(dialogue, frame);
        int64_t acknowledged = offset_from(flows[side].base, frame->acknowledgment);
        if (!frame_has(frame, TCP_ACK, TCP_RST) || acknowledged <= furthest[side].end)
            continue;
        furthest[side].end = acknowledged;
        furthest[side].end_frame = frame->number;
    }
    for (int side = 0; side < 2; side++) {
        struct flow *flow = &flows[side];
        if (!flow->has_base || flow->end >= 0 || furthest[side].end <= flow->seen + 1)
            continue;
        flow->end = furthest[side].end;
        flow->end_frame = furthest[side].end_frame;
    }
}

int flows_read(const struct conversation *conversation, const struct dialogue *dialogue,
               struct flow flows[2]) {
    if (collect(conversation, dialogue, flows) < 0)
        return -1;
    find_acknowledged(conversation, dialogue, flows);
    for (int side = 0; side < 2; side++) {
        struct flow *flow = &flows[side];
        if (assembly_make(flow->segments, flow->segment_count, flow->end, flow->end_frame,
                          &flow->assembly) < 0)
            return -1;
    }
    return 0;
}

void flows_free(struct flow flows[2]) {
    for (int side = 0; side < 2; side++) {
        free(flows[side].segments);
        assembly_free(&flows[side].assembly);
    }
}
