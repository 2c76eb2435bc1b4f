#include "session.h"
#include "explain.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int take_name(void *into, const char *value, struct failure *why) {
    struct session *session = into;
    if (value[0] == '\0' || strlen(value) >= sizeof session->name)
        return failure_set(why, "must have 1 to %d bytes", SESSION_NAME_SIZE - 1);
    snprintf(session->name, sizeof session->name, "%s", value);
    return 0;
}

static int take_timeout(void *into, const char *value, struct failure *why) {
    struct session *session = into;
    char *end;
    errno = 0;
    long seconds = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || seconds < 1 || seconds > INT_MAX / 1000)
        return failure_set(why, "%s is no number of seconds", value);
    session->timeout_ms = (int)seconds * 1000;
    return 0;
}

const struct option_row session_options[] = {
    {"name", "NAME", "how to greet the server (standard: the host's name)", take_name},
    {"timeout", "SECONDS",
     "how long to wait for the connection, and for each reply\n(standard: 300)", take_timeout},
    {NULL, NULL, NULL, NULL},
};

/* Our name for EHLO (RFC 5321 §4.1.4): the host's, or, when that is no full one, our address. */
static void find_name(const struct stream *stream, char name[SESSION_NAME_SIZE]) {
    if (name[0] != '\0' ||
        (gethostname(name, SESSION_NAME_SIZE - 1) == 0 && strchr(name, '.') != NULL))
        return;
    const char *address = stream_local(stream)->host;
    snprintf(name, SESSION_NAME_SIZE, "[%s%s]", strchr(address, ':') != NULL ? "IPv6:" : "",
             address);
}

int session_connect(struct session *session, struct smtp *smtp, struct failure *why) {
    *smtp = (struct smtp){.timeout_ms = session->timeout_ms};
    if (encrypt_prepare(&session->encrypt, why) < 0)
        return -1;
    smtp->stream =
        stream_connect(session->host, session->port, deadline_in(session->timeout_ms), why);
    if (smtp->stream == NULL)
        return -1;
    smtp->reader.stream = smtp->stream;
    find_name(smtp->stream, session->name);
    if (encrypt_connect(&session->encrypt, smtp, session->host, why) == 0)
        return 0;
    stream_close(smtp->stream); /* in order: the server is to hear why, in an alert */
    smtp->stream = NULL;
    return -1;
}

int session_begin(struct session *session, struct smtp *smtp, struct repl *repl,
                  struct failure *why) {
    char words[REPLY_LINE_SIZE];
    int code = smtp_read_reply(smtp);
    if (code < 0)
        return failure_set(why, "%s", smtp->why.text);
    if (code != 220)
        return failure_set(why, "the server offers no service: %s",
                           reply_line(&smtp->reply, words));
    if (encrypt_greet(&session->encrypt, smtp, session->host, session->name, why) < 0)
        return -1;
    if (login_wanted(&session->login))
        return login_run(&session->login, smtp, session->host, repl, why);
    return 0;
}

bool session_has_orders(const struct session *session) {
    return session->encrypt.starttls || login_wanted(&session->login);
}
