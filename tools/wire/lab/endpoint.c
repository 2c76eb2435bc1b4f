#include "endpoint.h"
#include "drained.h"
#include "net.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DRIP_MS = 500,     /* between two drips: session.h */
    DRAINED_MS = 2000, /* for an other end that does not read, and perhaps need not */
    PIECE = 16384,
};

/* A step that is being played. */
struct play {
    struct endpoint *endpoint;
    const struct session_step *step;
    char *report;
    size_t size;
};

void endpoint_init(struct endpoint *endpoint, int socket, bool server, deadline until) {
    *endpoint = (struct endpoint){.socket = socket, .server = server, .until = until};
    buf_init(&endpoint->received, SESSION_BYTES_LIMIT + 65536);
}

enum endpoint_outcome endpoint_missed(const struct session_step *step, const char *words,
                                      char *report, size_t size) {
    char wanted[100];
    session_describe(step, wanted, sizeof wanted);
    snprintf(report, size, "line %u: waited for \"%s\", %s", step->line, wanted, words);
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
    char bytes[PIECE];
    while (!endpoint->ended && net_wait(endpoint->socket, false, until) == 1) {
        ssize_t count = recv(endpoint->socket, bytes, sizeof bytes, 0);
        if (count > 0)
            return buf_append(&endpoint->received, bytes, (size_t)count) == 0;
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        endpoint->ended = true;
    }
    return false;
}

static enum endpoint_outcome send_bytes(const struct play *play, const char *bytes, size_t count) {
    const struct endpoint *endpoint = play->endpoint;
    while (count > 0) {
        ssize_t sent = send(endpoint->socket, bytes, count, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (net_wait(endpoint->socket, true, endpoint->until) != 1)
                return fail_but(play, "does not read");
        } else if (sent < 0 && errno != EINTR) {
            return ENDPOINT_GONE;
        }
    }
    drained_wait(endpoint->socket, deadline_earlier(endpoint->until, deadline_in(DRAINED_MS)));
    return ENDPOINT_FINE;
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

static void close_socket(struct endpoint *endpoint) {
    close(endpoint->socket);
    endpoint->socket = -1;
}

/* Closing with no time to linger sends RST. */
static void reset(struct endpoint *endpoint) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(endpoint->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_socket(endpoint);
}

static enum endpoint_outcome expect_close(const struct play *play) {
    return wait_for_close(play->endpoint) ? ENDPOINT_FINE : fail_but(play, "has not closed");
}

enum endpoint_outcome endpoint_play(struct endpoint *endpoint, const struct session_step *step,
                                    char *report, size_t size) {
    struct play play = {.endpoint = endpoint, .step = step, .report = report, .size = size};
    bool own = step->server == endpoint->server;
    if (endpoint->socket < 0)
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
    case SESSION_RESET:
        if (own)
            reset(endpoint);
        return ENDPOINT_FINE;
    case SESSION_END: /* the keyboard's business */
        break;
    }
    return ENDPOINT_FINE;
}

void endpoint_close(struct endpoint *endpoint) {
    if (endpoint->socket >= 0)
        shutdown(endpoint->socket, SHUT_WR);
}

void endpoint_finish(struct endpoint *endpoint) {
    endpoint_close(endpoint);
    if (endpoint->socket >= 0) {
        wait_for_close(endpoint);
        close_socket(endpoint);
    }
    buf_free(&endpoint->received);
}
