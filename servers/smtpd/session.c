#include "session.h"
#include "auth.h"
#include "chunk.h"
#include "commands.h"
#include "envelope.h"
#include "reception.h"
#include "sasl.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_LIMIT 510  /* octets before CR LF, RFC 5321 §4.5.3.1.5 */
#define FAREWELL_MS 2000 /* a peer that was silent for too long has so long to take the 421 */

void session_log(const struct session *session, enum log_level level, const char *format, ...) {
    char text[1500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_event(level, "session=%lu %s", session->number, text);
}

/* Writes one reply line into the stream; `text` is changed where it must not go out as it is. */
static void write_line(struct session *session, const char *status, char separator, char *text) {
    for (char *byte = text; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = '?';
    const char *enhanced = strlen(status) > 4 ? status + 4 : "";
    int room = REPLY_LIMIT - 4 - (int)strlen(enhanced) - 1;
    if (stream_printf(session->stream, "%.3s%c%s%s%.*s\r\n", status, separator, enhanced,
                      *enhanced == '\0' ? "" : " ", room, text) < 0)
        session->over = stream_failure(session->stream);
}

void session_reply(struct session *session, const char *status, const char *format, ...) {
    char text[REPLY_LIMIT + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_line(session, status, ' ', text);
    if (status[0] == '4' || status[0] == '5') {
        char command[COMMANDS_SHOWN];
        session->errors++;
        session_log(session, LOG_WARN, "refused \"%s %s\" command=\"%s\"", status, text,
                    commands_show(&session->line, command));
    }
}

void session_reply_more(struct session *session, const char *status, const char *format, ...) {
    char text[REPLY_LIMIT + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_line(session, status, '-', text);
}

void session_close(struct session *session, const char *status, const char *text) {
    session_reply(session, status, "%s %s, closing connection", session->settings->site.hostname,
                  text);
    session->over = text;
}

void session_wait(struct session *session) {
    deadline idle = deadline_in(session->settings->bounds.idle_ms);
    stream_set_deadline(session->stream, deadline_earlier(idle, session->end));
}

void session_lost(struct session *session, enum stream_result result) {
    if (result == STREAM_TIMEOUT || result == STREAM_INTERRUPTED) {
        stream_set_deadline(session->stream, deadline_in(FAREWELL_MS));
        if (result == STREAM_INTERRUPTED)
            session_close(session, "421 4.3.2", "The server stops"); /* RFC 3463 §3.4 */
        else if (deadline_left(session->end) == 0)
            session_close(session, "421 4.4.2", "The session lasts too long");
        else
            session_close(session, "421 4.4.2", "Nothing heard for too long");
    } else {
        session->over =
            result == STREAM_END ? "the client closed" : stream_failure(session->stream);
    }
}

bool session_look(struct session *session, const char **bytes, size_t *count) {
    session_wait(session);
    enum stream_result result = stream_look(session->stream, bytes, count);
    if (result != STREAM_OK)
        session_lost(session, result);
    return result == STREAM_OK;
}

void session_reset(struct session *session) {
    reception_end(session->reception);
    session->reception = NULL;
    envelope_free(&session->envelope);
    session->envelope = (struct envelope){.count = 0};
    if (session->state == SESSION_ENVELOPE || session->state == SESSION_CHUNKS)
        session->state = SESSION_GREETED;
}

void session_restart(struct session *session) {
    session_reset(session);
    session->state = SESSION_NEW;
    session->name[0] = '\0';
    session->esmtp = false;
    session->account = NULL;
}

/* Whether the line holds what no command may: NUL, CR, LF and other control characters. */
static bool has_control(const struct buf *line) {
    for (size_t i = 0; i < line->length; i++)
        if ((unsigned char)line->bytes[i] < ' ' || line->bytes[i] == 127)
            return true;
    return false;
}

/* Only AUTH may have lines that are longer than others (RFC 4954 §4). */
static bool is_too_long(const struct session *session, enum stream_result result) {
    return result == STREAM_TOO_LONG || (session->line.length > session->settings->line - 2 &&
                                         !commands_is(&session->line, "AUTH"));
}

static void refuse_too_long(struct session *session) {
    if (commands_is(&session->line, "AUTH"))
        auth_refuse_too_long(session);
    else
        session_reply(session, "500 5.5.2", "Line too long: the limit is %zu octets",
                      session->settings->line);
}

/* One line of the peer, whatever it is, gets its one reply. */
static void answer(struct session *session, enum stream_result result) {
    const struct settings *settings = session->settings;
    if (++session->commands > settings->bounds.commands)
        session_close(session, "421 4.7.0", "Too many commands");
    else if (session->errors >= settings->bounds.errors)
        session_close(session, "421 4.7.0", "Too many errors");
    else if ((is_too_long(session, result) || result == STREAM_BARE_LF ||
              has_control(&session->line)) &&
             chunk_is_spoilt(&session->line))
        chunk_refuse(session);
    else if (is_too_long(session, result))
        refuse_too_long(session);
    else if (result == STREAM_BARE_LF)
        session_reply(session, "500 5.5.2", "A command ends in CR LF, not in LF alone");
    else if (has_control(&session->line))
        session_reply(session, "500 5.5.2", "Control character in the command");
    else
        commands_run(session);
}

static void converse(struct session *session) {
    session_reply(session, "220", "%s ESMTP Mailwire", session->settings->site.hostname);
    while (session->over == NULL) {
        session_wait(session);
        enum stream_result result =
            stream_read_line(session->stream, &session->line, session->line.limit);
        bool line = result == STREAM_OK || result == STREAM_BARE_LF || result == STREAM_TOO_LONG;
        if (line)
            answer(session, result);
        else
            session_lost(session, result);
    }
}

void session_run(struct stream *stream, unsigned long number, void *context) {
    const struct service *service = context;
    const struct settings *settings = service->settings;
    struct session session = {
        .stream = stream,
        .service = service,
        .settings = settings,
        .number = number,
        .state = SESSION_NEW,
        .end = deadline_in(settings->bounds.session_ms),
    };
    buf_init(&session.line,
             (settings->line > SASL_LINE_LIMIT ? settings->line : SASL_LINE_LIMIT) - 2);
    const struct net_address *peer = stream_peer(stream);
    session_log(&session, LOG_INFO, "begins client=%s port=%u%s%s", peer->host, peer->port,
                stream_is_tls(stream) ? " tls=" : "", stream_tls_description(stream));
    converse(&session);
    session_log(&session, LOG_INFO, "ends messages=%lu commands=%lu errors=%lu: %s",
                session.messages, session.commands, session.errors, session.over);
    session_reset(&session);
    buf_wipe(&session.line);
}
