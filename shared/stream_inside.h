/*
 * stream_inside: what stream.c, stream_read.c and stream_write.c share. Nobody else looks inside.
 */
#ifndef SHARED_STREAM_INSIDE_H
#define SHARED_STREAM_INSIDE_H

#include "stream.h"
#include "transport.h"

#define STREAM_IN_SIZE  4096u
#define STREAM_OUT_SIZE 4096u

struct stream {
    struct transport transport;
    deadline until, since; /* the deadline, and when it was set */
    bool heard;            /* a byte has come since then */
    int interrupt;
    bool read_failed, write_failed;
    bool ended; /* stream_end was called: nothing is to be sent any more */
    /* STREAM_IN_SIZE bytes, from the first read on; unread are in[in_start] … in[in_end - 1]. */
    char *in;
    size_t in_start, in_end;
    /* STREAM_OUT_SIZE bytes, from the first write on; out_length of them are collected. */
    char *out;
    size_t out_length;
    struct net_address peer, local;
    char description[80];
    struct failure failure;
};

/* How many bytes of the input buffer nobody has taken yet. */
size_t stream_unread(const struct stream *stream);

/* Waits for the socket until the deadline: OK, TIMEOUT or FAILED, with the words. */
enum stream_result stream_wait(struct stream *stream, bool writing);

/* The same, but gives up when somebody interrupts: STREAM_INTERRUPTED, without words. That goes
   first: a peer that never stops sending must not keep a server from stopping. */
enum stream_result stream_wait_interruptible(struct stream *stream, bool writing);

/* Puts a time-out into words. STREAM_TIMEOUT. */
enum stream_result stream_timed_out(struct stream *stream, bool writing);

/* Sends what was collected: OK, TIMEOUT or FAILED. */
enum stream_result stream_send_collected(struct stream *stream);

#endif
