#include "secure.h"

bool secure_is_offered(const struct session *session) {
    return session->settings->site.tls != NULL && !stream_is_tls(session->stream);
}

static deadline handshake_end(const struct session *session) {
    return deadline_earlier(deadline_in(1000 * session->settings->bounds.handshake_seconds),
                            session->end);
}

static void shake_hands(struct session *session) {
    struct failure why;
    stream_set_deadline(session->stream, handshake_end(session));
    if (stream_start_tls(session->stream, session->settings->site.tls, NULL, &why) < 0) {
        session_log(session, LOG_WARN, "no TLS: %s", why.text);
        session->over = stream_failure(session->stream);
        return;
    }
    session_restart(session);
    session_log(session, LOG_INFO, "tls=%s", stream_tls_description(session->stream));
}

void secure_starttls(struct session *session, const char *argument) {
    if (*argument != '\0')
        session_reply(session, "501 5.5.4", "STARTTLS takes no argument");
    else if (stream_is_tls(session->stream))
        session_reply(session, "503 5.5.1", "Under TLS already");
    else if (session->settings->site.tls == NULL)
        session_reply(session, "502 5.5.1", "No TLS here: this server has no certificate");
    else if (stream_buffered(session->stream) > 0)
        session_close(session, "421 4.7.0", "Behind STARTTLS nothing may come before its reply");
    else {
        session_reply(session, "220 2.0.0", "Go on with the TLS handshake");
        if (session->over == NULL)
            shake_hands(session);
    }
}
