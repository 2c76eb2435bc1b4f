/*
 * dissect: from captures to facts, by one run of tshark.
 *
 * tshark is the only parser of packets in the kit. It takes 0.2 s to start and little more to work,
 * so everything that anybody wants to know about a lab's captures is asked at once: for each frame
 * the facts, for each display filter the frames that match, for each question the values of fields.
 * tap.lua asks tshark; this reads the answer.
 *
 *     struct dissect_plan plan = {.captures = paths, .capture_count = 2, .filters = …};
 *     struct dissection *dissection = dissect_run(&plan, &why);
 *     dissection->captures[0].matches[3].frames[0] …
 *     dissection_free(dissection);
 *
 * Several captures are joined for tshark and told apart afterwards: frame numbers, streams and
 * errors are those of each capture alone. Filters and questions that speak of `frame.…` or
 * `tcp.stream` would not survive that; with them (or when two captures hold the very same
 * connection) tshark runs once for each capture; the field frame.number alone does no harm.
 *
 * The user's own Wireshark preferences, profiles and plugins play no part. Names are not resolved.
 * TLS is decrypted where the capture holds its keys.
 */
#ifndef WIRE_DISSECT_H
#define WIRE_DISSECT_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A capture with more frames, or more bytes, than this is refused: ten times what the largest run
   of a lab records, and still taken apart in a second or two and half a gigabyte of memory. */
#define DISSECT_FRAME_LIMIT 250000
#define DISSECT_BYTE_LIMIT  (128ULL << 20)

/* Bytes that belong to the dissection. They may hold NUL. */
struct dissect_bytes {
    const unsigned char *bytes;
    size_t length;
};

/* The flags of a TCP segment, as in its header (RFC 9293 §3.1). */
enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
};

/* What a TLS record carries (RFC 8446 §5.1). */
enum {
    TLS_CHANGE_CIPHER_SPEC = 20,
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_APPLICATION_DATA = 23,
};

struct dissect_frame {
    unsigned number; /* in its capture, from 1 */
    int stream;      /* tcp.stream in its capture, from 0; -1: not TCP, and nothing below holds */
    int64_t time;    /* nanoseconds since 1970 */
    const char *source; /* "127.0.0.1", "::1" */
    const char *destination;
    unsigned source_port;
    unsigned destination_port;
    unsigned flags;    /* TCP_SYN | TCP_ACK … */
    uint32_t sequence; /* as on the wire, not relative */
    uint32_t acknowledgment;
    bool cut;                     /* the capture holds only the beginning of this frame */
    uint32_t length;              /* octets of the frame on the network, all headers included: what
                                     Wireshark counts, however much of it was recorded */
    uint32_t payload_length;      /* octets of TCP payload on the network */
    struct dissect_bytes payload; /* of TCP, as on the wire: what was recorded of it */
    struct dissect_bytes application; /* what TLS carried, decrypted; empty without keys. A piece of
                                         data that takes several frames is in the last one */
    struct dissect_bytes records;     /* type of each TLS record that ends in this frame */
    struct dissect_bytes record_lengths; /* two octets for each of these: its length, high one
                                            first, without the header of five (RFC 8446 §5.1) */
    struct dissect_bytes handshakes;     /* type of each handshake message that could be read */
    struct dissect_bytes alerts;         /* description of each alert that could be read */
};

/* Frames that match a display filter, in order. */
struct dissect_matches {
    const unsigned *frames;
    size_t count;
};

/* One value of a field. A frame may have several values of the same field, or none. */
struct dissect_value {
    unsigned frame;
    unsigned field;   /* which of the question's fields, from 0 */
    const char *text; /* "127.0.0.2", "25", "true" for a flag, hexadecimal for bytes. Not for
                         frame.number, which may count through all captures: `frame` is that */
};

struct dissect_values {
    const struct dissect_value *values;
    size_t count;
};

struct dissect_capture {
    struct dissect_frame *frames; /* frames[0] is frame number 1 */
    size_t frame_count;
    struct dissect_matches *matches; /* one for each filter of the plan */
    struct dissect_values *answers;  /* one for each question of the plan */
    const char *damage; /* NULL, or why tshark could not read it to its end: "cut short in the
                           middle of a packet"; the frames before that are here */
    bool bad_keys;      /* it brings TLS keys along, but none that can be read */
};

struct dissect_question {
    const char *fields; /* names, separated by blanks: "ip.dst tcp.dstport" */
    const char *where;  /* a display filter; "" is every frame */
};

struct dissect_plan {
    const char *const *captures; /* files: pcapng, pcap, also compressed: all that tshark reads */
    size_t capture_count;        /* 0 only checks filters and questions */
    const char *const *filters;
    size_t filter_count;
    const struct dissect_question *questions;
    size_t question_count;
};

struct dissection {
    struct dissect_capture *captures; /* one for each of the plan */
    size_t capture_count;
    const char **filter_errors; /* one for each filter: NULL, or tshark's words: `"smtp.foo" is not
                                   a valid protocol or protocol field.` Such a filter matches
                                   nothing */
    const char **question_errors; /* likewise for each question: its fields or its filter */
    size_t filter_count;
    size_t question_count;
    struct dissect_memory *memory; /* private */
};

/*
 * Runs tshark. NULL: tshark is not installed (`why` says how to get it), failed or was stopped
 * (with the gist of what it said), a capture cannot be opened, is not a capture, or is over the
 * limits. A wrong filter and a capture that breaks off are not failures: see above.
 */
struct dissection *dissect_run(const struct dissect_plan *plan, struct failure *why);

/* What must be said of a capture after all that could be read of it was shown: its damage, or that
   its keys are unreadable. NULL: nothing. */
const char *dissect_complaint(const struct dissect_capture *capture);

/* NULL is fine. */
void dissection_free(struct dissection *dissection);

#endif
