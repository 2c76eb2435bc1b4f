#include "secure.h"

bool secure_is_offered(const struct session *session) {
    return session->settings->site.tls != NULL && !stream_is_tls(session->visit.stream);
}

void secure_starttls(struct session *session, const char *argument) {
    if (*argument != '\0')
        session_reply(session, "501 5.5.4", "STARTTLS takes no argument");
    else if (stream_is_tls(session->visit.stream))
        session_reply(session, "503 5.5.1", "Under TLS already");
    else if (session->settings->site.tls == NULL)
        session_reply(session, "502 5.5.1", "No TLS here: this server has no certificate");
    else if (stream_buffered(session->visit.stream) > 0)
        session_close(session, "421 4.7.0", "Behind STARTTLS nothing may come before its reply");
    else {
        session_reply(session, "220 2.0.0", "Go on with the TLS handshake");
        if (session->visit.over == NULL &&
            visit_start_tls(&session->visit, session->settings->site.tls) == 0)
            session_restart(session);
    }
}
