/* Frames made by hand, for tests of what reads them. Each test tells a conversation packet by
   packet; addresses, sequence numbers and times follow. */
#ifndef TESTS_FRAMES_FOR_TESTS_H
#define TESTS_FRAMES_FOR_TESTS_H

#include "dissect.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    C = 0,
    S = 1
};

/* The ends of a connection. Set what is to differ from these before its first packet. */
struct wire {
    int stream;
    const char *host[2];
    unsigned port[2];
    uint32_t next[2]; /* the sequence number of the next octet */
};

#define WIRE                                                                              \
    {                                                                                     \
        .host = {"127.0.0.1", "127.0.0.2"}, .port = {40000, 25}, .next = { 1000, 900000 } \
    }

/* Of each packet: Ethernet, IPv4, TCP with time stamps. */
#define FRAME_HEADERS (14 + 20 + 32)

struct frames {
    struct dissect_frame *list;
    size_t count;
    size_t capacity;
};

/* Adds a packet as it is, at `sequence`. */
static inline struct dissect_frame *packet_at(struct frames *frames, struct wire *wire, int side,
                                              unsigned flags, uint32_t sequence, const void *bytes,
                                              size_t length) {
    if (frames->count == frames->capacity) {
        frames->capacity = frames->capacity > 0 ? 2 * frames->capacity : 64;
        frames->list = reallocarray(frames->list, frames->capacity, sizeof *frames->list);
        assert(frames->list != NULL);
    }
    struct dissect_frame *frame = &frames->list[frames->count++];
    *frame = (struct dissect_frame){
        .number = (unsigned)frames->count,
        .stream = wire->stream,
        .time = 1700000000000000000 + (int64_t)frames->count * 1000000,
        .source = wire->host[side],
        .destination = wire->host[1 - side],
        .source_port = wire->port[side],
        .destination_port = wire->port[1 - side],
        .flags = flags,
        .sequence = sequence,
        .acknowledgment = wire->next[1 - side],
        .length = (uint32_t)(FRAME_HEADERS + length),
        .payload_length = (uint32_t)length,
        .payload = {bytes, length},
    };
    return frame;
}

/* Adds the next packet of a side. */
static inline struct dissect_frame *packet(struct frames *frames, struct wire *wire, int side,
                                           unsigned flags, const void *bytes, size_t length) {
    struct dissect_frame *frame =
        packet_at(frames, wire, side, flags, wire->next[side], bytes, length);

    wire->next[side] += (uint32_t)length;
    if ((flags & (TCP_SYN | TCP_FIN)) != 0)
        wire->next[side]++;
    return frame;
}

static inline struct dissect_frame *say(struct frames *frames, struct wire *wire, int side,
                                        const char *text) {
    return packet(frames, wire, side, TCP_ACK | TCP_PSH, text, strlen(text));
}

static inline void acknowledge(struct frames *frames, struct wire *wire, int side) {
    packet(frames, wire, side, TCP_ACK, NULL, 0);
}

/* Three frames. */
static inline void handshake(struct frames *frames, struct wire *wire) {
    packet(frames, wire, C, TCP_SYN, NULL, 0);
    packet(frames, wire, S, TCP_SYN | TCP_ACK, NULL, 0);
    acknowledge(frames, wire, C);
}

static inline void finish(struct frames *frames, struct wire *wire, int side) {
    packet(frames, wire, side, TCP_FIN | TCP_ACK, NULL, 0);
}

/* Three frames: the server's FIN, the client's, and its ACK. */
static inline void farewell(struct frames *frames, struct wire *wire) {
    finish(frames, wire, S);
    finish(frames, wire, C);
    acknowledge(frames, wire, S);
}

#endif
