#include "session.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

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
    {"timeout", "SECONDS",
     "how long to wait for the connection, and for each reply\n(standard: 300)", take_timeout},
    {NULL, NULL, NULL, NULL},
};

struct stream *session_connect(struct session *session, struct failure *why) {
    if (encrypt_prepare(&session->encrypt, why) < 0)
        return NULL;
    return stream_connect(session->host, session->port, deadline_in(session->timeout_ms), why);
}
