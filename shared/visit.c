#include "visit.h"
#include <stdarg.h>
#include <stdio.h>

#define FAREWELL_MS 2000

void visit_log(const struct visit *visit, enum log_level level, const char *format, ...) {
    char text[1500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_event(level, "session=%lu %s", visit->number, text);
}

void visit_begin(struct visit *visit, struct stream *stream, unsigned long number,
                 const struct bounds *bounds, size_t line) {
    *visit = (struct visit){
        .stream = stream,
        .bounds = bounds,
        .number = number,
        .end = deadline_in(bounds->session_ms),
    };
    buf_init(&visit->line, line);
    const struct net_address *peer = stream_peer(stream);
    visit_log(visit, LOG_INFO, "begins client=%s port=%u%s%s", peer->host, peer->port,
              stream_is_tls(stream) ? " tls=" : "", stream_tls_description(stream));
}

void visit_wait(struct visit *visit) {
    stream_set_deadline(visit->stream,
                        deadline_earlier(deadline_in(visit->bounds->idle_ms), visit->end));
}

enum visit_loss visit_lost(struct visit *visit, enum stream_result result) {
    if (result != STREAM_TIMEOUT && result != STREAM_INTERRUPTED) {
        visit->over = result == STREAM_END ? "the client closed" : stream_failure(visit->stream);
        return VISIT_GONE;
    }
    enum visit_loss loss = VISIT_SILENT;
    visit->over = "Nothing heard for too long";
    if (result == STREAM_INTERRUPTED) {
        loss = VISIT_STOPPED;
        visit->over = "The server stops";
    } else if (deadline_left(visit->end) == 0) {
        loss = VISIT_TOO_OLD;
        visit->over = "The session lasts too long";
    }
    stream_set_deadline(visit->stream, deadline_in(FAREWELL_MS));
    return loss;
}

bool visit_has_control(const struct visit *visit) {
    for (size_t i = 0; i < visit->line.length; i++)
        if ((unsigned char)visit->line.bytes[i] < ' ' || visit->line.bytes[i] == 127)
            return true;
    return false;
}

int visit_start_tls(struct visit *visit, struct tls_context *tls) {
    struct failure why;
    deadline until = deadline_in(1000 * visit->bounds->handshake_seconds);
    stream_set_deadline(visit->stream, deadline_earlier(until, visit->end));
    if (stream_start_tls(visit->stream, tls, NULL, &why) < 0) {
        visit_log(visit, LOG_WARN, "no TLS: %s", why.text);
        visit->over = stream_failure(visit->stream);
        return -1;
    }
    visit_log(visit, LOG_INFO, "tls=%s", stream_tls_description(visit->stream));
    return 0;
}

void visit_end(struct visit *visit) {
    buf_wipe(&visit->line);
}
