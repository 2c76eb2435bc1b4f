#include "stream_inside.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t stream_unread(const struct stream *stream) {
    return stream->in_end - stream->in_start;
}

/* Before it waits for the peer, the peer gets what was collected for it. Only a time-out ends the
   reading: where writing fails otherwise, the peer may have said why before it hung up. */
static enum stream_result send_first(struct stream *stream) {
    if (stream->write_failed || stream_send_collected(stream) != STREAM_TIMEOUT)
        return STREAM_OK;
    return STREAM_TIMEOUT;
}

static enum stream_result broke(struct stream *stream, const struct failure *why) {
    if (!stream->write_failed) /* else the reason is known already, and reading has another view */
        stream->failure = *why;
    stream->read_failed = true;
    return STREAM_FAILED;
}

/*
 * Whether time is up even if there is more to read: a peer that never stops sending must not hold
 * us. A deadline that had passed when it was set means "only what is there now": then a call may
 * read once, but not go on (`begun`).
 */
static bool is_over(const struct stream *stream, bool begun) {
    return deadline_left(stream->until) == 0 && (begun || stream->until > stream->since);
}

/* Into `bytes` what is there, as soon as there is something. `begun`: this call took bytes before.
 */
static enum stream_result receive(struct stream *stream, char *bytes, size_t size, size_t *count,
                                  bool begun) {
    if (stream->read_failed)
        return STREAM_FAILED;
    if (send_first(stream) != STREAM_OK)
        return STREAM_TIMEOUT;
    if (is_over(stream, begun))
        return stream_timed_out(stream, false);
    for (;;) {
        struct failure why = {""};
        enum transport_result state = transport_read(&stream->transport, bytes, size, count, &why);
        if (state == TRANSPORT_DONE) {
            stream->heard = true;
            return STREAM_OK;
        }
        if (state == TRANSPORT_CLOSED) {
            stream->failure = why;
            return STREAM_END;
        }
        if (state == TRANSPORT_FAILED || stream->write_failed)
            return broke(stream, &why);
        enum stream_result waited = stream_wait(stream, state == TRANSPORT_WANTS_WRITE);
        if (waited != STREAM_OK)
            return waited;
    }
}

/* Something into the empty input buffer. */
static enum stream_result fill(struct stream *stream, bool begun) {
    if (stream->in == NULL && (stream->in = malloc(STREAM_IN_SIZE)) == NULL) {
        failure_system(&stream->failure, ENOMEM, "connection");
        stream->read_failed = true;
        return STREAM_FAILED;
    }
    size_t count = 0;
    enum stream_result result = receive(stream, stream->in, STREAM_IN_SIZE, &count, begun);
    stream->in_start = 0;
    stream->in_end = count;
    return result;
}

/* Waits for the first byte of a line, or for the interrupt. */
static enum stream_result wait_for_line(struct stream *stream) {
    if (stream->interrupt < 0 || transport_pending(&stream->transport) > 0 || stream->read_failed)
        return STREAM_OK;
    if (send_first(stream) != STREAM_OK)
        return STREAM_TIMEOUT;
    if (stream->write_failed)
        return STREAM_OK;
    enum stream_result result = stream_wait_interruptible(stream, false);
    if (result == STREAM_INTERRUPTED)
        failure_set(&stream->failure, "interrupted while waiting for a line");
    return result;
}

/* Adds what fits under the limit. False when that was not all. */
static bool add_to_line(struct buf *line, const char *bytes, size_t count, size_t limit) {
    size_t room = limit - line->length;
    return buf_append(line, bytes, count < room ? count : room) == 0 && count <= room;
}

/* A line that will not be completed: `result` says why. */
static enum stream_result cut_line(struct stream *stream, enum stream_result result, bool begun) {
    if (result == STREAM_END && begun)
        failure_set(&stream->failure,
                    "the other side closed the connection in the middle of a line");
    return result;
}

enum stream_result stream_read_line(struct stream *stream, struct buf *line, size_t limit) {
    buf_clear(line);
    if (buf_append(line, "", 0) < 0) { /* an empty line is a string too */
        failure_system(&stream->failure, ENOMEM, "line");
        return STREAM_FAILED;
    }
    if (limit > line->limit)
        limit = line->limit;
    bool fits = true, held_cr = false;
    for (bool begun = false;; begun = true) {
        if (stream_unread(stream) == 0) {
            enum stream_result result = begun ? STREAM_OK : wait_for_line(stream);
            if (result == STREAM_OK)
                result = fill(stream, begun);
            if (result != STREAM_OK) {
                if (held_cr)
                    add_to_line(line, "\r", 1, limit);
                return cut_line(stream, result, begun);
            }
        }
        const char *start = stream->in + stream->in_start;
        const char *lf = memchr(start, '\n', stream_unread(stream));
        size_t count = lf != NULL ? (size_t)(lf - start) : stream_unread(stream);
        stream->in_start += count + (lf != NULL ? 1 : 0);
        /* A CR at the end of what is here may belong to the line or to its CR LF: it is held back
           until the byte behind it tells. */
        if (held_cr && lf != start) {
            fits = fits && add_to_line(line, "\r", 1, limit);
            held_cr = false;
        }
        if (count > 0 && start[count - 1] == '\r') {
            held_cr = true;
            count--;
        }
        fits = fits && add_to_line(line, start, count, limit);
        if (lf != NULL)
            return !fits ? STREAM_TOO_LONG : held_cr ? STREAM_OK : STREAM_BARE_LF;
    }
}

enum stream_result stream_read_exact(struct stream *stream, struct buf *into, size_t count) {
    if (count > into->limit - into->length) {
        failure_set(&stream->failure, "%zu bytes are more than may be kept", count);
        return STREAM_FAILED;
    }
    for (bool begun = false; count > 0; begun = true) {
        if (stream_unread(stream) == 0) {
            enum stream_result result = fill(stream, begun);
            if (result != STREAM_OK)
                return result;
        }
        size_t there = stream_unread(stream), part = there < count ? there : count;
        if (buf_append(into, stream->in + stream->in_start, part) < 0) {
            failure_system(&stream->failure, ENOMEM, "connection");
            return STREAM_FAILED;
        }
        stream->in_start += part;
        count -= part;
    }
    return STREAM_OK;
}

enum stream_result stream_read_some(struct stream *stream, void *bytes, size_t size,
                                    size_t *count) {
    *count = 0;
    if (stream_unread(stream) == 0 && size >= STREAM_IN_SIZE)
        return receive(stream, bytes, size, count, false);
    const char *there;
    enum stream_result result = stream_look(stream, &there, count);
    if (result != STREAM_OK)
        return result;
    if (*count > size)
        *count = size;
    memcpy(bytes, there, *count);
    stream_consume(stream, *count);
    return STREAM_OK;
}

enum stream_result stream_look(struct stream *stream, const char **bytes, size_t *count) {
    *bytes = NULL;
    *count = 0;
    if (stream_unread(stream) == 0) {
        enum stream_result result = fill(stream, false);
        if (result != STREAM_OK)
            return result;
    }
    *bytes = stream->in + stream->in_start;
    *count = stream_unread(stream);
    return STREAM_OK;
}

void stream_consume(struct stream *stream, size_t count) {
    size_t unread = stream_unread(stream);
    stream->in_start += count < unread ? count : unread;
}

size_t stream_buffered(const struct stream *stream) {
    return stream_unread(stream) + transport_pending(&stream->transport);
}
