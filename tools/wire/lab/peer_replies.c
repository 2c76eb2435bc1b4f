/* Peers that change what becomes of the server's replies. */
#include "peer_stage.h"
#include <string.h>

static int stall(struct stage *stage, const struct stage_line *line) {
    int result = stage_put(stage, line->bytes, line->length);
    if (line->last && stage->replies == stage->peer->number) {
        result = result < 0 ? result : stage_flush(stage);
        stage->silent = true;
    }
    return result;
}

int peer_stall(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, stall);
}

/* Passes the line on; of the one where it all ends, half: the first of the reply, or, in an answer
   of POP3 that has several, the one behind it. Returns 1 there. */
static int put_half(struct stage *stage, const struct stage_line *line) {
    bool here = stage->replies == stage->peer->number &&
                (line->number > 1 || line->last || !stage_is_pop3(stage));
    size_t length = here ? line->length / 2 : line->length;
    return stage_put(stage, line->bytes, length) < 0 ? -1 : here;
}

static int cut(struct stage *stage, const struct stage_line *line) {
    int here = put_half(stage, line);
    return here == 1 ? stage_close(stage) : here;
}

int peer_cut(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, cut);
}

static int reset(struct stage *stage, const struct stage_line *line) {
    int here = put_half(stage, line);
    if (here != 1)
        return here;
    stage_flush(stage);
    stage_drain(stage); /* so that the client sees the half first, in every run */
    return -1;          /* breaks the connection */
}

int peer_reset(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, reset);
}

/* Byte for byte, so that the pieces stay what they were. Only a CR must wait for what follows. */
int peer_bare_lf(struct stage *stage, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (stage->held.length > 0 && bytes[i] != '\n' && stage_put(stage, "\r", 1) < 0)
            return -1;
        buf_clear(&stage->held);
        int result = bytes[i] == '\r' ? buf_append(&stage->held, bytes + i, 1)
                                      : stage_put(stage, bytes + i, 1);
        if (result < 0)
            return -1;
    }
    return stage_flush(stage);
}

/* What POP3's AUTH goes on with is base64, and not made longer. */
static int long_line(struct stage *stage, const struct stage_line *line) {
    size_t end = stage_line_end(line);
    size_t length = line->length - end;
    bool stretch = line->first && pop3_status_of(line->bytes, length) != POP3_GO;
    int result = stage_put(stage, line->bytes, length);
    for (; result == 0 && stretch && length + end < stage->peer->number; length++)
        result = stage_put(stage, length == line->length - end ? " " : "x", 1);
    return result < 0 ? -1 : stage_put(stage, line->bytes + line->length - end, end);
}

int peer_long_line(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, long_line);
}

static int multi_line(struct stage *stage, const struct stage_line *line) {
    static const char more[] = " and one line more\r\n";
    enum {
        CODE = 3
    };
    size_t text = line->length - stage_line_end(line);
    if (!line->first || !line->last || text < CODE || stage_is_pop3(stage))
        return stage_put(stage, line->bytes, line->length);
    if (stage_put(stage, line->bytes, CODE) < 0 || stage_put(stage, "-", 1) < 0 ||
        (text > CODE && stage_put(stage, line->bytes + CODE + 1, text - CODE - 1) < 0) ||
        stage_put(stage, "\r\n", 2) < 0 || stage_put(stage, line->bytes, CODE) < 0)
        return -1;
    return stage_put(stage, more, sizeof more - 1);
}

int peer_multi_line(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, multi_line);
}

/* RFC 3206 §4: of the server, and it will pass. */
static int busy_in_pop3(struct stage *stage) {
    static const char sorry[] = "-ERR [SYS/TEMP] Too many connections, try again later\r\n";
    return stage_put(stage, sorry, sizeof sorry - 1) < 0 ? -1 : stage_close(stage);
}

/* The words of RFC 5321 §4.2.3, and the name that the server would have greeted with. */
static int busy(struct stage *stage, const struct stage_line *line) {
    enum {
        NAME = 4 /* behind "220 " */
    };
    static const char sorry[] = " Service not available, closing transmission channel\r\n";
    size_t text = line->length - stage_line_end(line), end = NAME;
    if (stage_is_pop3(stage))
        return busy_in_pop3(stage);
    while (end < text && line->bytes[end] != ' ')
        end++;
    if (stage_put(stage, "421 ", 4) < 0 ||
        (text > NAME && stage_put(stage, line->bytes + NAME, end - NAME) < 0) ||
        stage_put(stage, sorry, sizeof sorry - 1) < 0)
        return -1;
    return stage_close(stage);
}

int peer_busy(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, busy);
}
