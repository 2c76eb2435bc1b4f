#include "session.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void session_free(struct session *session) {
    for (size_t i = 0; i < session->count; i++)
        buf_free(&session->steps[i].bytes);
    free(session->steps);
    *session = (struct session){0};
}

static bool fits(const struct session_step *step, bool visitor) {
    switch (step->kind) {
    case SESSION_LINE:
    case SESSION_BYTES:
    case SESSION_CLOSE:
        return true;
    case SESSION_DRIP:
    case SESSION_TLS:
    case SESSION_CUT:
    case SESSION_RESET:
        return step->server != visitor;
    case SESSION_END:
        return !visitor;
    case SESSION_STOP:
    case SESSION_KILL:
    case SESSION_RESTART:
    case SESSION_CHANGE:
        return visitor;
    }
    return false;
}

int session_fits(const struct session *session, bool visitor, struct failure *why) {
    for (size_t i = 0; i < session->count; i++) {
        const struct session_step *step = &session->steps[i];
        char words[100];
        if (fits(step, visitor))
            continue;
        session_describe(step, words, sizeof words);
        return failure_set(why, "line %u: \"%s\" is nothing that %s can do", step->line, words,
                           visitor ? "the client of a server lab" : "keyboard or script");
    }
    return 0;
}

bool session_line_matches(const struct session_step *step, const char *line, size_t length) {
    const struct buf *wanted = &step->bytes;
    if (step->any_rest ? length < wanted->length : length != wanted->length)
        return false;
    return wanted->length == 0 || memcmp(line, wanted->bytes, wanted->length) == 0;
}

bool session_client_speaks(const struct session *session) {
    for (size_t i = 0; i < session->count; i++) {
        const struct session_step *step = &session->steps[i];
        if (!step->server && (step->kind == SESSION_LINE || step->kind == SESSION_BYTES))
            return true;
    }
    return false;
}

size_t session_connections(const struct session *session) {
    size_t most = 0;
    for (size_t i = 0; i < session->count; i++)
        if (session->steps[i].connection > most)
            most = session->steps[i].connection;
    return most;
}

void session_describe(const struct session_step *step, char *text, size_t size) {
    static const char *const words[] = {
        [SESSION_LINE] = ":",   [SESSION_BYTES] = "|",      [SESSION_DRIP] = " drip",
        [SESSION_END] = " end", [SESSION_CLOSE] = " close", [SESSION_RESET] = " reset",
        [SESSION_TLS] = " tls", [SESSION_CUT] = " cut",
    };
    enum {
        SHOWN = 60
    };
    struct buf printable;
    buf_init(&printable, 1024);
    size_t length = step->bytes.length < SHOWN ? step->bytes.length : SHOWN;
    text_printable(step->bytes.bytes, length, &printable, NULL);
    char who[24] = ""; /* of no connection: the bytes say it all */
    if (step->connection == 1)
        snprintf(who, sizeof who, "%c", step->server ? 'S' : 'C');
    else if (step->connection > 1)
        snprintf(who, sizeof who, "%c%zu", step->server ? 'S' : 'C', step->connection);
    const char *word = step->connection > 0 ? words[step->kind] : "";
    snprintf(text, size, "%s%s%s%s%s%s", who, word, *word != '\0' && length > 0 ? " " : "",
             printable.length > 0 ? printable.bytes : "", step->any_rest ? "*" : "",
             length < step->bytes.length ? "..." : "");
    buf_free(&printable);
}
