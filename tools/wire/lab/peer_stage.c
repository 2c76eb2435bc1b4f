#include "peer_stage.h"
#include "deadline.h"
#include "drained.h"
#include "net.h"
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum {
    PIECE_LIMIT = 65536, /* more is not kept to be sent at once */
    LINE_LIMIT = 65536,  /* a longer one passes as it is */
    READ_MS = 500, /* how long a piece may wait to be read before the next one goes all the same */
    TLS_HANDSHAKE = 22, /* how the first record of TLS begins (RFC 8446 §5.1): no letter is that */
};

static int send_all(int to, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(to, bytes, count, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (net_wait(to, true, DEADLINE_NEVER) != 1)
                return -1;
        } else if (sent < 0 && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

int stage_take(struct stage *stage, int to, const char *bytes, size_t count) {
    if (count == 0)
        return 0;
    if (stage == NULL)
        return send_all(to, bytes, count);
    if (stage->silent)
        return 0;
    if (stage->peer->kind->reads && bytes[0] == TLS_HANDSHAKE && stage->held.length == 0)
        stage->transparent = true;
    return stage->transparent ? stage_pass(stage, bytes, count) : stage->act(stage, bytes, count);
}

int stage_pass(struct stage *stage, const char *bytes, size_t count) {
    return stage_take(stage->next, stage->to, bytes, count);
}

int stage_flush(struct stage *stage) {
    int result = stage_pass(stage, stage->out.bytes, stage->out.length);
    buf_clear(&stage->out);
    return result;
}

int stage_put(struct stage *stage, const char *bytes, size_t count) {
    if (count == 0)
        return 0;
    if (stage->out.length + count > PIECE_LIMIT && stage_flush(stage) < 0)
        return -1;
    return count > PIECE_LIMIT ? stage_pass(stage, bytes, count)
                               : buf_append(&stage->out, bytes, count);
}

int stage_let_go(struct stage *stage) {
    int result = stage->silent ? 0 : stage_pass(stage, stage->held.bytes, stage->held.length);
    buf_clear(&stage->held);
    return result;
}

void stage_drain(const struct stage *stage) {
    drained_wait(stage->to, deadline_in(READ_MS));
}

void stage_pause(unsigned long milliseconds) {
    struct timespec left = {.tv_sec = (time_t)(milliseconds / 1000),
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

int stage_close(struct stage *stage) {
    int result = stage_flush(stage);
    stage->silent = true;
    shutdown(stage->to, SHUT_WR);
    return result;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static enum stage_asked asked_by(const char *line, size_t length) {
    static const char starttls[] = "STARTTLS";
    if (length == sizeof starttls - 1 && strncasecmp(line, starttls, length) == 0)
        return STAGE_ASKED_TLS;
    switch (pop3_answer_to(line, length)) {
    case POP3_TLS:
        return STAGE_ASKED_TLS;
    case POP3_LINES:
    case POP3_MESSAGE:
        return STAGE_ASKED_LINES;
    default:
        return STAGE_ASKED_LINE;
    }
}

void stage_note(struct stage *stage, const char *line, size_t length) {
    size_t reply = (stage->replies + 1) % STAGE_REPLIES;
    atomic_store(&stage->link->asked[reply], (unsigned char)asked_by(line, length));
}

enum stage_asked stage_asked(const struct stage *stage) {
    return (enum stage_asked)atomic_load(&stage->link->asked[stage->replies % STAGE_REPLIES]);
}

bool stage_is_pop3(const struct stage *stage) {
    return atomic_load(&stage->link->pop3);
}

/* A reply goes on behind a line that begins with a code and a hyphen (RFC 5321 §4.2.1). */
static bool goes_on_in_smtp(const char *text, size_t length) {
    return length > 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           text[3] == '-';
}

/* Behind +OK, if the command asks for lines; they end with a single dot (RFC 1939 §3). */
static bool goes_on_in_pop3(const struct stage *stage, const char *text, size_t length) {
    if (stage->inside > 0)
        return length != 1 || text[0] != '.';
    return stage_asked(stage) == STAGE_ASKED_LINES && pop3_status_of(text, length) == POP3_OK;
}

/* Whether more lines of this reply follow. Each line of the client stands alone. */
static bool goes_on(const struct stage *stage, const struct stage_line *line) {
    size_t length = line->length - stage_line_end(line);
    if (!stage->from_server)
        return false;
    if (stage->replies == 1 && line->first)
        atomic_store(&stage->link->pop3, pop3_status_of(line->bytes, length) != POP3_NONE);
    return stage_is_pop3(stage) ? goes_on_in_pop3(stage, line->bytes, length)
                                : goes_on_in_smtp(line->bytes, length);
}

/* What is held is a whole line. */
static int act_on_line(struct stage *stage, stage_line_act *act) {
    struct stage_line line = {.bytes = stage->held.bytes,
                              .length = stage->held.length,
                              .number = stage->inside + 1,
                              .first = stage->inside == 0};
    stage->replies += line.first ? 1 : 0;
    line.last = !goes_on(stage, &line);
    stage->inside = line.last ? 0 : line.number;
    int result = act(stage, &line);
    buf_clear(&stage->held);
    return result;
}

int stage_lines(struct stage *stage, const char *bytes, size_t count, stage_line_act *act) {
    while (count > 0 && !stage->silent && !stage->transparent) {
        const char *end = memchr(bytes, '\n', count);
        size_t taken = end == NULL ? count : (size_t)(end - bytes) + 1;
        if (stage->held.length + taken > LINE_LIMIT) {
            if (stage_put(stage, stage->held.bytes, stage->held.length) < 0 ||
                stage_put(stage, bytes, taken) < 0)
                return -1;
            buf_clear(&stage->held);
        } else if (buf_append(&stage->held, bytes, taken) < 0 ||
                   (end != NULL && act_on_line(stage, act) < 0)) {
            return -1;
        }
        bytes += taken;
        count -= taken;
    }
    if (stage->transparent && stage_put(stage, bytes, count) < 0)
        return -1;
    return stage_flush(stage);
}

size_t stage_line_end(const struct stage_line *line) {
    return line->length > 1 && line->bytes[line->length - 2] == '\r' ? 2 : 1;
}
