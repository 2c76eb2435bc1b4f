/* wire check: runs a lab and judges it. */
#include "arguments.h"
#include "check.h"
#include "commands.h"
#include "files.h"
#include "filters.h"
#include "network.h"
#include "recorded.h"
#include "report.h"
#include "verdict.h"
#include "verdict_json.h"
#include "watch.h"
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
    const char *answers; /* NULL: the lab's own; likewise the capture */
    const char *capture;
    char directory[PATH_MAX]; /* "" until known */
    bool run_only;
    bool recorded;
    bool filters;
    bool json;
    bool all;
    bool answers_shown;
    bool watch;
    size_t jobs;       /* 0: as the machine allows */
    const char *build; /* NULL: CMake builds the lab's target */
};

/* What is to be judged, by number. */
struct choice {
    bool *wanted; /* checks */
    bool *asked;  /* questions */
    bool named;   /* one by one */
};

static int read_options(int argc, char **argv, struct options *options) {
    const char *directory = NULL, *jobs = NULL;
    const struct {
        const char *name;
        const char **value; /* or, without one: */
        bool *flag;
    } known[] = {
        {"labs", &options->labs, NULL},
        {"programs", &options->programs, NULL},
        {"answers", &options->answers, NULL},
        {"capture", &options->capture, NULL},
        {"run-directory", &directory, NULL},
        {"jobs", &jobs, NULL},
        {"build", &options->build, NULL},
        {"run-only", NULL, &options->run_only},
        {"recorded", NULL, &options->recorded},
        {"filters", NULL, &options->filters},
        {"json", NULL, &options->json},
        {"all", NULL, &options->all},
        {"answers-shown", NULL, &options->answers_shown},
        {"watch", NULL, &options->watch},
    };
    enum {
        KNOWN = sizeof known / sizeof known[0]
    };
    struct option table[KNOWN + 1] = {{NULL, 0, NULL, 0}};
    for (int i = 0; i < KNOWN; i++)
        table[i] = (struct option){
            known[i].name, known[i].value != NULL ? required_argument : no_argument, NULL, i};
    *options = (struct options){.labs = KIT_SOURCE_DIR "/labs", .programs = KIT_BUILD_DIR "/labs"};
    for (int which; (which = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (which == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        if (known[which].value != NULL)
            *known[which].value = optarg;
        else
            *known[which].flag = true;
    }
    if (directory != NULL)
        snprintf(options->directory, sizeof options->directory, "%s", directory);
    if (jobs != NULL && (options->jobs = strtoul(jobs, NULL, 10)) == 0)
        return command_misuse(argv[0], "--jobs %s: a number from 1 on", jobs);
    return optind < argc ? COMMAND_FINE : command_misuse(argv[0], "which lab? 3, for example");
}

/* Which checks and questions: those named behind the lab, or all. */
static int choose(const struct lab *lab, int argc, char **argv, struct choice *choice) {
    bool all = optind + 1 >= argc;
    choice->named = !all;
    for (size_t i = 0; i < lab->check_count; i++)
        choice->wanted[i] = all;
    for (size_t i = 0; i < lab->question_count; i++)
        choice->asked[i] = all;
    for (int i = optind + 1; i < argc; i++) {
        const struct lab_check *check = lab_find_check(lab, argv[i]);
        const struct lab_question *question = lab_find_question(lab, argv[i]);
        if (check != NULL)
            choice->wanted[check - lab->checks] = true;
        else if (question != NULL)
            choice->asked[question - lab->questions] = true;
        else
            return command_misuse(argv[0], "%s has no check \"%s\"", lab->file, argv[i]);
    }
    return COMMAND_FINE;
}

static int print_json(const struct lab *lab, const struct recorded *recorded, bool answers,
                      const char *command) {
    struct buf text;
    struct json json;
    buf_init(&text, 16u << 20);
    json_begin(&json, &text);
    verdict_json(&json, lab, recorded->list, recorded->count, answers);
    int status = json_end(&json) == 0 ? COMMAND_FINE : command_misuse(command, "not enough memory");
    if (status == COMMAND_FINE)
        fwrite(text.bytes, 1, text.length, stdout);
    buf_free(&text);
    return status;
}

/* Shows the verdicts that are recorded for the chosen ones. */
static int show_verdicts(const struct lab *lab, const struct options *options,
                         const struct choice *choice, const char *command) {
    struct recorded recorded;
    struct failure why;
    int status = COMMAND_FINE;
    if (recorded_read_all(lab, options->directory, choice->wanted, choice->asked, &recorded, &why) <
        0)
        return command_misuse(command, "%s: run `wire check %d` first", why.text, lab_number(lab));
    if (options->json) {
        status = print_json(lab, &recorded, options->answers_shown, command);
    } else {
        struct verdict_style style;
        verdict_style_for(stdout, &style);
        style.answers = options->answers_shown;
        report_print(lab, recorded.list, recorded.count, options->all || choice->named, &style,
                     stdout);
    }
    for (size_t i = 0; status == COMMAND_FINE && i < recorded.count; i++)
        status = verdict_held(&recorded.list[i]) ? COMMAND_FINE : COMMAND_FAILED;
    recorded_free(&recorded);
    return status;
}

/* The student's own file, or the one that was named. */
static int choose_file(const char *named, const struct lab *lab, const char *own,
                       char path[PATH_MAX], struct failure *why) {
    if (named == NULL)
        return files_path(path, why, "%s/%s", lab->directory, own);
    if (realpath(named, path) == NULL)
        return failure_system(why, errno, "%s", named);
    return 0;
}

static int run(const struct lab *lab, const struct options *options, const struct choice *choice,
               struct failure *why) {
    char program[PATH_MAX], directory[PATH_MAX], answers[PATH_MAX], capture[PATH_MAX];
    if (files_path(program, why, "%s/%s", options->programs, lab->name) < 0)
        return -1;
    if (access(program, X_OK) < 0)
        return failure_set(why, "%s: not built: ./kit build", program);
    if (files_make_directory(options->directory, why) < 0)
        return -1;
    if (realpath(options->directory, directory) == NULL)
        return failure_system(why, errno, "%s", options->directory);
    if (choose_file(options->answers, lab, "answers.ini", answers, why) < 0 ||
        choose_file(options->capture, lab, "capture.pcapng", capture, why) < 0)
        return -1;
    struct check_setup setup = {
        .lab = lab,
        .programs = options->programs,
        .directory = directory,
        .jobs = options->jobs,
        .wanted = choice->wanted,
        .asked = choice->asked,
        .answers = answers,
        .capture = capture,
    };
    return check_run(&setup, why);
}

static int check_lab(const struct lab *lab, const struct options *options, int argc, char **argv,
                     struct choice *choice) {
    struct failure why;
    int status = choose(lab, argc, argv, choice);
    if (status != COMMAND_FINE)
        return status;
    if (options->filters)
        return filters_try(lab, &why) == 0 ? COMMAND_FINE : command_misuse(argv[0], "%s", why.text);
    if (!options->recorded && run(lab, options, choice, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    if (options->run_only)
        return COMMAND_FINE;
    return show_verdicts(lab, options, choice, argv[0]);
}

/* The command line without what only the watch is about. */
static void checking_words(const struct options *options, char **argv, struct arguments *line) {
    const struct {
        const char *option, *value;
    } given[] = {
        {"--labs", options->labs},
        {"--programs", options->programs},
        {"--answers", options->answers},
        {"--capture", options->capture},
        {"--run-directory", options->directory[0] != '\0' ? options->directory : NULL},
    };
    arguments_add(line, "check");
    arguments_add_all(line, argv + optind);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (given[i].value == NULL)
            continue;
        arguments_add(line, given[i].option);
        arguments_add(line, given[i].value);
    }
    if (options->all)
        arguments_add(line, "--all");
    if (options->answers_shown)
        arguments_add(line, "--answers-shown");
}

/* Judges again at each save, until Ctrl-C. */
static int watch_lab(const struct options *options, char **argv) {
    struct arguments line = {0};
    struct lab lab;
    struct failure why;
    char *build = NULL;
    if (options->recorded || options->run_only || options->filters || options->json)
        return command_misuse(argv[0], "--watch judges anew each time, for a person: it does not "
                                       "go with --recorded, --run-only, --filters or --json");
    if (lab_open(options->labs, argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    checking_words(options, argv, &line);
    int made =
        options->build != NULL
            ? asprintf(&build, "%s", options->build)
            : asprintf(&build, "cmake --build '" KIT_BUILD_DIR "' --target lab-%s", lab.name);
    if (line.failed || made < 0)
        failure_set(&why, "not enough memory");
    else
        watch(&(struct watch){.lab = &lab, .build = build, .check = line.words}, &why);
    free(build);
    arguments_free(&line);
    lab_free(&lab);
    return command_misuse(argv[0], "%s", why.text);
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
    if (options.watch)
        return watch_lab(&options, argv);
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
    struct choice choice = {.wanted = calloc(lab.check_count + 1, sizeof *choice.wanted),
                            .asked = calloc(lab.question_count + 1, sizeof *choice.asked)};
    status = choice.wanted == NULL || choice.asked == NULL
                 ? command_misuse(argv[0], "not enough memory")
                 : check_lab(&lab, &options, argc, argv, &choice);
    free(choice.wanted);
    free(choice.asked);
    lab_free(&lab);
    return status;
}

const struct command check_command = {
    .name = "check",
    .run = perform,
    .usage = "LAB [CHECK…] [OPTION…]",
    .meaning = "Runs a lab in a private network, judges it, and says what to do next.",
    .details =
        "LAB is 3, 03 or 03-smtp-send. CHECK is a check of its lab.ini, or question.NAME, one of\n"
        "its questions; without it all of them are judged. The answers to the questions stand in\n"
        "the lab's answers.ini, and are held against its capture.pcapng (wire capture makes it).\n"
        "  --all                all verdicts in full, also those for one and the same reason\n"
        "  --watch              again at each save of one of the lab's files; builds it first\n"
        "  --build COMMAND      how --watch builds the program; without it CMake does\n"
        "  --recorded           runs nothing, shows the verdicts of the last time\n"
        "  --run-only           runs and judges, shows nothing\n"
        "  --json               the verdicts for programs: tools/wire/judge/verdict_json.h\n"
        "  --filters            only tries whether lab.ini and its display filters are right\n"
        "  --answers FILE       another answers.ini\n"
        "  --capture FILE       another capture for the questions\n"
        "  --answers-shown      shows the right answers too: for instructors\n"
        "  --programs DIR       where the lab's program is; without it build/labs\n"
        "  --run-directory DIR  what the runs leave, below build/run; without it "
        "build/run/NN-name\n"
        "  --jobs N             so many runs at once at most; without it as the machine allows\n"
        "  --labs DIR           where the labs are\n"
        "The exit status is 0 when all held, 1 when one failed, 2 when wire cannot judge.\n",
};
