#include "script.h"
#include "drained.h"
#include "net.h"
#include "text.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DRIP_MS = 500,     /* between two drips: session.h */
    DRAINED_MS = 2000, /* for a client that does not read, and perhaps need not */
};

struct play {
    int client;
    deadline until;
    struct buf received; /* what the client sent and no step has taken yet */
    bool ended;          /* the client has closed, or broken off */
    char *report;
    size_t size;
};

static int fail(struct play *play, const struct session_step *step, const char *instead) {
    char wanted[100];
    session_describe(step, wanted, sizeof wanted);
    snprintf(play->report, play->size, "line %u: waited for \"%s\", %s", step->line, wanted,
             instead);
    return -1;
}

/* Takes what has come. false: nothing came in time (until), or the client has closed. */
static bool receive(struct play *play, deadline until) {
    char bytes[16384];
    while (!play->ended && net_wait(play->client, false, until) == 1) {
        ssize_t count = recv(play->client, bytes, sizeof bytes, 0);
        if (count > 0)
            return buf_append(&play->received, bytes, (size_t)count) == 0;
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        play->ended = true;
    }
    return false;
}

static int send_all(struct play *play, const struct session_step *step) {
    const char *from = step->bytes.bytes;
    size_t left = step->bytes.length;
    char line_end[] = "\r\n";
    struct buf with_end;
    if (step->kind == SESSION_LINE) {
        buf_init(&with_end, SESSION_BYTES_LIMIT + 2);
        if (buf_append(&with_end, from, left) < 0 || buf_append(&with_end, line_end, 2) < 0) {
            buf_free(&with_end);
            return fail(play, step, "but there is not enough memory");
        }
        from = with_end.bytes;
        left = with_end.length;
    }
    int result = 0;
    while (left > 0 && result == 0) {
        ssize_t count = send(play->client, from, left, MSG_NOSIGNAL);
        if (count > 0) {
            from += count;
            left -= (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            if (net_wait(play->client, true, play->until) != 1)
                result = fail(play, step, "but the client does not read");
        } else if (count < 0 && errno != EINTR) {
            result = -2; /* it has gone: no fault of the script, and often what it is about */
        }
    }
    if (step->kind == SESSION_LINE)
        buf_free(&with_end);
    if (result == 0)
        drained_wait(play->client, deadline_earlier(play->until, deadline_in(DRAINED_MS)));
    return result;
}

/* "the client sent …", in words[200]. */
static int wrong_line(struct play *play, const struct session_step *step, const char *line,
                      size_t length) {
    struct buf words;
    buf_init(&words, 1000);
    buf_printf(&words, "the client sent \"");
    text_printable(line, length < 80 ? length : 80, &words, NULL);
    buf_printf(&words, "%s\"", length < 80 ? "" : "...");
    int result = fail(play, step, words.bytes);
    buf_free(&words);
    return result;
}

static int missing(struct play *play, const struct session_step *step) {
    return fail(play, step, play->ended ? "the client closed" : "the client sent no more");
}

static int expect_line(struct play *play, const struct session_step *step) {
    struct buf *received = &play->received;
    size_t searched = 0;
    for (;;) {
        const char *end = searched < received->length ? memchr(received->bytes + searched, '\n',
                                                               received->length - searched)
                                                      : NULL;
        if (end == NULL) {
            searched = received->length;
            if (!receive(play, play->until))
                return missing(play, step);
            continue;
        }
        size_t taken = (size_t)(end - received->bytes) + 1;
        size_t length = taken - 1;
        if (length > 0 && received->bytes[length - 1] == '\r')
            length--;
        bool matches = session_line_matches(step, received->bytes, length);
        int result = matches || step->skip ? 0 : wrong_line(play, step, received->bytes, length);
        buf_consume(received, taken);
        searched = 0;
        if (matches || result < 0)
            return result;
    }
}

static int expect_bytes(struct play *play, const struct session_step *step) {
    const struct buf *wanted = &step->bytes;
    while (play->received.length < wanted->length)
        if (!receive(play, play->until))
            return missing(play, step);
    if (memcmp(play->received.bytes, wanted->bytes, wanted->length) != 0)
        return wrong_line(play, step, play->received.bytes, wanted->length);
    buf_consume(&play->received, wanted->length);
    return 0;
}

/* Everything that the client still has to say is read, and passed over. */
static int wait_for_close(struct play *play, const struct session_step *step, deadline until) {
    while (!play->ended) {
        buf_clear(&play->received);
        if (!receive(play, until) && !play->ended)
            return step == NULL ? 0 : fail(play, step, "but the client has not closed");
    }
    return 0;
}

static int drip(struct play *play, const struct session_step *step) {
    while (!play->ended && deadline_left(play->until) > 0) {
        int sent = send_all(play, step);
        if (sent < 0)
            return sent;
        deadline next = deadline_earlier(play->until, deadline_in(DRIP_MS));
        while (receive(play, next))
            buf_clear(&play->received);
    }
    return 0;
}

static void reset(struct play *play) {
    /* Closing with no time to linger sends RST. */
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(play->client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(play->client);
    play->client = -1;
}

static int play_step(struct play *play, const struct session_step *step) {
    switch (step->kind) {
    case SESSION_LINE:
        return step->server ? send_all(play, step) : expect_line(play, step);
    case SESSION_BYTES:
        return step->server ? send_all(play, step) : expect_bytes(play, step);
    case SESSION_DRIP:
        return drip(play, step);
    case SESSION_CLOSE:
        if (!step->server)
            return wait_for_close(play, step, play->until);
        shutdown(play->client, SHUT_WR);
        return 0;
    case SESSION_RESET:
        reset(play);
        return 0;
    case SESSION_END:
        break;
    }
    return 0;
}

/* A client who is there when `over` is, too, is let in: he may have come and gone in a moment. */
static int accept_client(struct play *play, int listener, int over) {
    struct pollfd wait[] = {{.fd = listener, .events = POLLIN}, {.fd = over, .events = POLLIN}};
    while (play->client < 0 && poll(wait, 2, deadline_left(play->until)) != 0) {
        play->client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (wait[1].revents != 0)
            break;
    }
    close(listener);
    if (play->client < 0)
        snprintf(play->report, play->size, "no client connected");
    return play->client < 0 ? -1 : 0;
}

void script_play(const struct session *session, int listener, int over, deadline until,
                 char *report, size_t size) {
    struct play play = {.client = -1, .until = until, .report = report, .size = size};
    report[0] = '\0';
    buf_init(&play.received, SESSION_BYTES_LIMIT + 65536);
    if (accept_client(&play, listener, over) < 0)
        return;
    int result = 0;
    for (size_t i = 0; i < session->count && result == 0 && play.client >= 0; i++)
        result = play_step(&play, &session->steps[i]);
    if (play.client >= 0) {
        shutdown(play.client, SHUT_WR);
        wait_for_close(&play, NULL, until);
        close(play.client);
    }
    buf_free(&play.received);
}
