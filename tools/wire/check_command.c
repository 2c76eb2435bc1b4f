/* wire check: runs a lab and judges it. */
#include "check.h"
#include "commands.h"
#include "files.h"
#include "network.h"
#include "verdict_json.h"
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
    bool json;
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"labs", required_argument, NULL, 'l'},
                                          {"programs", required_argument, NULL, 'p'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {"run-only", no_argument, NULL, 'r'},
                                          {"recorded", no_argument, NULL, 'R'},
                                          {"filters", no_argument, NULL, 'f'},
                                          {"json", no_argument, NULL, 'j'},
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
        case 'j':
            options->json = true;
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

/* What was recorded, in the form that was asked for. */
struct report {
    bool as_json;
    struct verdict_style style;
    int width; /* of the longest name */
    struct buf text;
    struct json json;
    long points;
    long earned;
};

static void begin_report(struct report *report, const struct lab *lab, const bool *wanted,
                         bool as_json) {
    *report = (struct report){.as_json = as_json};
    buf_init(&report->text, 16u << 20);
    verdict_style_for(stdout, &report->style);
    for (size_t i = 0; i < lab->check_count; i++)
        if (wanted[i] && (int)strlen(lab->checks[i].name) > report->width)
            report->width = (int)strlen(lab->checks[i].name);
    json_begin(&report->json, &report->text);
    if (as_json)
        verdict_json_begin(&report->json, lab);
}

static void add_to_report(struct report *report, const struct fields *verdict) {
    report->points += fields_number(verdict, "points");
    report->earned += fields_number(verdict, "earned");
    if (report->as_json)
        verdict_json_add(&report->json, verdict);
    else
        verdict_print(verdict, &report->style, report->width, stdout);
}

static int end_report(struct report *report, const char *command) {
    int status = COMMAND_FINE;
    if (report->as_json) {
        verdict_json_end(&report->json, report->points, report->earned);
        if (json_end(&report->json) < 0)
            status = command_misuse(command, "not enough memory");
        else
            fwrite(report->text.bytes, 1, report->text.length, stdout);
    } else {
        printf("%ld of %ld points\n", report->earned, report->points);
    }
    buf_free(&report->text);
    return status;
}

/* Shows the verdicts that are recorded for the wanted checks. */
static int show_verdicts(const struct lab *lab, const struct options *options, const bool *wanted,
                         const char *command) {
    struct report report;
    int status = COMMAND_FINE;
    begin_report(&report, lab, wanted, options->json);
    for (size_t i = 0; status != COMMAND_MISUSE && i < lab->check_count; i++) {
        struct fields verdict;
        struct failure why;
        if (!wanted[i])
            continue;
        if (check_recorded(options->directory, lab->checks[i].name, &verdict, &why) < 0) {
            status =
                command_misuse(command, "%s: run `wire check %d` first", why.text, lab_number(lab));
            continue;
        }
        add_to_report(&report, &verdict);
        if (!verdict_held(&verdict))
            status = COMMAND_FAILED;
        fields_free(&verdict);
    }
    if (status == COMMAND_MISUSE) {
        buf_free(&report.text);
        return status;
    }
    int ended = end_report(&report, command);
    return ended != COMMAND_FINE ? ended : status;
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
    return show_verdicts(lab, options, wanted, argv[0]);
}

/* Paths that the program is given, or that are bound, must not depend on the working directory. */
static int make_absolute(const char *path, char absolute[PATH_MAX], const char *command) {
    return realpath(path, absolute) != NULL ? COMMAND_FINE
                                            : command_misuse(command, "%s: not there", path);
}

static int perform(int argc, char **argv) {
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

const struct command check_command = {
    .name = "check",
    .run = perform,
    .usage = "LAB [CHECK…] [OPTION…]",
    .meaning = "Runs a lab in a private network, judges it, and says what to do next.",
    .details =
        "LAB is 3, 03 or 03-smtp-send. Without CHECK all of them are judged.\n"
        "  --recorded           runs nothing, shows the verdicts of the last time\n"
        "  --run-only           runs and judges, shows nothing\n"
        "  --json               the verdicts for programs: tools/wire/judge/verdict_json.h\n"
        "  --filters            only tries whether lab.ini and its display filters are right\n"
        "  --programs DIR       where the lab's program is; without it build/labs\n"
        "  --run-directory DIR  what the runs leave, below build/run; without it "
        "build/run/NN-name\n"
        "  --labs DIR           where the labs are\n"
        "The exit status is 0 when all held, 1 when one failed, 2 when wire cannot judge.\n",
};
