/*
 * pcapng: the file format of captures (draft-ietf-opsawg-pcapng), as far as the kit writes it.
 *
 * A file is a row of blocks: a section header, a description of the interface, then one block for
 * each packet. We write them ourselves, because libpcap's pcap_dump knows only the older pcap
 * format, which has no room for comments, nor for the TLS keys that let Wireshark decrypt a
 * capture.
 *
 * The writing functions add one block to `out` and return 0, or -1 when that is over its limit.
 */
#ifndef WIRE_PCAPNG_H
#define WIRE_PCAPNG_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stdint.h>

/* Section header: the first block. `comment` is on the capture as a whole; NULL: none. */
int pcapng_section(struct buf *out, const char *comment);

/* TLS keys, in the format of SSLKEYLOGFILE. They only have an effect on packets behind them. */
int pcapng_keys(struct buf *out, const char *keys, size_t length);

/* The interface the packets were seen on: its LINKTYPE_ number, the longest packet it keeps. */
int pcapng_interface(struct buf *out, unsigned link_type, unsigned longest, const char *name);

struct pcapng_packet {
    int64_t time; /* nanoseconds since 1970 */
    const void *bytes;
    uint32_t kept;       /* bytes here */
    uint32_t length;     /* bytes that the packet had */
    const char *comment; /* Wireshark shows it; NULL: none */
};

int pcapng_packet(struct buf *out, const struct pcapng_packet *packet);

/* What is in a file, as far as one sees without taking packets apart. */
struct pcapng_contents {
    unsigned packets;
    bool bad_keys; /* there is a block of TLS keys, and none in it that can be read */
};

/*
 * Walks over the blocks of an open file, from its beginning. 1 when it is a pcapng file of whole
 * blocks. 0 when it is something else, or damaged. -1: cannot be read.
 */
int pcapng_walk(int file, struct pcapng_contents *contents, struct failure *why);

#endif
