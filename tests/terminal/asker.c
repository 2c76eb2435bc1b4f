/* asker: takes lines and shows them as "<line>". "ask" asks for a secret and shows its length; a
   line that begins with "pass" is one that no history may keep. */
#include "repl.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

static bool is_secret(const char *line) {
    return strncmp(line, "pass", 4) == 0;
}

static void answer(struct repl *repl, const struct repl_line *line) {
    char text[500];
    struct failure why;
    struct buf secret;
    buf_init(&secret, 100);
    if (strcmp(line->text, "ask") != 0)
        snprintf(text, sizeof text, "<%s>\r\n", line->text);
    else if (repl_ask_secret(repl, "Password: ", &secret, &why) < 0)
        snprintf(text, sizeof text, "no secret: %s\r\n", why.text);
    else
        snprintf(text, sizeof text, "a secret of %zu bytes\r\n", secret.length);
    buf_wipe(&secret);
    repl_show(repl, text, strlen(text));
}

int main(void) {
    struct repl *repl = repl_open(
        &(struct repl_options){.program = "asker", .prompt = "ask> ", .is_secret = is_secret},
        NULL);
    if (repl == NULL)
        return 1;
    for (;;) {
        struct pollfd wait = {.fd = repl_fd(repl), .events = POLLIN};
        struct repl_line line;
        enum repl_result result;
        poll(&wait, 1, -1);
        while ((result = repl_read(repl, &line)) == REPL_LINE)
            answer(repl, &line);
        if (result == REPL_END)
            break;
    }
    repl_close(repl);
    return 0;
}
