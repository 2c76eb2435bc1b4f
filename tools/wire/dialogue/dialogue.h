/*
 * dialogue: a capture is a dialogue. This turns the facts of frames into the steps of each
 * conversation: connect, every line of either side, message text, TLS messages, close, reset.
 *
 * TCP carries a stream of bytes for each side. They are put in order by their sequence numbers:
 * segments may come twice, overlap, come in the wrong order, and the numbers wrap. What was seen
 * first counts. Where bytes are missing (the capture began late, or lost frames) a step says so.
 *
 * Then each side's stream is cut into steps by our own framing, not by the dissectors', which cut
 * SMTP verbs to four letters and know nothing of message text. How TCP cut the stream into segments
 * makes no difference to the steps, only to their frame numbers.
 *
 * Nothing here knows tshark: the facts are an array, so tests can make their own.
 */
#ifndef WIRE_DIALOGUE_H
#define WIRE_DIALOGUE_H

#include "dissect.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dialogue_side {
    DIALOGUE_CLIENT, /* sent the SYN; in a capture that began late, has the higher port */
    DIALOGUE_SERVER,
};

enum dialogue_kind {
    DIALOGUE_CONNECT,   /* SYN, SYN ACK, ACK; by the client */
    DIALOGUE_REFUSED,   /* SYN, RST: nobody listens there; by the server */
    DIALOGUE_NO_ANSWER, /* SYN, and nothing; by the client */
    DIALOGUE_LINE,      /* a line of the protocol; `ending` says how it ended */
    DIALOGUE_MESSAGE,   /* a line of message text, up to the final dot, that dot included: of SMTP's
                           client, behind 354; of POP3's server, behind the +OK to RETR and TOP */
    DIALOGUE_BYTES,     /* bytes that are no line: longer than DIALOGUE_LINE_LIMIT without LF, or of
                           a known length (BDAT) */
    DIALOGUE_TLS,       /* a TLS message; `tls` and `handshake` say which */
    DIALOGUE_GAP,       /* `length` bytes that the capture does not hold */
    DIALOGUE_CLOSE,     /* this side's FIN: it will send no more */
    DIALOGUE_RESET,     /* this side's RST: the connection is broken off */
};

enum dialogue_ending {
    DIALOGUE_CRLF,
    DIALOGUE_LF,   /* LF without CR */
    DIALOGUE_NONE, /* the stream ended, or goes on with other things (TLS, a gap) */
};

/* A line without LF is cut into blocks of this size. */
#define DIALOGUE_LINE_LIMIT 131072

struct dialogue_step {
    enum dialogue_kind kind;
    enum dialogue_side side; /* who did it */
    enum dialogue_ending ending;
    unsigned first_frame; /* the frame with its first byte */
    unsigned last_frame;  /* the frame with which it was complete */
    int64_t time;         /* of last_frame; nanoseconds since the capture's first frame */
    bool encrypted;       /* on the wire: a LINE that is encrypted can be read thanks to keys */
    const char *bytes;    /* LINE, MESSAGE, BYTES: without the line's ending; may hold NUL; belongs
                             to the dialogue. Dots are as on the wire: in message text, and in the
                             lines of POP3's answers, one that is stuffed is still there */
    size_t length;        /* of bytes; GAP: how many are missing; TLS: of the record, 0: unknown */
    size_t offset;        /* of bytes[0] in its side's stream: see dialogue_frame_of */
    bool goes_on;  /* of the server, in SMTP and POP3: its answer has more than this, "250-…" */
    bool data;     /* in POP3: of the server, a line of its answer behind the first, dot included;
                      of the client, a line that goes on with AUTH */
    int tls;       /* TLS_HANDSHAKE …, the type of the record */
    int handshake; /* the type of handshake message, -1: encrypted, or not a handshake */
    int alert;     /* of a TLS_ALERT: its description, -1: encrypted */
    size_t order;  /* private: among steps of the same frame */
};

/* One side's bytes: in clear up to `clear`, then, if TLS was started, what keys could decrypt. */
struct dialogue_bytes {
    const char *bytes;
    size_t length;
    size_t clear;                /* how many of them were readable on the wire: all, without TLS */
    unsigned long long sent;     /* octets of TCP payload, each counted once */
    struct dialogue_span *spans; /* private: which frame carried what */
    size_t span_count;
    char *memory; /* private */
};

struct dialogue {
    int stream;          /* tcp.stream */
    const char *host[2]; /* by enum dialogue_side: "127.0.0.1" */
    unsigned port[2];
    struct dialogue_step *steps; /* in the order in which they were complete */
    size_t step_count;
    struct dialogue_bytes side[2];
    bool late;    /* the capture began after the connection: its start is missing */
    bool gaps;    /* bytes are missing inside */
    bool unclear; /* the same bytes were sent twice with different content */
    const struct protocol *protocol; /* what it speaks (protocol.h); NULL: not known */
    size_t step_capacity;            /* private */
};

/* All conversations of a capture, in the order of their first frames. */
struct dialogues {
    struct dialogue *list;
    size_t count;
    int64_t start; /* the time of the capture's first frame, nanoseconds since 1970 */
};

/*
 * `frames` must outlive the dialogues. Uses memory for about three times the payload.
 * 0 (an empty capture gives count 0), or -1 without memory.
 */
int dialogues_make(const struct dissect_frame *frames, size_t count, struct dialogues *dialogues,
                   struct failure *why);

void dialogues_free(struct dialogues *dialogues);

/* The number of the frame that carried byte `offset` of this side's stream; 0: no such byte. */
unsigned dialogue_frame_of(const struct dialogue *dialogue, enum dialogue_side side, size_t offset);

/* Whether what was said under TLS can be read: that takes the keys of both sides. */
enum dialogue_keys {
    DIALOGUE_NEEDS_NONE, /* nothing was said under TLS */
    DIALOGUE_HAS_KEYS,
    DIALOGUE_SOME_KEYS,
    DIALOGUE_LACKS_KEYS,
};
enum dialogue_keys dialogue_keys(const struct dialogue *dialogue);

/*
 * What a step of kind DIALOGUE_TLS is: "ClientHello", "ChangeCipherSpec", "alert close_notify",
 * "data"; "message 99" and "alert 99" for unknown ones, "handshake, encrypted" and "alert" for what
 * keys are missing for. It may be put into `spare`.
 */
#define DIALOGUE_NAME_SIZE 48
const char *dialogue_tls_name(const struct dialogue_step *step, char spare[DIALOGUE_NAME_SIZE]);

#endif
