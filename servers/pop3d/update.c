#include "update.h"
#include "number.h"

void update_dele(struct session *session, const char *argument) {
    size_t number = number_message(session, argument);
    if (number == 0)
        return;
    maildrop_delete(session->maildrop, number);
    session_ok(session, "Message %zu is removed at QUIT", number);
}

void update_rset(struct session *session, const char *argument) {
    (void)argument;
    maildrop_reset(session->maildrop);
    struct maildrop_total total = maildrop_total(session->maildrop);
    session_ok(session, "%zu messages, %llu octets", total.messages, total.octets);
}

void update_remove(struct session *session) {
    struct failure why;
    int status = maildrop_remove(session->maildrop, &session->removed, &why);
    maildrop_close(session->maildrop); /* before the reply: the next session may follow at once */
    session->maildrop = NULL;
    if (status < 0) {
        visit_log(&session->visit, LOG_ERROR, "not all is removed: %s", why.text);
        session_fail(session, "SYS/TEMP", "Some deleted messages are not removed");
    } else {
        session_ok(session, "%s says goodbye, %zu messages removed",
                   session->settings->site.hostname, session->removed);
    }
    session->visit.over = "quit";
}
