#include "chunk.h"
#include "reception.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool chunk_is_spoilt(const struct buf *line) {
    return line->length >= 4 && strncasecmp(line->bytes, "BDAT", 4) == 0 &&
           isalnum((unsigned char)line->bytes[4]) == 0;
}

void chunk_refuse(struct session *session) {
    session_close(session, "421 4.5.4",
                  "Not BDAT octets [LAST]: where the next command begins is "
                  "not clear");
}

/* chunk-size [SP "LAST"], and nothing else: 1*DIGIT (RFC 3030 §2). */
static bool parse(const char *argument, unsigned long long *size, bool *last) {
    size_t digits = strspn(argument, "0123456789");
    char *end;
    errno = 0;
    *size = strtoull(argument, &end, 10);
    *last = strcasecmp(argument + digits, " LAST") == 0;
    return digits > 0 && errno == 0 && end == argument + digits && (*last || *end == '\0');
}

/* Reads the chunk, into the message or (NULL) into nowhere. false: the session is over before it.
 */
static bool take(struct session *session, struct reception *reception, unsigned long long size) {
    while (size > 0) {
        const char *bytes;
        size_t count;
        if (!session_look(session, &bytes, &count))
            return false;
        if (count > size)
            count = (size_t)size;
        if (reception != NULL)
            reception_take(session, reception, bytes, count);
        stream_consume(session->visit.stream, count);
        size -= count;
    }
    return true;
}

/* The first chunk begins the message. false: it cannot, and its octets are still to be read. */
static bool may_begin(const struct session *session) {
    return session->state == SESSION_CHUNKS ||
           (session->state == SESSION_ENVELOPE && session->envelope.count > 0);
}

static void refuse_chunk(struct session *session, unsigned long long size) {
    bool nobody = session->state == SESSION_ENVELOPE;
    if (!take(session, NULL, size))
        return;
    if (nobody)
        session_reply(session, "554 5.5.1", "No valid recipients");
    else
        session_reply(session, "503 5.5.1", "MAIL and RCPT come first");
}

void chunk_bdat(struct session *session, const char *argument) {
    unsigned long long size;
    bool last;
    if (!parse(argument, &size, &last)) {
        chunk_refuse(session);
        return;
    }
    if (!may_begin(session)) {
        refuse_chunk(session, size);
        return;
    }
    if (session->reception == NULL) {
        session->reception = reception_begin(session, true);
        session->state = SESSION_CHUNKS;
    }
    bool refused = session->reception == NULL; /* its reply waits in the stream */
    if (!take(session, session->reception, size))
        return;
    if (!refused && (last || reception_is_lost(session, session->reception)))
        reception_conclude(session, session->reception);
    else if (!refused)
        session_reply(session, "250 2.0.0", "%llu octets taken", size);
    if (refused || last || reception_is_lost(session, session->reception))
        session_reset(session);
}
