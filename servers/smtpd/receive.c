#include "receive.h"
#include "reception.h"

/* Reads to the end of the message. false: the session is over before it. */
static bool take_all(struct session *session, struct reception *reception) {
    while (!reception_is_whole(reception)) {
        const char *bytes;
        size_t count;
        if (!session_look(session, &bytes, &count))
            return false;
        stream_consume(session->visit.stream, reception_take(session, reception, bytes, count));
    }
    return true;
}

void receive_data(struct session *session, const char *argument) {
    if (*argument != '\0') {
        session_reply(session, "501 5.5.4", "DATA takes no argument");
        return;
    }
    if (session->envelope.count == 0) {
        session_reply(session, "554 5.5.1", "No valid recipients");
        return;
    }
    struct reception *reception = reception_begin(session, false);
    if (reception == NULL)
        return;
    session_reply(session, "354", "Send the message; a dot on a line of its own ends it");
    if (session->visit.over == NULL && take_all(session, reception))
        reception_conclude(session, reception);
    reception_end(reception);
    session_reset(session);
}
