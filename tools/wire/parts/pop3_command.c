#include "pop3_command.h"
#include <string.h>
#include <strings.h>

static const struct {
    const char *verb;
    enum pop3_answer bare; /* without an argument */
    enum pop3_answer with;
} commands[] = {
    {"LIST", POP3_LINES, POP3_LINE},     {"UIDL", POP3_LINES, POP3_LINE},
    {"CAPA", POP3_LINES, POP3_LINES},    {"LANG", POP3_LINES, POP3_LINE},
    {"AUTH", POP3_LINES, POP3_LINE},     {"RETR", POP3_MESSAGE, POP3_MESSAGE},
    {"TOP", POP3_MESSAGE, POP3_MESSAGE}, {"STLS", POP3_TLS, POP3_LINE},
};

enum pop3_answer pop3_answer_to(const char *command, size_t length) {
    while (length > 0 && command[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t verb = strlen(commands[i].verb);
        if (length < verb || strncasecmp(command, commands[i].verb, verb) != 0)
            continue;
        if (length == verb)
            return commands[i].bare;
        if (command[verb] == ' ')
            return commands[i].with;
    }
    return POP3_LINE;
}

static bool begins_with(const char *line, size_t length, const char *word) {
    size_t count = strlen(word);

    return length >= count && memcmp(line, word, count) == 0 &&
           (length == count || line[count] == ' ');
}

enum pop3_status pop3_status_of(const char *line, size_t length) {
    if (begins_with(line, length, "+OK"))
        return POP3_OK;
    if (begins_with(line, length, "-ERR"))
        return POP3_ERR;
    return begins_with(line, length, "+") ? POP3_GO : POP3_NONE;
}
