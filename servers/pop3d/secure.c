#include "secure.h"

bool secure_is_offered(const struct session *session) {
    return session->settings->site.tls != NULL && !stream_is_tls(session->visit.stream);
}

void secure_stls(struct session *session, const char *argument) {
    (void)argument;
    struct visit *visit = &session->visit;
    if (stream_is_tls(visit->stream))
        session_refuse(session, NULL, "Under TLS already");
    else if (session->settings->site.tls == NULL)
        session_refuse(session, NULL, "No TLS here: this server has no certificate");
    else if (session->utf8)
        session_refuse(session, NULL, "STLS comes before UTF8"); /* RFC 6856 §2.1 */
    else if (stream_buffered(visit->stream) > 0)
        session_close(session, NULL, "Behind STLS nothing may come before its reply");
    else {
        session_ok(session, "Go on with the TLS handshake");
        if (visit->over == NULL && visit_start_tls(visit, session->settings->site.tls) == 0)
            session_restart(session);
    }
}
