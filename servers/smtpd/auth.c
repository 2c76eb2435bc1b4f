#include "auth.h"
#include "mailbox.h"
#include "sasl.h"
#include "secure.h"
#include <string.h>

static bool is_safe(const struct session *session) {
    return bounds_may_ask(&session->settings->bounds, session->visit.stream);
}

bool auth_is_offered(const struct session *session) {
    return session->account == NULL && is_safe(session);
}

void auth_refuse_too_long(struct session *session) {
    session_reply(session, "500 5.5.6", "Line of AUTH too long: the limit is %d octets",
                  SASL_LINE_LIMIT);
    buf_wipe(&session->visit.line);
}

bool auth_is_missing(struct session *session) {
    if (!session->service->submission || session->account != NULL)
        return false;
    if (is_safe(session))
        session_reply(session, "530 5.7.0", "Say who you are first: AUTH");
    else
        session_reply(session, "530 5.7.0", "TLS first, then say who you are: STARTTLS, AUTH");
    return true;
}

bool auth_may_send_as(const struct session *session, const struct address *sender) {
    bool null_path = *sender->local == '\0' && *sender->domain == '\0';
    return session->account == NULL || null_path ||
           mailbox_find(session->settings, sender->local, sender->domain) == session->account;
}

/* Why AUTH with this mechanism cannot begin: refuses it, and returns false. */
static bool may_begin(struct session *session, bool known) {
    if (session->account != NULL)
        session_reply(session, "503 5.5.1", "Authenticated as %s already",
                      session->account->address);
    else if (!session->esmtp)
        session_reply(session, "503 5.5.1", "EHLO comes first");
    else if (!known)
        session_reply(session, "504 5.5.4", "Mechanism not known here; these are: %s",
                      sasl_mechanisms);
    else if (!is_safe(session)) /* RFC 5248 §2.4: 538 with 5.7.11 */
        session_reply(session, "538 5.7.11", "No password in clear: %s",
                      secure_is_offered(session) ? "STARTTLS first" : "and there is no TLS here");
    else if (session->visit.failures >= session->settings->bounds.auth_failures)
        session_close(session, "421 4.7.0", "Too many wrong passwords");
    else
        return true;
    return false;
}

/* Reads the next line of the exchange. false: it has been refused, or the session is over. */
static bool read_answer(struct session *session, struct buf *line) {
    visit_wait(&session->visit);
    enum stream_result result = stream_read_line(session->visit.stream, line, line->limit);
    if (result == STREAM_TOO_LONG)
        auth_refuse_too_long(session);
    else if (result == STREAM_BARE_LF)
        session_reply(session, "501 5.5.2", "A line ends in CR LF, not in LF alone");
    else if (result != STREAM_OK)
        session_lost(session, result);
    return result == STREAM_OK;
}

/* Goes on until the client has said all. false: it has been refused, or the session is over. */
static bool converse(struct session *session, struct sasl *sasl, enum sasl_result result,
                     struct buf *line) {
    while (result == SASL_CHALLENGE) {
        session_reply(session, "334", "%s", sasl_challenge(sasl));
        if (session->visit.over != NULL || !read_answer(session, line))
            return false;
        result = sasl_answer(sasl, line->bytes, line->length);
    }
    if (result == SASL_CANCELLED)
        session_reply(session, "501 5.7.0", "Cancelled");
    else if (result == SASL_MALFORMED)
        session_reply(session, "501 5.5.2", "Not base64, or not what %s wants to hear",
                      sasl_name(sasl));
    return result == SASL_DONE;
}

static void refuse_password(struct session *session, const struct sasl *sasl) {
    const struct settings *settings = session->settings;
    unsigned before = session->visit.failures++;
    visit_log(&session->visit, LOG_WARN, "login failed user=%s mechanism=%s client=%s failures=%u",
              bounds_name(settings->site.accounts, sasl->user.bytes), sasl_name(sasl),
              stream_peer(session->visit.stream)->host, session->visit.failures);
    bounds_delay(&settings->bounds, session->visit.stream, before, session->visit.end);
    session_reply(session, "535 5.7.8", "Wrong user name or password");
}

static void log_in(struct session *session, const struct sasl *sasl) {
    session->account = sasl_login(sasl, session->settings->site.accounts);
    if (session->account == NULL) {
        refuse_password(session, sasl);
        return;
    }
    visit_log(&session->visit, LOG_INFO, "login user=%s mechanism=%s", session->account->address,
              sasl_name(sasl));
    session_reply(session, "235 2.7.0", "Authenticated as %s", session->account->address);
}

void auth_run(struct session *session, const char *argument) {
    size_t length = strcspn(argument, " ");
    const char *initial = argument[length] == ' ' ? argument + length + 1 : NULL;
    if (length == 0 || (initial != NULL && (*initial == '\0' || strchr(initial, ' ') != NULL))) {
        session_reply(session, "501 5.5.4", "Syntax: AUTH mechanism [initial-response]");
        return;
    }
    struct sasl sasl;
    struct buf line;
    buf_init(&line, SASL_LINE_LIMIT - 2);
    if (may_begin(session, sasl_begin(&sasl, argument, length) == 0)) {
        enum sasl_result result =
            sasl_initial(&sasl, initial, initial == NULL ? 0 : strlen(initial));
        if (converse(session, &sasl, result, &line))
            log_in(session, &sasl);
    }
    sasl_end(&sasl);
    buf_wipe(&line);
    buf_wipe(&session->visit.line); /* it may hold the initial response */
}
