/*
 * commands: what `wire` can do. One command, one file: NAME_command.c holds all of it, its help
 * too, and ends with `NAME_command`; a line in main.c's list makes it known.
 */
#ifndef WIRE_COMMANDS_H
#define WIRE_COMMANDS_H

#include <stdio.h>

enum command_status {
    COMMAND_FINE = 0,
    COMMAND_FAILED = 1,
    COMMAND_MISUSE = 2, /* also: cannot judge */
};

struct command {
    const char *name;
    /*
     * Gets the words from the command's own name on (argv[0] is "show"), so getopt(3) works as in a
     * main, and returns the exit status of the program: 0 fine, 1 failed (wire could do its work
     * and the answer is no), 2 wrong use, or wire could not do its work. It reports errors itself,
     * one line each on stderr. It never sees --help: main.c answers that from what follows.
     */
    int (*run)(int argc, char **argv);
    int own_words;       /* so many words may hold a --help for it: COMMAND follows. 0: all */
    const char *usage;   /* what follows the name */
    const char *meaning; /* one sentence */
    const char *details; /* more for `wire NAME --help`, whole lines, or NULL */
    void (*print_more)(FILE *out); /* the end of that, where it comes from a table; or NULL */
};

extern const struct command network_command;
extern const struct command confine_command;
extern const struct command sandbox_command;
extern const struct command record_command;
extern const struct command show_command;
extern const struct command draw_command;
extern const struct command stat_command;
extern const struct command diff_command;
extern const struct command check_command;
extern const struct command start_command;
extern const struct command capture_command;
extern const struct command hint_command;
extern const struct command list_command;
extern const struct command reference_command;

/*
 * One line on stderr, "wire show: words", and COMMAND_MISUSE back, so that a command can say
 * `return command_misuse("show", "no such stream: %s", word)`.
 */
int command_misuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
