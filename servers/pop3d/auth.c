#include "auth.h"
#include "sasl.h"
#include "secure.h"
#include <string.h>

bool auth_is_offered(const struct session *session) {
    return bounds_may_ask(&session->settings->bounds, session->visit.stream);
}

/* Why nobody can log in now: refuses it, and returns false. */
static bool may_begin(struct session *session) {
    if (!auth_is_offered(session))
        session_refuse(session, NULL, "No password in clear: %s",
                       secure_is_offered(session) ? "STLS first" : "and there is no TLS here");
    else if (session->visit.failures >= session->settings->bounds.auth_failures)
        session_close(session, "AUTH", "Too many wrong passwords");
    else
        return true;
    return false;
}

/* The delay holds nothing that others need, and a stop ends it. */
static void refuse_password(struct session *session, const char *user, const char *method) {
    struct visit *visit = &session->visit;
    unsigned before = visit->failures++;
    visit_log(visit, LOG_WARN, "login failed user=%s mechanism=%s client=%s failures=%u",
              bounds_name(session->settings->site.accounts, user), method,
              stream_peer(visit->stream)->host, visit->failures);
    bounds_delay(visit->bounds, visit->stream, before, visit->end);
    session_refuse(session, "AUTH", "Wrong user name or password");
}

/* Why there is no maildrop, for the one who wants it and for the operator (RFC 3206). */
static void refuse_maildrop(struct session *session, int result, const struct failure *why) {
    if (result == MAILDROP_IN_USE) {
        session_fail(session, "IN-USE", "Another session has your maildrop; try again later");
        return;
    }
    visit_log(&session->visit, LOG_ERROR, "no maildrop: %s", why->text);
    if (result == MAILDROP_UNFIT)
        session_fail(session, "SYS/PERM", "Your maildrop cannot be read: tell the postmaster");
    else
        session_fail(session, "SYS/TEMP", "Your maildrop cannot be read now; try again later");
}

/* The password was right. */
static void enter(struct session *session, const struct account *account, const char *method) {
    struct failure why;
    char path[PATH_MAX];
    int result = site_mailbox(&session->settings->site, account, path, &why) < 0
                     ? MAILDROP_UNFIT
                     : maildrop_open(path, &session->maildrop, &why);
    if (result != MAILDROP_OPEN) {
        refuse_maildrop(session, result, &why);
        return;
    }
    session->account = account;
    session->state = SESSION_TRANSACTION;
    struct maildrop_total total = maildrop_total(session->maildrop);
    visit_log(&session->visit, LOG_INFO, "login user=%s mechanism=%s messages=%zu octets=%llu",
              account->address, method, total.messages, total.octets);
    session_ok(session, "%zu messages, %llu octets", total.messages, total.octets);
}

void auth_user(struct session *session, const char *argument) {
    buf_wipe(&session->user);
    if (!may_begin(session))
        return;
    if (*argument == '\0')
        session_refuse(session, NULL, "Syntax: USER name");
    else if (buf_append(&session->user, argument, strlen(argument)) < 0 ||
             site_complete(&session->settings->site, &session->user) < 0)
        session_refuse(session, NULL, "That name is too long");
    else
        session_ok(session, "And the password?");
}

void auth_pass(struct session *session, const char *argument) {
    if (!may_begin(session))
        return;
    if (session->user.length == 0) {
        session_refuse(session, NULL, "USER comes first");
        return;
    }
    const struct account *account =
        accounts_login(session->settings->site.accounts, session->user.bytes, argument);
    if (account == NULL)
        refuse_password(session, session->user.bytes, "PASS");
    else
        enter(session, account, "PASS");
    buf_wipe(&session->user); /* PASS comes right behind USER */
}

static void list_mechanisms(struct session *session) {
    session_ok(session, "These mechanisms");
    for (const char *name = sasl_mechanisms; *name != '\0';) {
        size_t length = strcspn(name, " ");
        session_write(session, name, length);
        session_write(session, "\r\n", 2);
        name += length + (name[length] == ' ' ? 1 : 0);
    }
    session_write(session, ".\r\n", 3);
}

/* Reads the next line of the exchange. false: it has been refused, or the session is over. */
static bool read_answer(struct session *session, struct buf *line) {
    struct visit *visit = &session->visit;
    visit_wait(visit);
    enum stream_result result = stream_read_line(visit->stream, line, line->limit);
    if (result == STREAM_TOO_LONG)
        session_refuse(session, NULL, "Line of AUTH too long: the limit is %d octets",
                       SASL_LINE_LIMIT);
    else if (result == STREAM_BARE_LF)
        session_refuse(session, NULL, "A line ends in CR LF, not in LF alone");
    else if (result != STREAM_OK)
        session_lost(session, result);
    return result == STREAM_OK;
}

/* Goes on until the client has said all. false: it has been refused, or the session is over. */
static bool converse(struct session *session, struct sasl *sasl, enum sasl_result result,
                     struct buf *line) {
    while (result == SASL_CHALLENGE) {
        const char *challenge = sasl_challenge(sasl);
        session_write(session, "+ ", 2); /* RFC 5034 §4; also before an empty challenge */
        session_write(session, challenge, strlen(challenge));
        session_write(session, "\r\n", 2);
        if (session->visit.over != NULL || !read_answer(session, line))
            return false;
        result = sasl_answer(sasl, line->bytes, line->length);
    }
    if (result == SASL_CANCELLED)
        session_refuse(session, NULL, "Cancelled");
    else if (result == SASL_MALFORMED)
        session_refuse(session, NULL, "Not base64, or not what %s wants to hear", sasl_name(sasl));
    return result == SASL_DONE;
}

static void log_in(struct session *session, struct sasl *sasl) {
    const struct site *site = &session->settings->site;
    const struct account *account = NULL;
    if (site_complete(site, &sasl->user) == 0 &&
        (sasl->authorizes.length == 0 || site_complete(site, &sasl->authorizes) == 0))
        account = sasl_login(sasl, site->accounts);
    if (account == NULL)
        refuse_password(session, sasl->user.bytes, sasl_name(sasl));
    else
        enter(session, account, sasl_name(sasl));
}

void auth_sasl(struct session *session, const char *argument) {
    if (!may_begin(session))
        return;
    size_t length = strcspn(argument, " ");
    const char *initial = argument[length] == ' ' ? argument + length + 1 : NULL;
    if (*argument == '\0') {
        list_mechanisms(session);
        return;
    }
    if (initial != NULL && (*initial == '\0' || strchr(initial, ' ') != NULL)) {
        session_refuse(session, NULL, "Syntax: AUTH mechanism [initial-response]");
        return;
    }
    struct sasl sasl;
    if (sasl_begin(&sasl, argument, length) < 0) {
        session_refuse(session, NULL, "Mechanism not known here; these are: %s", sasl_mechanisms);
        return;
    }
    struct buf line;
    buf_init(&line, SASL_LINE_LIMIT - 2);
    enum sasl_result result = sasl_initial(&sasl, initial, initial == NULL ? 0 : strlen(initial));
    if (converse(session, &sasl, result, &line))
        log_in(session, &sasl);
    sasl_end(&sasl);
    buf_wipe(&line);
}
