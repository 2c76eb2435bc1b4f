#include "smtp_session.h"
#include "secure.h"
#include "smtp_explain.h"
#include <string.h>
#include <unistd.h>

static int take_name(void *into, const char *value, struct failure *why) {
    struct smtp_session *session = into;
    if (value[0] == '\0' || strlen(value) >= sizeof session->name)
        return failure_set(why, "must have 1 to %d bytes", SMTP_SESSION_NAME_SIZE - 1);
    snprintf(session->name, sizeof session->name, "%s", value);
    return 0;
}

const struct option_row smtp_session_options[] = {
    {"name", "NAME", "how to greet the server (standard: the host's name)", take_name},
    {NULL, NULL, NULL, NULL},
};

/* Our name for EHLO (RFC 5321 §4.1.4): the host's, or, when that is no full one, our address. */
static void find_name(const struct stream *stream, char name[SMTP_SESSION_NAME_SIZE]) {
    if (name[0] != '\0' ||
        (gethostname(name, SMTP_SESSION_NAME_SIZE - 1) == 0 && strchr(name, '.') != NULL))
        return;
    const char *address = stream_local(stream)->host;
    snprintf(name, SMTP_SESSION_NAME_SIZE, "[%s%s]", strchr(address, ':') != NULL ? "IPv6:" : "",
             address);
}

int smtp_session_tls(struct smtp_session *session, struct smtp *smtp, struct failure *why) {
    struct tls_context *context = encrypt_context(&session->session.encrypt, why);
    if (context == NULL)
        return -1;
    if (secure_begin(smtp, context, session->session.host) < 0)
        return failure_set(why, "%s", smtp->why.text);
    return 0;
}

int smtp_session_connect(struct smtp_session *session, struct smtp *smtp, struct failure *why) {
    *smtp = (struct smtp){.timeout_ms = session->session.timeout_ms};
    smtp->stream = session_connect(&session->session, why);
    if (smtp->stream == NULL)
        return -1;
    smtp->reader.stream = smtp->stream;
    find_name(smtp->stream, session->name);
    if (!session->session.encrypt.implicit || smtp_session_tls(session, smtp, why) == 0)
        return 0;
    stream_close(smtp->stream); /* in order: the server is to hear why, in an alert */
    smtp->stream = NULL;
    return -1;
}

/* smtp_greet, or with --starttls smtp_greet_secure, and smtp->ehlo is the answer. 0; or -1:
   refused, STARTTLS refused or not offered, no TLS. */
static int greet(struct smtp_session *session, struct smtp *smtp, struct failure *why) {
    const struct encrypt *encrypt = &session->session.encrypt;
    char words[REPLY_LINE_SIZE];
    int code = encrypt->upgrade
                   ? smtp_greet_secure(smtp, encrypt->context, session->session.host, session->name)
                   : smtp_greet(smtp, session->name);
    if (code < 0)
        return failure_set(why, "%s", smtp->why.text);
    if (code != 250 && encrypt->upgrade && !stream_is_tls(smtp->stream))
        return failure_set(why, "no TLS, so nothing was sent: the server said %s",
                           reply_line(&smtp->reply, words));
    if (code != 250)
        return failure_set(why, "the server refused the greeting of %s: %s", session->name,
                           reply_line(&smtp->reply, words));
    if (!encrypt->upgrade)
        smtp->ehlo = smtp->reply;
    return 0;
}

int smtp_session_begin(struct smtp_session *session, struct smtp *smtp, struct repl *repl,
                       struct failure *why) {
    char words[REPLY_LINE_SIZE];
    int code = smtp_read_reply(smtp);
    if (code < 0)
        return failure_set(why, "%s", smtp->why.text);
    if (code != 220)
        return failure_set(why, "the server offers no service: %s",
                           reply_line(&smtp->reply, words));
    if (greet(session, smtp, why) < 0)
        return -1;
    if (login_wanted(&session->login.who))
        return smtp_login_run(&session->login, smtp, session->session.host, repl, why);
    return 0;
}

bool smtp_session_has_orders(const struct smtp_session *session) {
    return session->session.encrypt.upgrade || login_wanted(&session->login.who);
}
