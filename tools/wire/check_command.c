/* wire check: runs a lab and judges it. */
#include "arguments.h"
#include "check.h"
#include "commands.h"
#include "files.h"
#include "network.h"
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
    static const struct option known[] = {{"labs", required_argument, NULL, 'l'},
                                          {"programs", required_argument, NULL, 'p'},
                                          {"answers", required_argument, NULL, 'a'},
                                          {"capture", required_argument, NULL, 'c'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {"run-only", no_argument, NULL, 'r'},
                                          {"recorded", no_argument, NULL, 'R'},
                                          {"filters", no_argument, NULL, 'f'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"all", no_argument, NULL, 'A'},
                                          {"answers-shown", no_argument, NULL, 's'},
                                          {"watch", no_argument, NULL, 'w'},
                                          {"jobs", required_argument, NULL, 'n'},
                                          {"build", required_argument, NULL, 'b'},
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
        case 'a':
            options->answers = optarg;
            break;
        case 'c':
            options->capture = optarg;
            break;
        case 'd':
            snprintf(options->directory, sizeof options->directory, "%s", optarg);
            break;
        case 'n':
            options->jobs = strtoul(optarg, NULL, 10);
            if (options->jobs == 0)
                return command_misuse(argv[0], "--jobs %s: a number from 1 on", optarg);
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
        case 'A':
            options->all = true;
            break;
        case 's':
            options->answers_shown = true;
            break;
        case 'w':
            options->watch = true;
            break;
        case 'b':
            options->build = optarg;
            break;
        default:
            return COMMAND_MISUSE; /* getopt has said why */
        }
    }
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

static int read_verdict(const struct lab *lab, const struct options *options, const char *name,
                        struct fields *verdict, const char *command) {
    struct failure why;
    if (check_recorded(options->directory, name, verdict, &why) == 0)
        return COMMAND_FINE;
    return command_misuse(command, "%s: run `wire check %d` first", why.text, lab_number(lab));
}

/* Reads what is recorded of the chosen ones, the questions behind the checks. */
static int read_verdicts(const struct lab *lab, const struct options *options,
                         const struct choice *choice, struct fields *verdicts, size_t *count,
                         const char *command) {
    int status = COMMAND_FINE;
    for (size_t i = 0; status == COMMAND_FINE && i < lab->check_count; i++)
        if (choice->wanted[i])
            status =
                read_verdict(lab, options, lab->checks[i].name, &verdicts[(*count)++], command);
    for (size_t i = 0; status == COMMAND_FINE && i < lab->question_count; i++) {
        char name[100];
        snprintf(name, sizeof name, LAB_QUESTION_PREFIX "%s", lab->questions[i].name);
        if (choice->asked[i])
            status = read_verdict(lab, options, name, &verdicts[(*count)++], command);
    }
    return status;
}

static int print_json(const struct lab *lab, const struct fields *verdicts, size_t count,
                      bool answers, const char *command) {
    struct buf text;
    struct json json;
    long points = 0, earned = 0;
    buf_init(&text, 16u << 20);
    json_begin(&json, &text);
    verdict_json_begin(&json, lab);
    for (size_t i = 0; i < count; i++) {
        verdict_json_add(&json, &verdicts[i], answers);
        points += fields_number(&verdicts[i], "points");
        earned += fields_number(&verdicts[i], "earned");
    }
    verdict_json_end(&json, points, earned);
    int status = json_end(&json) == 0 ? COMMAND_FINE : command_misuse(command, "not enough memory");
    if (status == COMMAND_FINE)
        fwrite(text.bytes, 1, text.length, stdout);
    buf_free(&text);
    return status;
}

/* Shows the verdicts that are recorded for the chosen ones. */
static int show_verdicts(const struct lab *lab, const struct options *options,
                         const struct choice *choice, const char *command) {
    struct fields *verdicts = calloc(lab->check_count + lab->question_count + 1, sizeof *verdicts);
    size_t count = 0;
    if (verdicts == NULL)
        return command_misuse(command, "not enough memory");
    int status = read_verdicts(lab, options, choice, verdicts, &count, command);
    if (status == COMMAND_FINE && options->json) {
        status = print_json(lab, verdicts, count, options->answers_shown, command);
    } else if (status == COMMAND_FINE) {
        struct verdict_style style;
        verdict_style_for(stdout, &style);
        style.answers = options->answers_shown;
        report_print(lab, verdicts, count, options->all || choice->named, &style, stdout);
    }
    for (size_t i = 0; i < count; i++) {
        if (status == COMMAND_FINE && !verdict_held(&verdicts[i]))
            status = COMMAND_FAILED;
        fields_free(&verdicts[i]);
    }
    free(verdicts);
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
        return check_filters(lab, &why) == 0 ? COMMAND_FINE
                                             : command_misuse(argv[0], "%s", why.text);
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
