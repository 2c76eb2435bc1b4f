#include "session.h"
#include "auth.h"
#include "commands.h"
#include "sasl.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLY_LIMIT 510 /* octets before CR LF: RFC 2449 §4 */

static void __attribute__((format(printf, 4, 0)))
write_line(struct session *session, const char *status, const char *code, const char *format,
           va_list arguments) {
    char line[REPLY_LIMIT + 1];
    int used = code == NULL ? snprintf(line, sizeof line, "%s ", status)
                            : snprintf(line, sizeof line, "%s [%s] ", status, code);
    vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    for (char *byte = line; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = '?';
    if (*status == '-') {
        char command[COMMANDS_SHOWN];
        visit_log(&session->visit, LOG_WARN, "refused \"%s\" command=\"%s\"", line,
                  commands_show(&session->visit.line, command));
    }
    session_write(session, line, strlen(line));
    session_write(session, "\r\n", 2);
}

void session_ok(struct session *session, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(session, "+OK", NULL, format, arguments);
    va_end(arguments);
}

void session_refuse(struct session *session, const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    session->visit.errors++;
    write_line(session, "-ERR", code, format, arguments);
    va_end(arguments);
}

void session_fail(struct session *session, const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(session, "-ERR", code, format, arguments);
    va_end(arguments);
}

void session_close(struct session *session, const char *code, const char *text) {
    session_refuse(session, code, "%s, closing connection", text);
    session->visit.over = text;
}

void session_write(struct session *session, const void *bytes, size_t count) {
    struct visit *visit = &session->visit;
    if (stream_write(visit->stream, bytes, count) < 0 && visit->over == NULL)
        visit->over = stream_failure(visit->stream);
}

void session_lost(struct session *session, enum stream_result result) {
    /* When the timer expires, the connection is closed without a word (RFC 1939 §3). */
    if (visit_lost(&session->visit, result) == VISIT_STOPPED)
        session_fail(session, "SYS/TEMP", "The server stops");
}

void session_restart(struct session *session) {
    session->utf8 = false;
    buf_wipe(&session->user);
}

/* Only AUTH's lines may be longer than others; those of its exchange are read in auth.c. */
static bool is_too_long(const struct session *session, enum stream_result result) {
    return result == STREAM_TOO_LONG || session->visit.line.length > session->settings->line - 2;
}

/* One line of the client, whatever it is, gets its one reply. */
static void answer(struct session *session, enum stream_result result) {
    struct visit *visit = &session->visit;
    if (++visit->commands > visit->bounds->commands)
        session_close(session, "SYS/PERM", "Too many commands");
    else if (visit->errors >= visit->bounds->errors)
        session_close(session, "SYS/PERM", "Too many errors");
    else if (is_too_long(session, result))
        session_refuse(session, NULL, "Line too long: the limit is %zu octets",
                       session->settings->line);
    else if (result == STREAM_BARE_LF)
        session_refuse(session, NULL, "A command ends in CR LF, not in LF alone");
    else if (visit_has_control(visit))
        session_refuse(session, NULL, "Control character in the command");
    else
        commands_run(session);
}

static void converse(struct session *session) {
    struct visit *visit = &session->visit;
    session_ok(session, "%s POP3 Mailwire", session->settings->site.hostname);
    while (visit->over == NULL) {
        visit_wait(visit);
        enum stream_result result =
            stream_read_line(visit->stream, &visit->line, visit->line.limit);
        bool line = result == STREAM_OK || result == STREAM_BARE_LF || result == STREAM_TOO_LONG;
        if (line)
            answer(session, result);
        else
            session_lost(session, result);
    }
}

void session_run(struct stream *stream, unsigned long number, void *context) {
    const struct settings *settings = context;
    struct session session = {.settings = settings, .state = SESSION_AUTHORIZATION};
    visit_begin(&session.visit, stream, number, &settings->bounds, settings->line);
    buf_init(&session.user, settings->line + 256); /* a domain may be added */
    converse(&session);
    visit_log(&session.visit, LOG_INFO,
              "ends retrieved=%lu removed=%zu commands=%lu errors=%lu: %s", session.retrieved,
              session.removed, session.visit.commands, session.visit.errors, session.visit.over);
    maildrop_close(session.maildrop);
    buf_wipe(&session.user);
    visit_end(&session.visit);
}
