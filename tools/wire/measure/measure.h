/*
 * measure: what a conversation cost, in packets, octets, round trips and time.
 *
 *     struct measures measures;
 *     if (measures_make(capture->frames, capture->frame_count, &dialogues, &measures, &why) < 0) …
 *     measures.list[0].round_trips …
 *     measures_free(&measures);
 *
 * Packets and octets are counted as Wireshark's Conversations counts them, so that a student can
 * hold one table against the other. On loopback the link header is 14 octets, as on Ethernet; a
 * "packet" may be 64 KB there, and the time is that of a machine talking to itself. Compare round
 * trips: they are what a network makes you pay for.
 *
 * Nothing here draws: measure_table.h and measure_data.h do.
 */
#ifndef WIRE_MEASURE_H
#define WIRE_MEASURE_H

#include "dialogue.h"
#include "dissect.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A time that the capture does not tell: the conversation began before it, or nobody answered. */
#define MEASURE_UNKNOWN (-1)

/* What one side sent. Octets are those on the network, whatever part of them was recorded. */
struct measure_side {
    unsigned long long packets;
    unsigned long long acknowledgments; /* packets that are an ACK and nothing more */
    unsigned long long repeated; /* packets whose payload the other side had been sent before */
    unsigned long long octets;   /* of whole frames */
    unsigned long long payload;  /* of TCP payload in them. The rest is headers */
    unsigned long long repeated_octets; /* of payload, sent before */

    /* Of the payload, sent once, when there is TLS. */
    unsigned long long handshake;   /* records that shake hands: handshake, ChangeCipherSpec */
    unsigned long long application; /* what the program wrote, in clear or decrypted. Without TLS
                                       all of it */
};

/* From the last packet of a client's command to the first one of the reply. */
struct measure_latency {
    size_t count; /* of exchanges: the client says something, the server answers. 0: nothing below
                     holds */
    int64_t least;
    int64_t median; /* of an even count: the mean of the two in the middle */
    int64_t most;
};

/* All times in nanoseconds. */
struct measure {
    const struct dialogue *dialogue; /* whose ends these are */
    struct measure_side side[2];     /* by enum dialogue_side */
    int64_t start;                   /* of its first packet, since the capture's first */
    int64_t duration;                /* from its first packet to its last */
    int64_t connect;                 /* SYN → the ACK that answers SYN ACK, or MEASURE_UNKNOWN */
    int64_t first_byte;              /* SYN → the server's first payload, or MEASURE_UNKNOWN */
    int64_t shaking_hands; /* TLS: its first record → the last of its handshake before data;
                              MEASURE_UNKNOWN without TLS */
    struct measure_latency latency;
    /*
     * How often the client had to wait for the server. Of each side's SYN, of the client's ACK that
     * ends the handshake, and of all payload that is new, write down in turn who sent it: each time
     * the server follows the client is one round trip. So the handshake is one, the greeting
     * another, and each group of commands that were sent without waiting one more. Nobody waits for
     * a FIN, a RST, an alert of TLS or its session tickets: those do not count. (Without keys a
     * ticket looks like anything else.)
     */
    unsigned long long round_trips;
    bool tls;       /* there is TLS in it */
    bool decrypted; /* … and all of it could be read: `application` is exact, and so is `handshake`.
                       Without keys TLS 1.3 hides which of its records shake hands */
};

/* One for each dialogue, in the same order. */
struct measures {
    struct measure *list;
    size_t count;
};

/*
 * Measures the conversations of a capture; `frames` are all of it, `dialogues` what dialogues_make
 * made of them, which must outlive the measures. 0, or -1 without memory.
 */
int measures_make(const struct dissect_frame *frames, size_t count,
                  const struct dialogues *dialogues, struct measures *measures,
                  struct failure *why);

void measures_free(struct measures *measures);

/* Octets of payload that TLS added to what one side's program wrote: its handshake, its alerts, and
   the header and tag of each record. 0 without TLS, or when it could not be decrypted. */
unsigned long long measure_tls_cost(const struct measure *measure, enum dialogue_side side);

/* Bits a second over the duration of the conversation: of whole frames, as Wireshark has it. 0 when
   it lasted no time at all. */
double measure_throughput(const struct measure *measure, enum dialogue_side side);

/* Likewise of what the programs wrote, each octet once: the payload sent once; with TLS, what was
   in it. */
double measure_goodput(const struct measure *measure, enum dialogue_side side);

#endif
