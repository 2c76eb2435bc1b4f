/* wire check: runs a lab and judges it. */
#include "check.h"
#include "commands.h"
#include "files.h"
#include "network.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *labs;
    const char *programs;
    char directory[PATH_MAX]; /* "" until known */
    bool run_only;
    bool recorded;
    bool filters;
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"labs", required_argument, NULL, 'l'},
                                          {"programs", required_argument, NULL, 'p'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {"run-only", no_argument, NULL, 'r'},
                                          {"recorded", no_argument, NULL, 'R'},
                                          {"filters", no_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.labs = KIT_SOURCE_DIR "/labs", .programs = KIT_BUILD_DIR "/labs"};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (letter) {
        case 'l':
            options->labs = optarg;
            break;
        case 'p':
            options->programs = optarg;
            break;
        case 'd':
            snprintf(options->directory, sizeof options->directory, "%s", optarg);
            break;
        case 'r':
            options->run_only = true;
            break;
        case 'R':
            options->recorded = true;
            break;
        case 'f':
            options->filters = true;
            break;
        default:
            return COMMAND_MISUSE; /* getopt has said why */
        }
    }
    return optind < argc ? COMMAND_FINE : command_misuse(argv[0], "which lab? 3, for example");
}

/* Which checks: those named behind the lab, or all. */
static int choose(const struct lab *lab, int argc, char **argv, bool *wanted) {
    for (size_t i = 0; i < lab->check_count; i++)
        wanted[i] = optind + 1 >= argc;
    for (int i = optind + 1; i < argc; i++) {
        const struct lab_check *check = lab_find_check(lab, argv[i]);
        if (check == NULL)
            return command_misuse(argv[0], "%s has no check \"%s\"", lab->file, argv[i]);
        wanted[check - lab->checks] = true;
    }
    return COMMAND_FINE;
}

/* Shows the verdicts that are recorded for the wanted checks. */
static int report(const struct lab *lab, const char *directory, const bool *wanted,
                  const char *command) {
    struct verdict_style style;
    verdict_style_for(stdout, &style);
    int width = 0;
    for (size_t i = 0; i < lab->check_count; i++)
        if (wanted[i] && (int)strlen(lab->checks[i].name) > width)
            width = (int)strlen(lab->checks[i].name);
    long points = 0, earned = 0;
    bool all = true;
    for (size_t i = 0; i < lab->check_count; i++) {
        struct fields verdict;
        struct failure why;
        if (!wanted[i])
            continue;
        if (check_recorded(directory, lab->checks[i].name, &verdict, &why) < 0)
            return command_misuse(command, "%s: run `wire check %d` first", why.text,
                                  lab_number(lab));
        verdict_print(&verdict, &style, width, stdout);
        points += fields_number(&verdict, "points");
        earned += fields_number(&verdict, "earned");
        all = all && verdict_held(&verdict);
        fields_free(&verdict);
    }
    printf("%ld of %ld points\n", earned, points);
    return all ? COMMAND_FINE : COMMAND_FAILED;
}

static int run(const struct lab *lab, const struct options *options, const bool *wanted,
               struct failure *why) {
    char program[PATH_MAX], directory[PATH_MAX];
    if (files_path(program, why, "%s/%s", options->programs, lab->name) < 0)
        return -1;
    if (access(program, X_OK) < 0)
        return failure_set(why, "%s: not built: ./kit build", program);
    if (files_make_directory(options->directory, why) < 0)
        return -1;
    if (realpath(options->directory, directory) == NULL)
        return failure_system(why, errno, "%s", options->directory);
    struct check_setup setup = {
        .lab = lab, .programs = options->programs, .directory = directory, .wanted = wanted};
    return check_run(&setup, why);
}

static int check_lab(const struct lab *lab, const struct options *options, int argc, char **argv,
                     bool *wanted) {
    struct failure why;
    int status = choose(lab, argc, argv, wanted);
    if (status != COMMAND_FINE)
        return status;
    if (options->filters)
        return check_filters(lab, &why) == 0 ? COMMAND_FINE
                                             : command_misuse(argv[0], "%s", why.text);
    if (!options->recorded && run(lab, options, wanted, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    if (options->run_only)
        return COMMAND_FINE;
    return report(lab, options->directory, wanted, argv[0]);
}

/* Paths that the program is given, or that are bound, must not depend on the working directory. */
static int make_absolute(const char *path, char absolute[PATH_MAX], const char *command) {
    return realpath(path, absolute) != NULL ? COMMAND_FINE
                                            : command_misuse(command, "%s: not there", path);
}

int check_command(int argc, char **argv) {
    struct options options;
    struct failure why;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    if (!options.recorded && !options.filters) {
        switch (network_enter(&(struct network_options){0}, argv, &status, &why)) {
        case NETWORK_ENDED:
            return status;
        case NETWORK_FAILED:
            return command_misuse(argv[0], "%s", why.text);
        case NETWORK_INSIDE:
            break;
        }
    }
    char labs[PATH_MAX], programs[PATH_MAX];
    if (make_absolute(options.labs, labs, argv[0]) != COMMAND_FINE ||
        make_absolute(options.programs, programs, argv[0]) != COMMAND_FINE)
        return COMMAND_MISUSE;
    options.programs = programs;
    struct lab lab;
    if (lab_open(labs, argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    if (options.directory[0] == '\0')
        snprintf(options.directory, sizeof options.directory, KIT_BUILD_DIR "/run/%s", lab.name);
    bool *wanted = calloc(lab.check_count + 1, sizeof *wanted);
    status = wanted == NULL ? command_misuse(argv[0], "not enough memory")
                            : check_lab(&lab, &options, argc, argv, wanted);
    free(wanted);
    lab_free(&lab);
    return status;
}
