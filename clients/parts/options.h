/*
 * options: a client's options, as tables. Each module of clients/parts/ that has options lists them
 * with what they mean and a function that takes them; the client puts the lists together. So the
 * same rows are the parser and the help, and a module's options stand beside its work:
 *
 *     static int take_user(void *into, const char *value, struct failure *why) {
 *         struct login *login = into;
 *         login->user = value;
 *         return 0;
 *     }
 *     const struct option_row login_options[] = {
 *         {"auth", "USER", "logs in as USER", take_user},
 *         {NULL, NULL, NULL, NULL},
 *     };
 */
#ifndef CLIENTS_OPTIONS_H
#define CLIENTS_OPTIONS_H

#include "failure.h"
#include <stdio.h>

struct option_row {
    const char *name;    /* without the two hyphens; NULL ends the list */
    const char *value;   /* what stands for its value in the help, "FILE"; NULL: it takes none */
    const char *meaning; /* for the help; "\n" begins a new line */
    /* Takes the value (NULL if there is none) into the module's settings. 0, or -1: `why` says what
       is wrong with it. The value lives as long as the program. */
    int (*take)(void *into, const char *value, struct failure *why);
};

/* A module's options, and where they go. */
struct option_group {
    const struct option_row *rows; /* NULL ends the list of groups */
    void *into;
};

/* At most so many rows in all groups together. */
#define OPTIONS_LIMIT 64

/*
 * Reads the options of a command line, which may stand before, behind and between its other words;
 * these are moved to the end. -1 and *first is the index of the first other word; or the exit
 * status of a program that must end now: 0 after --help (`help`, with the options in place of a
 * line with only "OPTIONS"), or EXIT_MISUSE, after a complaint.
 */
int options_parse(const char *program, const char *help, const struct option_group *groups,
                  int argc, char **argv, int *first);

/* What --help shows. 0 or -1. */
int options_print_help(const char *help, const struct option_group *groups, FILE *out);

#endif
