#include "pop3_session.h"
#include "password.h"

int pop3_session_check(const struct pop3_session *session, struct failure *why) {
    if (encrypt_check(&session->session.encrypt, "--stls", why) < 0)
        return -1;
    return login_check(&session->login, "--user", why);
}

int pop3_session_tls(struct pop3_session *session, struct pop3 *pop3, struct failure *why) {
    struct tls_context *context = encrypt_context(&session->session.encrypt, why);
    if (context == NULL)
        return -1;
    if (pop3_begin_tls(pop3, context, session->session.host) < 0)
        return failure_set(why, "%s", pop3->why.text);
    return 0;
}

int pop3_session_stls(struct pop3_session *session, struct pop3 *pop3, struct failure *why) {
    struct tls_context *context = encrypt_context(&session->session.encrypt, why);
    if (context == NULL)
        return -1;
    int result = pop3_stls(pop3, context, session->session.host);
    if (result < 0)
        return failure_set(why, "%s", pop3->why.text);
    if (result != POP3_OK)
        return failure_set(why, "no TLS, so nothing else was sent: the server said %s",
                           pop3->answer.text);
    return 0;
}

int pop3_session_connect(struct pop3_session *session, struct pop3 *pop3, struct failure *why) {
    *pop3 = (struct pop3){.timeout_ms = session->session.timeout_ms, .answer.result = -1};
    pop3->stream = session_connect(&session->session, why);
    if (pop3->stream == NULL)
        return -1;
    pop3->reader.stream = pop3->stream;
    if (!session->session.encrypt.implicit || pop3_session_tls(session, pop3, why) == 0)
        return 0;
    stream_close(pop3->stream); /* in order: the server is to hear why, in an alert */
    pop3->stream = NULL;
    return -1;
}

/* The outcome in words, and a good-bye to a server that still listens. 0 or -1. */
static int conclude(const struct login *login, struct pop3 *pop3, int result, struct failure *why) {
    if (result == POP3_OK)
        return 0;
    if (result < 0)
        failure_set(why, "no login: %s", pop3->why.text);
    else
        failure_set(why, "the server refused the login of %s: %s", login->user, pop3->answer.text);
    if (pop3->answer.result >=
        0) /* the last command was answered: it is the server's turn to read */
        pop3_quit(pop3);
    return -1;
}

static int log_in(struct pop3_session *session, struct pop3 *pop3, struct repl *repl,
                  struct failure *why) {
    const struct login_place place = {"pop3",   session->session.host, "USER and PASS",
                                      "--stls", pop3->stream,          repl};
    struct buf password;
    buf_init(&password, PASSWORD_LIMIT);
    int result = login_password(&session->login, &place, &password, why);
    if (result == 0)
        result = conclude(
            &session->login, pop3,
            pop3_login(pop3, session->login.user, password.bytes != NULL ? password.bytes : ""),
            why);
    buf_wipe(&password);
    return result;
}

int pop3_session_begin(struct pop3_session *session, struct pop3 *pop3, struct repl *repl,
                       struct failure *why) {
    int result = pop3_read_answer(pop3);
    if (result < 0)
        return failure_set(why, "%s", pop3->why.text);
    if (result != POP3_OK)
        return failure_set(why, "the server offers no service: %s", pop3->answer.text);
    if (session->session.encrypt.upgrade && pop3_session_stls(session, pop3, why) < 0)
        return -1;
    return login_wanted(&session->login) ? log_in(session, pop3, repl, why) : 0;
}

bool pop3_session_has_orders(const struct pop3_session *session) {
    return session->session.encrypt.upgrade || login_wanted(&session->login);
}
