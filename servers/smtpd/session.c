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

#define REPLY_LIMIT 510 /* octets before CR LF, RFC 5321 §4.5.3.1.5 */

/* Writes one reply line into the stream; `text` is changed where it must not go out as it is. */
static void write_line(struct session *session, const char *status, char separator, char *text) {
    for (char *byte = text; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = '?';
    const char *enhanced = strlen(status) > 4 ? status + 4 : "";
    int room = REPLY_LIMIT - 4 - (int)strlen(enhanced) - 1;
    if (stream_printf(session->visit.stream, "%.3s%c%s%s%.*s\r\n", status, separator, enhanced,
                      *enhanced == '\0' ? "" : " ", room, text) < 0)
        session->visit.over = stream_failure(session->visit.stream);
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
        session->visit.errors++;
        visit_log(&session->visit, LOG_WARN, "refused \"%s %s\" command=\"%s\"", status, text,
                  commands_show(&session->visit.line, command));
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
    session->visit.over = text;
}

void session_lost(struct session *session, enum stream_result result) {
    static const char *const statuses[] = {
        [VISIT_SILENT] = "421 4.4.2",
        [VISIT_TOO_OLD] = "421 4.4.2",
        [VISIT_STOPPED] = "421 4.3.2", /* RFC 3463 §3.4 */
    };
    enum visit_loss loss = visit_lost(&session->visit, result);
    if (loss != VISIT_GONE)
        session_close(session, statuses[loss], session->visit.over);
}

bool session_look(struct session *session, const char **bytes, size_t *count) {
    visit_wait(&session->visit);
    enum stream_result result = stream_look(session->visit.stream, bytes, count);
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

/* Only AUTH may have lines that are longer than others (RFC 4954 §4). */
static bool is_too_long(const struct session *session, enum stream_result result) {
    return result == STREAM_TOO_LONG || (session->visit.line.length > session->settings->line - 2 &&
                                         !commands_is(&session->visit.line, "AUTH"));
}

static void refuse_too_long(struct session *session) {
    if (commands_is(&session->visit.line, "AUTH"))
        auth_refuse_too_long(session);
    else
        session_reply(session, "500 5.5.2", "Line too long: the limit is %zu octets",
                      session->settings->line);
}

/* One line of the peer, whatever it is, gets its one reply. */
static void answer(struct session *session, enum stream_result result) {
    const struct settings *settings = session->settings;
    if (++session->visit.commands > settings->bounds.commands)
        session_close(session, "421 4.7.0", "Too many commands");
    else if (session->visit.errors >= settings->bounds.errors)
        session_close(session, "421 4.7.0", "Too many errors");
    else if ((is_too_long(session, result) || result == STREAM_BARE_LF ||
              visit_has_control(&session->visit)) &&
             chunk_is_spoilt(&session->visit.line))
        chunk_refuse(session);
    else if (is_too_long(session, result))
        refuse_too_long(session);
    else if (result == STREAM_BARE_LF)
        session_reply(session, "500 5.5.2", "A command ends in CR LF, not in LF alone");
    else if (visit_has_control(&session->visit))
        session_reply(session, "500 5.5.2", "Control character in the command");
    else
        commands_run(session);
}

static void converse(struct session *session) {
    session_reply(session, "220", "%s ESMTP Mailwire", session->settings->site.hostname);
    while (session->visit.over == NULL) {
        visit_wait(&session->visit);
        enum stream_result result = stream_read_line(session->visit.stream, &session->visit.line,
                                                     session->visit.line.limit);
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
    struct session session = {.service = service, .settings = settings, .state = SESSION_NEW};
    visit_begin(&session.visit, stream, number, &settings->bounds,
                (settings->line > SASL_LINE_LIMIT ? settings->line : SASL_LINE_LIMIT) - 2);
    converse(&session);
    visit_log(&session.visit, LOG_INFO, "ends messages=%lu commands=%lu errors=%lu: %s",
              session.messages, session.visit.commands, session.visit.errors, session.visit.over);
    session_reset(&session);
    visit_end(&session.visit);
}
