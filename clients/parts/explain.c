#include "explain.h"
#include <string.h>

const char *reply_line(const struct smtp_reply *reply, char text[REPLY_LINE_SIZE]) {
    size_t length = reply->length > 0 ? reply->length - 1 : 0; /* without the last newline */
    if (length >= REPLY_LINE_SIZE)
        length = REPLY_LINE_SIZE - 1;
    for (size_t i = 0; i < length; i++)
        text[i] = reply->text[i];
    text[length] = '\0';
    for (char *newline = text; (newline = strchr(newline, '\n')) != NULL;)
        *newline = ' ';
    return text;
}

void explain_reply(struct repl *repl, const struct smtp_reply *reply) {
    (void)repl, (void)reply;
}
