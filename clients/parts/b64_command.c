#include "b64_command.h"
#include "auth.h"
#include "visible.h"
#include <string.h>

#define COMMAND "/b64"
#define LIMIT   (2 * REPL_LINE_LIMIT)

bool b64_command_is(const char *line) {
    size_t length = strlen(COMMAND);
    return strncmp(line, COMMAND, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

/* One line of the answer: what it is, and the bytes, or why there are none. */
static void add_line(struct buf *lines, const char *what, const struct buf *bytes, int result,
                     const struct failure *why) {
    buf_printf(lines, "  %s  ", what);
    if (result < 0)
        buf_printf(lines, "(none: %s)", why->text);
    else if (bytes->length > 0)
        visible_append(lines, bytes->bytes, bytes->length);
    buf_append(lines, "\n", 1);
}

void b64_command(struct repl *repl, const char *line) {
    const char *text = line + strlen(COMMAND);
    text += *text == ' ';
    if (*text == '\0') {
        repl_remark(repl,
                    COMMAND " TEXT shows TEXT in base64, and what it stands for if it is base64");
        return;
    }
    struct failure why;
    struct buf bytes, lines;
    buf_init(&bytes, LIMIT);
    buf_init(&lines, 6 * LIMIT); /* a byte may become four characters */
    int result = auth_base64_encode(text, strlen(text), &bytes, &why);
    add_line(&lines, "in base64 ", &bytes, result, &why);
    buf_clear(&bytes);
    result = auth_base64_decode(text, strlen(text), &bytes, &why);
    add_line(&lines, "stands for", &bytes, result, &why);
    repl_show(repl, lines.bytes, lines.length);
    buf_wipe(&bytes);
    buf_wipe(&lines);
}
