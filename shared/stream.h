/*
 * stream: one connection, over TCP or TLS, as bytes in and bytes out.
 *
 * TCP promises the bytes in order and nothing else: one write may arrive in many pieces, many
 * writes in one. A stream turns that into lines, exact counts, and replies that leave in one
 * piece. It is the only place that knows of partial writes, EINTR, EAGAIN, SIGPIPE, deadlines and
 * half-read TLS records.
 *
 * Reading: every call waits for the peer until the deadline set by stream_set_deadline. Before it
 * waits, it sends what stream_write has collected: so a server that answers five pipelined commands
 * sends its five replies in one segment, and nobody has to think of flushing (RFC 2920 §3.2).
 *
 * A stream belongs to one thread at a time.
 */
#ifndef SHARED_STREAM_H
#define SHARED_STREAM_H

#include "buf.h"
#include "deadline.h"
#include "failure.h"
#include "net.h"
#include "tls.h"

struct stream; /* opaque */

enum stream_result {
    STREAM_OK = 0,      /* done; a line ended in CR LF, as it must */
    STREAM_BARE_LF,     /* stream_read_line: a line came, but it ended in LF without CR */
    STREAM_TOO_LONG,    /* stream_read_line: over the limit; the rest, up to LF, was thrown away */
    STREAM_END,         /* the peer has closed its side in order; what came before was read */
    STREAM_TIMEOUT,     /* the deadline passed */
    STREAM_INTERRUPTED, /* stream_read_line: the server stops, and no byte of a new line is here */
    STREAM_FAILED,      /* the connection broke; stream_failure says how */
};

/*
 * Takes over a connected socket (makes it non-blocking, with TCP_NODELAY) and closes it in
 * stream_close. NULL without memory: then the socket is still the caller's.
 */
struct stream *stream_open(int socket, struct failure *why);

/* net_connect and stream_open in one. */
struct stream *stream_connect(const char *host, const char *port, deadline until,
                              struct failure *why);

/*
 * All reading and writing from now on must be done by `until`. At first: DEADLINE_NEVER. With a
 * deadline that has passed already, deadline_in(0), a call still takes what is there, and does not
 * wait for more.
 */
void stream_set_deadline(struct stream *stream, deadline until);

/* When `fd` becomes readable, a stream_read_line that waits for a line's first byte gives up with
   STREAM_INTERRUPTED, and a handshake fails. -1 (as at first): nothing interrupts. The fd stays the
   caller's. */
void stream_set_interrupt(struct stream *stream, int fd);

/*
 * Reads one line, up to and including its LF, into `line` without its CR LF (or bare LF).
 * `limit` counts the bytes before CR LF. A line may hold NUL and CR: nothing is hidden.
 * What `line` held before is gone. It holds the bytes that came, at most `limit` of them, with a
 * NUL behind, whatever the result: STREAM_END with line->length > 0: the peer closed in the middle
 * of a line. A part that came before a STREAM_TIMEOUT is taken out of the stream too.
 */
enum stream_result stream_read_line(struct stream *stream, struct buf *line, size_t limit);

/* Adds exactly `count` bytes to `into`. STREAM_END: the peer closed before; `into` has what came.
   STREAM_FAILED, with nothing read: more than into->limit. */
enum stream_result stream_read_exact(struct stream *stream, struct buf *into, size_t count);

/* Waits for at least one byte, copies what is there, at most `size`, and says how many in *count.
 */
enum stream_result stream_read_some(struct stream *stream, void *bytes, size_t size, size_t *count);

/*
 * Without copying: waits for at least one byte and shows all that are there in *bytes, *count.
 * They stay in the stream until stream_consume takes them; the pointer holds until the next call.
 */
enum stream_result stream_look(struct stream *stream, const char **bytes, size_t *count);
void stream_consume(struct stream *stream, size_t count);

/*
 * Does nothing until `until`, for a peer that has to wait; what was collected is sent first.
 * STREAM_OK, or STREAM_INTERRUPTED at once when the interrupt comes. The deadline set does not
 * count.
 */
enum stream_result stream_pause(struct stream *stream, deadline until);

/* How many bytes can be read without waiting for the network (also inside the TLS layer). */
size_t stream_buffered(const struct stream *stream);

/*
 * Collects bytes to send. They leave when the collection is full, at stream_flush, and before any
 * read that waits. 0 or -1; after a -1 every further write fails too (stream_failure says why).
 */
int stream_write(struct stream *stream, const void *bytes, size_t count);
int stream_printf(struct stream *stream, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int stream_flush(struct stream *stream);

/*
 * Encrypts from here on. For a client `name` is the host name to demand in the certificate and to
 * send as SNI; for a server NULL. What was collected is sent first, in clear. Refuses when the peer
 * has already sent bytes in clear that nobody has read (they could be an attacker's commands:
 * RFC 3207 §6, CVE-2011-0411). 0 or -1; after -1 the stream can only be closed.
 */
int stream_start_tls(struct stream *stream, struct tls_context *context, const char *name,
                     struct failure *why);

/* Whether it is encrypted; and how, for logs and Received: "TLSv1.3 TLS_AES_256_GCM_SHA384", or "".
 */
bool stream_is_tls(const struct stream *stream);
const char *stream_tls_description(const struct stream *stream);

/* OpenSSL's session (an SSL), to look at: the certificate, for example. NULL: in clear. */
const struct ssl_st *stream_tls_session(const struct stream *stream);

/* For poll(2), and for the names of both ends. First ask stream_buffered: poll cannot see that. */
int stream_socket(const struct stream *stream);
const struct net_address *stream_peer(const struct stream *stream);
const struct net_address *stream_local(const struct stream *stream);

/*
 * The words behind STREAM_FAILED, STREAM_TIMEOUT, STREAM_END and a failed write, such as "nothing
 * came for 5 seconds". They do not name the peer: the caller knows it.
 */
const char *stream_failure(const struct stream *stream);

/*
 * Ends the own direction: sends what is left, close_notify if encrypted, then FIN. What the other
 * side says can still be read; a further write fails. 0, or -1 when something could not be sent.
 */
int stream_end(struct stream *stream);

/*
 * stream_end, where that was not done already; then reads on (bounded: 2 seconds, 1 MiB) until the
 * peer's FIN, so that the kernel never answers late bytes with RST, which could destroy our last
 * reply on its way. Closes and frees. 0, or -1 when something could not be sent. NULL is fine.
 */
int stream_close(struct stream *stream);

/* Closes at once with RST and frees: for a peer that deserves no more of our time. NULL is fine. */
void stream_abort(struct stream *stream);

#endif
