/* Peers that change what becomes of the client's commands. */
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
 * command. Once a message is on its way, nothing is touched any more: its lines are no commands.
 */
static int no_esmtp(struct stage *stage, const struct stage_line *line) {
    static const char verb[] = "EHLO", instead[] = "XXXX";
    size_t length = sizeof verb - 1;
    stage->transparent = begins_with(line, "MAIL");
    if (!begins_with(line, verb))
        return stage_put(stage, line->bytes, line->length);
    if (stage_put(stage, instead, length) < 0)
        return -1;
    return stage_put(stage, line->bytes + length, line->length - length);
}

int peer_no_esmtp(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, no_esmtp);
}
