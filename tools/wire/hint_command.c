/* wire hint: help for one check, a step at a time. */
#include "commands.h"
#include "files.h"
#include "lab.h"
#include "recorded.h"
#include "verdict.h"
#include "verdict_print.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *labs;
    const char *directory; /* NULL: build/run/NN-name */
    bool again;
};

/* What hints can be about: a check or a question. */
struct subject {
    char name[100];
    const char *says;
    const struct lab_lines *hints;
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"labs", required_argument, NULL, 'l'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {"again", no_argument, NULL, 'a'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.labs = KIT_SOURCE_DIR "/labs"};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        if (letter == 'a')
            options->again = true;
        else
            *(letter == 'l' ? &options->labs : &options->directory) = optarg;
    }
    if (optind >= argc)
        return command_misuse(argv[0], "which lab? 3, for example");
    return argc - optind <= 2 ? COMMAND_FINE : command_misuse(argv[0], "one check at a time");
}

static bool find_subject(const struct lab *lab, const char *name, struct subject *subject) {
    const struct lab_check *check = lab_find_check(lab, name);
    const struct lab_question *question = lab_find_question(lab, name);
    *subject = (struct subject){0};
    snprintf(subject->name, sizeof subject->name, "%s", name);
    if (check != NULL) {
        subject->says = check->says;
        subject->hints = &check->hints;
    } else if (question != NULL) {
        subject->says = question->text;
        subject->hints = &question->hints;
    }
    return subject->hints != NULL;
}

/* Whether the last verdict of this check was that it failed. */
static bool has_failed(const char *directory, const char *name) {
    struct fields verdict = {0};
    if (recorded_read(directory, name, &verdict, NULL) < 0)
        return false;
    bool failed = strcmp(fields_get(&verdict, "outcome"), "failed") == 0;
    fields_free(&verdict);
    return failed;
}

/* The first check that failed when it was last judged. */
static bool find_failed(const struct lab *lab, const char *directory, struct subject *subject) {
    for (size_t i = 0; i < lab->check_count; i++)
        if (has_failed(directory, lab->checks[i].name))
            return find_subject(lab, lab->checks[i].name, subject);
    return false;
}

/* How many hints were shown before, by check; and the file that remembers it. */
static long shown_before(const char *path, const char *name) {
    struct fields memory = {0};
    if (access(path, F_OK) < 0 || fields_read(&memory, path, NULL) < 0)
        return 0;
    long shown = fields_number(&memory, name);
    fields_free(&memory);
    return shown;
}

static int remember(const char *path, const char *name, long shown, struct failure *why) {
    struct fields before = {0}, now = {0};
    int result = 0;
    if (access(path, F_OK) == 0)
        fields_read(&before, path, NULL); /* one that is damaged is begun anew */
    for (size_t i = 0; result == 0 && i < before.count; i++)
        if (strcmp(before.list[i].key, name) != 0)
            result = fields_add(&now, before.list[i].key, "%s", before.list[i].value);
    if (result == 0)
        result = fields_add(&now, name, "%ld", shown);
    result = result < 0 ? failure_set(why, "not enough memory") : fields_write(&now, path, why);
    fields_free(&before);
    fields_free(&now);
    return result;
}

static void print_hint(const struct lab *lab, const struct subject *subject, long number) {
    static const char in[] = "    ";
    struct verdict_style style;
    long count = (long)subject->hints->count;
    verdict_style_for(stdout, &style);
    printf("%s%s%s: ", verdict_bold(&style), subject->name, verdict_plain(&style));
    verdict_print_wrapped(subject->says, (int)strlen(subject->name) + 2, style.width, &style,
                          stdout);
    printf("\n%s", in);
    verdict_print_wrapped(subject->hints->text[number - 1], (int)strlen(in), style.width, &style,
                          stdout);
    if (number < count)
        printf("\nHint %ld of %ld. The next one: ./kit hint %d %s\n", number, count,
               lab_number(lab), subject->name);
    else
        printf("\nHint %ld of %ld. The rest is in the handout, and in the contract above the "
               "function.\n",
               number, count);
}

static int give(const struct lab *lab, const char *directory, const struct subject *subject,
                bool again, struct failure *why) {
    char path[PATH_MAX];
    long count = (long)subject->hints->count;
    if (count == 0)
        return failure_set(why,
                           "%s has no hints: read what its verdict says, and its part of the "
                           "handout",
                           subject->name);
    if (files_make_directory(directory, why) < 0 ||
        files_path(path, why, "%s/hints", directory) < 0)
        return -1;
    long before = again ? 0 : shown_before(path, subject->name);
    long number = before < 0 || before >= count ? count : before + 1;
    print_hint(lab, subject, number);
    if (before >= count && count > 1)
        printf("From the start: ./kit hint %d %s --again\n", lab_number(lab), subject->name);
    return remember(path, subject->name, number, why);
}

static int hint_lab(const struct lab *lab, const struct options *options, const char *name,
                    const char *command) {
    char directory[PATH_MAX];
    struct subject subject;
    struct failure why;
    int known = options->directory != NULL
                    ? files_path(directory, &why, "%s", options->directory)
                    : files_path(directory, &why, KIT_BUILD_DIR "/run/%s", lab->name);
    if (known < 0)
        return command_misuse(command, "%s", why.text);
    if (name != NULL && !find_subject(lab, name, &subject))
        return command_misuse(command, "%s has no check \"%s\"", lab->file, name);
    if (name == NULL && !find_failed(lab, directory, &subject))
        return command_misuse(command,
                              "for which check? None of lab %d has failed yet: ./kit check %d",
                              lab_number(lab), lab_number(lab));
    return give(lab, directory, &subject, options->again, &why) == 0
               ? COMMAND_FINE
               : command_misuse(command, "%s", why.text);
}

static int perform(int argc, char **argv) {
    struct options options;
    struct failure why;
    struct lab lab;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    if (lab_open(options.labs, argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    status = hint_lab(&lab, &options, optind + 1 < argc ? argv[optind + 1] : NULL, argv[0]);
    lab_free(&lab);
    return status;
}

const struct command hint_command = {
    .name = "hint",
    .run = perform,
    .usage = "LAB [CHECK] [OPTION…]",
    .meaning = "Helps with a check: one more hint at each call, from a nudge to almost the answer.",
    .details = "Without CHECK: for the first one that failed when the lab was last judged.\n"
               "  --again              from the first hint on\n"
               "  --run-directory DIR  where it is remembered how many were shown; without it\n"
               "                       build/run/NN-name\n"
               "  --labs DIR           where the labs are\n",
};
