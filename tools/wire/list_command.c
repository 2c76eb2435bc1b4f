/* wire list: all labs, and how far one is. */
#include "commands.h"
#include "files.h"
#include "lab.h"
#include "recorded.h"
#include "verdict.h"
#include "verdict_print.h"
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LABS_LIMIT = 99, /* their numbers have two digits */
    BAR_COLUMNS = 20,
};

struct options {
    const char *labs;
    const char *runs;
};

/* What is recorded of a lab. */
struct progress {
    struct lab lab;
    long points, earned;
    bool judged;     /* at least one check or question was */
    bool complete;   /* all that can be earned is */
    char failed[60]; /* the first check or question that does not hold: what comes next; or "" */
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"labs", required_argument, NULL, 'l'},
                                          {"runs", required_argument, NULL, 'r'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.labs = KIT_SOURCE_DIR "/labs", .runs = KIT_BUILD_DIR "/run"};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        *(letter == 'l' ? &options->labs : &options->runs) = optarg;
    }
    return optind == argc ? COMMAND_FINE
                          : command_misuse(argv[0], "not understood: %s", argv[optind]);
}

/* Adds one check or question to what is known of its lab. */
static void add(struct progress *progress, const char *directory, const char *name, long points) {
    struct fields verdict = {0};
    progress->points += points;
    bool held = false, failed = false;
    if (recorded_read(directory, name, &verdict, NULL) == 0) {
        held = verdict_held(&verdict);
        failed = strcmp(fields_get(&verdict, "outcome"), "failed") == 0;
        progress->judged = true;
        fields_free(&verdict);
    }
    progress->earned += held ? points : 0;
    progress->complete = progress->complete && held;
    if (failed && progress->failed[0] == '\0')
        snprintf(progress->failed, sizeof progress->failed, "%s", name);
}

static int read_progress(const struct options *options, const char *name, struct progress *progress,
                         struct failure *why) {
    char directory[PATH_MAX];
    *progress = (struct progress){.complete = true};
    if (files_path(directory, why, "%s/%s", options->runs, name) < 0 ||
        lab_open(options->labs, name, &progress->lab, why) < 0)
        return -1;
    const struct lab *lab = &progress->lab;
    for (size_t i = 0; i < lab->check_count; i++)
        add(progress, directory, lab->checks[i].name, (long)lab->checks[i].points);
    for (size_t i = 0; i < lab->question_count; i++) {
        char question[100];
        snprintf(question, sizeof question, LAB_QUESTION_PREFIX "%s", lab->questions[i].name);
        add(progress, directory, question, (long)lab->questions[i].points);
    }
    return 0;
}

static int is_lab(const struct dirent *entry) {
    return strspn(entry->d_name, "0123456789") == 2 && entry->d_name[2] == '-';
}

/* All labs, in order. How many, or -1. */
static int read_all(const struct options *options, struct progress *all, struct failure *why) {
    struct dirent **entries;
    int count = scandir(options->labs, &entries, is_lab, alphasort), read = 0, result = 0;
    if (count < 0) {
        failure_system(why, errno, "%s", options->labs);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        if (result == 0 && read < LABS_LIMIT)
            result = read_progress(options, entries[i]->d_name, &all[read], why);
        read += result == 0 && read < LABS_LIMIT;
        free(entries[i]);
    }
    free(entries);
    if (result == 0)
        return read;
    while (read > 0)
        lab_free(&all[--read].lab);
    return -1;
}

static void print_lab(const struct progress *progress, int titles,
                      const struct verdict_style *style) {
    printf("%02d  %-*s  ", lab_number(&progress->lab), titles, progress->lab.title);
    verdict_print_bar(progress->earned, progress->points, BAR_COLUMNS, style, stdout);
    if (progress->judged)
        printf("  %3ld of %ld\n", progress->earned, progress->points);
    else
        printf("  %snot run yet (%ld)%s\n", verdict_quiet(style), progress->points,
               verdict_plain(style));
}

static void print_next(const struct progress *all, int count) {
    int next = 0;
    while (next < count && all[next].complete)
        next++;
    if (next == count) {
        printf("All labs are done.\n");
        return;
    }
    const struct progress *progress = &all[next];
    int number = lab_number(&progress->lab);
    if (!progress->judged)
        printf("next: read labs/%s/README.md, then ./kit start %d\n", progress->lab.name, number);
    else if (progress->failed[0] == '\0')
        printf("next: ./kit check %d\n", number);
    else
        printf("next: ./kit check %d %s\n", number, progress->failed);
}

static void print_all(const struct progress *all, int count) {
    struct verdict_style style;
    long points = 0, earned = 0;
    int titles = 0;
    verdict_style_for(stdout, &style);
    for (int i = 0; i < count; i++) {
        int length = (int)strlen(all[i].lab.title);
        titles = length > titles ? length : titles;
        points += all[i].points;
        earned += all[i].earned;
    }
    for (int i = 0; i < count; i++)
        print_lab(&all[i], titles, &style);
    printf("\n%s%ld of %ld points%s\n", verdict_bold(&style), earned, points,
           verdict_plain(&style));
    print_next(all, count);
}

static int perform(int argc, char **argv) {
    struct options options;
    struct failure why;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    struct progress *all = calloc(LABS_LIMIT, sizeof *all);
    if (all == NULL)
        return command_misuse(argv[0], "not enough memory");
    int count = read_all(&options, all, &why);
    if (count < 0)
        status = command_misuse(argv[0], "%s", why.text);
    else if (count == 0)
        status = command_misuse(argv[0], "%s: there is no lab here", options.labs);
    else
        print_all(all, count);
    for (int i = 0; i < count; i++)
        lab_free(&all[i].lab);
    free(all);
    return status;
}

const struct command list_command = {
    .name = "list",
    .run = perform,
    .usage = "[OPTION…]",
    .meaning = "All labs with their points so far, and what comes next.",
    .details = "Runs nothing: these are the verdicts of the last checks.\n"
               "  --labs DIR  where the labs are\n"
               "  --runs DIR  what the checks have left; without it build/run\n",
};
