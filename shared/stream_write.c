#include "stream_inside.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum stream_result send_all(struct stream *stream, const char *bytes, size_t count) {
    enum stream_result result = STREAM_OK;
    while (count > 0 && result == STREAM_OK) {
        size_t sent = 0;
        enum transport_result state =
            transport_write(&stream->transport, bytes, count, &sent, &stream->failure);
        bytes += sent;
        count -= sent;
        if (state == TRANSPORT_WANTS_READ || state == TRANSPORT_WANTS_WRITE)
            result = stream_wait(stream, state == TRANSPORT_WANTS_WRITE);
        else if (state != TRANSPORT_DONE)
            result = STREAM_FAILED;
        else if (count > 0 && deadline_left(stream->until) == 0)
            result = stream_timed_out(stream, true);
    }
    if (result != STREAM_OK)
        stream->write_failed = true;
    return result;
}

enum stream_result stream_send_collected(struct stream *stream) {
    size_t count = stream->out_length;
    stream->out_length = 0;
    return send_all(stream, stream->out, count);
}

/* Whether a write is of no use any more. */
static bool is_over(struct stream *stream) {
    if (stream->ended && !stream->write_failed)
        failure_set(&stream->failure, "this side has closed the connection already");
    return stream->write_failed || stream->ended;
}

int stream_flush(struct stream *stream) {
    if (is_over(stream))
        return -1;
    return stream_send_collected(stream) == STREAM_OK ? 0 : -1;
}

static int no_memory(struct stream *stream) {
    stream->write_failed = true;
    return failure_system(&stream->failure, ENOMEM, "connection");
}

int stream_write(struct stream *stream, const void *bytes, size_t count) {
    if (is_over(stream))
        return -1;
    if (count > STREAM_OUT_SIZE - stream->out_length && stream_flush(stream) < 0)
        return -1;
    if (count > STREAM_OUT_SIZE)
        return send_all(stream, bytes, count) == STREAM_OK ? 0 : -1;
    if (stream->out == NULL && (stream->out = malloc(STREAM_OUT_SIZE)) == NULL)
        return no_memory(stream);
    if (count > 0)
        memcpy(stream->out + stream->out_length, bytes, count);
    stream->out_length += count;
    return 0;
}

int stream_printf(struct stream *stream, const char *format, ...) {
    char text[512], *long_text = NULL;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (count >= (int)sizeof text)
        count = vasprintf(&long_text, format, again);
    va_end(again);
    if (count < 0)
        return no_memory(stream);
    int result = stream_write(stream, long_text != NULL ? long_text : text, (size_t)count);
    free(long_text);
    return result;
}
