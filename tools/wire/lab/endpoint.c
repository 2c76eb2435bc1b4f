#include "endpoint.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

enum {
    DRIP_MS = 500, /* between two drips: session.h */
};

/* A step that is being played. */
struct play {
    struct endpoint *endpoint;
    const struct session_step *step;
    char *report;
    size_t size;
};

void endpoint_init(struct endpoint *endpoint, int socket, bool server, deadline until) {
    *endpoint = (struct endpoint){.channel = {.socket = socket}, .server = server, .until = until};
    buf_init(&endpoint->received, SESSION_BYTES_LIMIT + 65536);
}

enum endpoint_outcome endpoint_missed(const struct session_step *step, const char *words,
                                      char *report, size_t size) {
    char wanted[100];
    session_describe(step, wanted, sizeof wanted);
    snprintf(report, size, "line %u: waited for \"%s\", %s", step->line, wanted, words);
    return ENDPOINT_FAILED;
}

enum endpoint_outcome endpoint_lost(const struct session_step *step, char *report, size_t size) {
    char unsaid[100];
    session_describe(step, unsaid, sizeof unsaid);
    snprintf(report, size, "line %u: could not say \"%s\": the server has closed the connection",
             step->line, unsaid);
    return ENDPOINT_FAILED;
}

static const char *other_end(const struct endpoint *endpoint) {
    return endpoint->server ? "client" : "server";
}

/* `words` go on behind "the client ". */
static enum endpoint_outcome fail(const struct play *play, const char *words) {
    char sentence[300];
    snprintf(sentence, sizeof sentence, "the %s %s", other_end(play->endpoint), words);
    return endpoint_missed(play->step, sentence, play->report, play->size);
}

static enum endpoint_outcome fail_but(const struct play *play, const char *words) {
    char sentence[300];
    snprintf(sentence, sizeof sentence, "but the %s %s", other_end(play->endpoint), words);
    return endpoint_missed(play->step, sentence, play->report, play->size);
}

/* Takes what has come. false: nothing came in time (until), or the other end has closed. */
static bool receive(struct endpoint *endpoint, deadline until) {
    if (endpoint->ended)
        return false;
    enum channel_result result = channel_receive(&endpoint->channel, &endpoint->received, until);
    endpoint->ended = result == CHANNEL_ENDED;
    return result == CHANNEL_FINE;
}

static enum endpoint_outcome send_bytes(const struct play *play, const char *bytes, size_t count) {
    struct endpoint *endpoint = play->endpoint;
    switch (channel_send(&endpoint->channel, bytes, count, endpoint->until)) {
    case CHANNEL_FINE:
        return ENDPOINT_FINE;
    case CHANNEL_LATE:
        return fail_but(play, "does not read");
    default:
        return ENDPOINT_GONE;
    }
}

/* In one piece, the line end of a line with it. */
static enum endpoint_outcome send_step(const struct play *play) {
    const struct buf *bytes = &play->step->bytes;
    struct buf line;
    if (play->step->kind != SESSION_LINE)
        return send_bytes(play, bytes->bytes, bytes->length);
    buf_init(&line, SESSION_BYTES_LIMIT + 2);
    enum endpoint_outcome outcome =
        buf_append(&line, bytes->bytes, bytes->length) < 0 || buf_append(&line, "\r\n", 2) < 0
            ? endpoint_missed(play->step, "but there is not enough memory", play->report,
                              play->size)
            : send_bytes(play, line.bytes, line.length);
    buf_free(&line);
    return outcome;
}

static enum endpoint_outcome wrong_line(const struct play *play, const char *line, size_t length) {
    enum {
        SHOWN = 80
    };
    struct buf words;
    buf_init(&words, 1000);
    buf_printf(&words, "sent \"");
    text_printable(line, length < SHOWN ? length : SHOWN, &words, NULL);
    buf_printf(&words, "%s\"", length < SHOWN ? "" : "...");
    enum endpoint_outcome outcome = fail(play, words.bytes);
    buf_free(&words);
    return outcome;
}

static enum endpoint_outcome missing(const struct play *play) {
    return fail(play, play->endpoint->ended ? "closed" : "sent no more");
}

static enum endpoint_outcome expect_line(const struct play *play) {
    struct buf *received = &play->endpoint->received;
    size_t searched = 0;
    for (;;) {
        const char *end = searched < received->length ? memchr(received->bytes + searched, '\n',
                                                               received->length - searched)
                                                      : NULL;
        if (end == NULL) {
            searched = received->length;
            if (!receive(play->endpoint, play->endpoint->until))
                return missing(play);
            continue;
        }
        size_t taken = (size_t)(end - received->bytes) + 1;
        size_t length = taken - 1;
        if (length > 0 && received->bytes[length - 1] == '\r')
            length--;
        bool matches = session_line_matches(play->step, received->bytes, length);
        enum endpoint_outcome outcome =
            matches || play->step->skip ? ENDPOINT_FINE : wrong_line(play, received->bytes, length);
        buf_consume(received, taken);
        searched = 0;
        if (matches || outcome != ENDPOINT_FINE)
            return outcome;
    }
}

static enum endpoint_outcome expect_bytes(const struct play *play) {
    struct buf *received = &play->endpoint->received;
    const struct buf *wanted = &play->step->bytes;
    while (received->length < wanted->length)
        if (!receive(play->endpoint, play->endpoint->until))
            return missing(play);
    if (wanted->length > 0 && memcmp(received->bytes, wanted->bytes, wanted->length) != 0)
        return wrong_line(play, received->bytes, wanted->length);
    buf_consume(received, wanted->length);
    return ENDPOINT_FINE;
}

/* Everything that the other end still has to say is read, and passed over. Whether it closed. */
static bool wait_for_close(struct endpoint *endpoint) {
    while (!endpoint->ended) {
        buf_clear(&endpoint->received);
        if (!receive(endpoint, endpoint->until) && !endpoint->ended)
            return false;
    }
    return true;
}

static enum endpoint_outcome drip(const struct play *play) {
    struct endpoint *endpoint = play->endpoint;
    while (!endpoint->ended && deadline_left(endpoint->until) > 0) {
        enum endpoint_outcome outcome = send_step(play);
        if (outcome != ENDPOINT_FINE)
            return outcome;
        deadline next = deadline_earlier(endpoint->until, deadline_in(DRIP_MS));
        while (receive(endpoint, next))
            buf_clear(&endpoint->received);
    }
    return ENDPOINT_FINE;
}

static enum endpoint_outcome expect_close(const struct play *play) {
    return wait_for_close(play->endpoint) ? ENDPOINT_FINE : fail_but(play, "has not closed");
}

/* What came before the handshake, in clear, and no step has waited for: nothing of it may count. */
static enum endpoint_outcome in_clear(const struct play *play) {
    const struct buf *received = &play->endpoint->received;
    return wrong_line(play, received->bytes, received->length);
}

/* A client's "C tls" did not come about. */
static enum endpoint_outcome no_handshake(const struct play *play, const char *words) {
    snprintf(play->report, play->size, "line %u: no TLS: %s", play->step->line, words);
    return ENDPOINT_FAILED;
}

static enum endpoint_outcome start_tls(const struct play *play) {
    struct endpoint *endpoint = play->endpoint;
    struct failure why = {""};
    if (endpoint->received.length > 0)
        return in_clear(play);
    switch (channel_start_tls(&endpoint->channel, endpoint->server, &play->step->tls,
                              endpoint->until, &why)) {
    case CHANNEL_FINE:
        return ENDPOINT_FINE;
    case CHANNEL_ENDED: /* the client does not want it so */
        if (!endpoint->server)
            return no_handshake(play, why.text);
        endpoint->ended = endpoint->channel.stream == NULL;
        return ENDPOINT_GONE;
    case CHANNEL_FULL:
        if (receive(endpoint, endpoint->until))
            return in_clear(play);
        break;
    case CHANNEL_LATE:
        break;
    }
    if (!endpoint->server)
        return no_handshake(play, why.text);
    return endpoint_missed(play->step, why.text, play->report, play->size);
}

enum endpoint_outcome endpoint_play(struct endpoint *endpoint, const struct session_step *step,
                                    char *report, size_t size) {
    struct play play = {.endpoint = endpoint, .step = step, .report = report, .size = size};
    bool own = step->server == endpoint->server;
    if (endpoint->channel.socket < 0)
        return ENDPOINT_FINE; /* it was reset: the rest of the script is not about this one */
    switch (step->kind) {
    case SESSION_LINE:
        return own ? send_step(&play) : expect_line(&play);
    case SESSION_BYTES:
        return own ? send_step(&play) : expect_bytes(&play);
    case SESSION_DRIP:
        return own ? drip(&play) : ENDPOINT_FINE;
    case SESSION_CLOSE:
        if (!own)
            return expect_close(&play);
        endpoint_close(endpoint);
        return ENDPOINT_FINE;
    case SESSION_TLS:
        return start_tls(&play);
    case SESSION_CUT:
        if (own)
            channel_end(&endpoint->channel, false);
        return ENDPOINT_FINE;
    case SESSION_RESET:
        if (own)
            channel_reset(&endpoint->channel);
        return ENDPOINT_FINE;
    case SESSION_END: /* the keyboard's business */
    case SESSION_STOP:
    case SESSION_KILL:
    case SESSION_RESTART:
    case SESSION_CHANGE: /* of no connection: performance.c */
        break;
    }
    return ENDPOINT_FINE;
}

void endpoint_close(struct endpoint *endpoint) {
    channel_end(&endpoint->channel, true);
}

void endpoint_finish(struct endpoint *endpoint) {
    endpoint_close(endpoint);
    if (endpoint->channel.socket >= 0)
        wait_for_close(endpoint);
    channel_close(&endpoint->channel);
    buf_free(&endpoint->received);
}
