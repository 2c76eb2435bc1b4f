#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FIRST_CODE = 256, /* what getopt returns for row 0: no letter has this code */
};

/* What getopt(3) wants to know: the long names, and the letters. */
struct table {
    struct option names[OPTIONS_LIMIT + 1];
    char letters[2 + 2 * OPTIONS_LIMIT];
};

static void make_table(const struct option_row *rows, struct table *table) {
    size_t letters = 0;
    *table = (struct table){0};
    table->letters[letters++] = ':'; /* tell a missing value from an unknown option; say nothing */
    for (int i = 0; i < OPTIONS_LIMIT && rows[i].name != NULL; i++) {
        int takes = rows[i].flag != NULL ? no_argument : required_argument;
        table->names[i] = (struct option){rows[i].name, takes, NULL, FIRST_CODE + i};
        if (rows[i].letter == 0)
            continue;
        table->letters[letters++] = rows[i].letter;
        if (takes == required_argument)
            table->letters[letters++] = ':';
    }
}

static const struct option_row *find_row(const struct option_row *rows, int code) {
    if (code >= FIRST_CODE)
        return &rows[code - FIRST_CODE];
    while (rows->letter != code)
        rows++;
    return rows;
}

static int take_number(const struct option_row *row, const char *word, struct failure *why) {
    char *end;
    errno = 0;
    long number = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || errno != 0 || number < row->least || number > row->most)
        return failure_set(why, "--%s takes a number from %ld to %ld, not \"%s\"", row->name,
                           row->least, row->most, word);
    *row->number = number;
    return 0;
}

static int take(const struct option_row *row, const char *word, struct failure *why) {
    if (row->flag != NULL) {
        *row->flag = true;
    } else if (row->number != NULL) {
        return take_number(row, word, why);
    } else if (*word == '\0') {
        return failure_set(why, "--%s takes a value, not \"\"", row->name);
    } else {
        *row->text = word;
    }
    return 0;
}

int options_read(int argc, char **argv, const struct option_row *rows, struct failure *why) {
    struct table table;
    make_table(rows, &table);
    optind = 0; /* tells glibc to begin anew */
    for (int code; (code = getopt_long(argc, argv, table.letters, table.names, NULL)) != -1;) {
        if (code == ':')
            return failure_set(why, "%s takes a value", argv[optind - 1]);
        if (code == '?')
            return failure_set(why, "not understood: %s", argv[optind - 1]);
        if (take(find_row(rows, code), optarg, why) < 0)
            return -1;
    }
    return optind;
}
