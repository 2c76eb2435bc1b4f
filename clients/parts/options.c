#include "options.h"
#include "complain.h"
#include <getopt.h>
#include <string.h>

#define PLACE "OPTIONS\n"

/* getopt's numbers: above every character. A row's is FIRST_ROW and its place in the list. */
#define HELP      256
#define FIRST_ROW 257

static void print_row(const struct option_row *row, FILE *out) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", row->name, row->value != NULL ? " " : "",
             row->value != NULL ? row->value : "");
    const char *line = row->meaning;
    for (size_t length; *line != '\0'; line += length) {
        length = strcspn(line, "\n");
        fprintf(out, "  %-21s %.*s\n", left, (int)length, line);
        left[0] = '\0';
        if (line[length] == '\n')
            length++;
    }
}

int options_print_help(const char *help, const struct option_group *groups, FILE *out) {
    const char *place = strstr(help, PLACE);
    size_t before = place != NULL ? (size_t)(place - help) : strlen(help);
    fwrite(help, 1, before, out);
    for (; groups->rows != NULL; groups++) {
        for (const struct option_row *row = groups->rows; row->name != NULL; row++)
            print_row(row, out);
    }
    fputs("  --help                this\n", out);
    if (place != NULL)
        fputs(place + strlen(PLACE), out);
    return ferror(out) || fflush(out) != 0 ? -1 : 0;
}

/* One list out of all groups, for getopt_long. How many there are. */
static size_t list_rows(const struct option_group *groups, struct option *list,
                        const struct option_row **rows, void **into) {
    size_t count = 0;
    for (; groups->rows != NULL; groups++) {
        for (const struct option_row *row = groups->rows; row->name != NULL; row++) {
            if (count == OPTIONS_LIMIT)
                return count;
            list[count] =
                (struct option){row->name, row->value != NULL ? required_argument : no_argument,
                                NULL, FIRST_ROW + (int)count};
            rows[count] = row;
            into[count++] = groups->into;
        }
    }
    return count;
}

int options_parse(const char *program, const char *help, const struct option_group *groups,
                  int argc, char **argv, int *first) {
    struct option list[OPTIONS_LIMIT + 2] = {{NULL, 0, NULL, 0}};
    const struct option_row *rows[OPTIONS_LIMIT];
    void *into[OPTIONS_LIMIT];
    size_t count = list_rows(groups, list, rows, into);
    list[count] = (struct option){"help", no_argument, NULL, HELP};

    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", list, NULL)) != -1;) {
        if (option == HELP)
            return options_print_help(help, groups, stdout) < 0 ? EXIT_FAILED : 0;
        if (option == ':')
            return complain_misuse(program, "option %s needs a value", argv[optind - 1]);
        if (option < FIRST_ROW)
            return complain_misuse(program, "unknown option %s", argv[optind - 1]);
        const struct option_row *row = rows[option - FIRST_ROW];
        struct failure why;
        if (row->take(into[option - FIRST_ROW], optarg, &why) < 0)
            return complain_misuse(program, "--%s %s", row->name, why.text);
    }
    *first = optind;
    return -1;
}
