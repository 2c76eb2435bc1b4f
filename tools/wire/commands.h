/*
 * commands: what `wire` can do. One command, one file: NAME_command.c holds `NAME_command`, and a
 * row in main.c's table makes it known.
 *
 * A command gets the words from its own name on (argv[0] is "show"), so getopt(3) works as in a
 * main, and returns the exit status of the program: 0 fine, 1 failed (wire could do its work and
 * the answer is no), 2 wrong use, or wire could not do its work. It reports errors itself, one line
 * each on stderr. It never sees --help: main.c answers that from the table.
 */
#ifndef WIRE_COMMANDS_H
#define WIRE_COMMANDS_H

enum command_status {
    COMMAND_FINE = 0,
    COMMAND_FAILED = 1,
    COMMAND_MISUSE = 2, /* also: cannot judge */
};

int network_command(int argc, char **argv);
int record_command(int argc, char **argv);
int show_command(int argc, char **argv);
int check_command(int argc, char **argv);
int start_command(int argc, char **argv);
int reference_command(int argc, char **argv);

/*
 * One line on stderr, "wire show: words", and COMMAND_MISUSE back, so that a command can say
 * `return command_misuse("show", "no such stream: %s", word)`.
 */
int command_misuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
