/* Peers that change what becomes of the client's commands, and the ear of those who must know them.
 */
#include "peer_stage.h"
#include <string.h>
#include <strings.h>

static bool begins_with(const struct stage_line *line, const char *verb) {
    size_t length = strlen(verb);
    return line->length > length && strncasecmp(line->bytes, verb, length) == 0;
}

/*
 * As firewalls that knew only SMTP of 1982 did it: a command that they did not know reached the
 * server as XXXX, and its own answer, 500, came back. So the client is answered once for each
 * command.
 */
static int put_unknown(struct stage *stage, const struct stage_line *line, const char *verb) {
    static const char instead[] = "XXXX"; /* as long as the verbs */
    size_t length = sizeof instead - 1;
    if (!begins_with(line, verb))
        return stage_put(stage, line->bytes, line->length);
    if (stage_put(stage, instead, length) < 0)
        return -1;
    return stage_put(stage, line->bytes + length, line->length - length);
}

/* Once a message is on its way, nothing is touched any more: its lines are no commands. */
static int no_esmtp(struct stage *stage, const struct stage_line *line) {
    stage->transparent = begins_with(line, "MAIL");
    return put_unknown(stage, line, "EHLO");
}

int peer_no_esmtp(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, no_esmtp);
}

static int no_capa(struct stage *stage, const struct stage_line *line) {
    return put_unknown(stage, line, "CAPA");
}

int peer_no_capa(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, no_capa);
}

/* --- the ear --- */

static void hear_line(struct stage *stage) {
    size_t length = stage->kept.length;
    if (length > 0 && stage->kept.bytes[length - 1] == '\r')
        length--;
    stage->replies++;
    stage_note(stage, stage->kept.bytes, length);
    buf_clear(&stage->kept);
}

/* Everything passes as it comes, in the same pieces. */
int peer_listens(struct stage *stage, const char *bytes, size_t count) {
    enum {
        COMMAND_MOST = 255 /* RFC 2449 §4; what is longer is none of those that matter here */
    };
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n')
            hear_line(stage);
        else if (stage->kept.length < COMMAND_MOST && buf_append(&stage->kept, bytes + i, 1) < 0)
            return -1;
    }
    return stage_pass(stage, bytes, count);
}
