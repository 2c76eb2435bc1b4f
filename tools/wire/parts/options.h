/*
 * options: the words behind a command's name, read by a table, so that all commands take them and
 * complain about them alike. Words and options may stand in any order; behind `--` are only words.
 *
 *     long stream = -1;
 *     bool json = false;
 *     const struct option_row rows[] = {
 *         {.name = "stream", .number = &stream, .least = 0, .most = INT_MAX},
 *         {.name = "output", .letter = 'o', .text = &out},
 *         {.name = "json", .flag = &json},
 *         {.name = NULL},
 *     };
 *     int first = options_read(argc, argv, rows, &why);
 *     if (first < 0) …
 *     argv[first] is the first word that is no option; argc - first of them there are
 */
#ifndef WIRE_OPTIONS_H
#define WIRE_OPTIONS_H

#include "failure.h"
#include <stdbool.h>

/* One option; exactly one of the three pointers is set. What is not given stays as it was. */
struct option_row {
    const char *name;  /* "stream", for --stream; NULL ends the table */
    char letter;       /* 'o' for -o; 0: none */
    bool *flag;        /* becomes true */
    const char **text; /* becomes the word behind it, which belongs to argv */
    long *number;      /* becomes the whole number behind it, from `least` to `most` */
    long least;
    long most;
};

/* The most rows of a table. */
#define OPTIONS_LIMIT 24

/*
 * Puts argv in order, the options first (argv[0] is the command's own name), and returns the number
 * of the first other word; argc when there is none. -1: an option that is not in the table, without
 * its value, or with a wrong one.
 */
int options_read(int argc, char **argv, const struct option_row *rows, struct failure *why);

#endif
