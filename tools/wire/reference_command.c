/* wire reference: records the reference capture of a lab, or holds a new one against it. */
#include "commands.h"
#include "files.h"
#include "lab.h"
#include "network.h"
#include "reference.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char captures[] = KIT_SOURCE_DIR "/captures";

struct options {
    bool verify;
    const char *directory; /* NULL: the usual one */
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"verify", no_argument, NULL, 'v'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){0};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        if (letter == 'v')
            options->verify = true;
        else
            options->directory = optarg;
    }
    return optind + 1 == argc ? COMMAND_FINE
                              : command_misuse(argv[0], "which lab? One: 3, for example");
}

static int refer(const struct lab *lab, const struct options *options, struct failure *why) {
    char directory[PATH_MAX];
    int made = options->directory != NULL
                   ? files_path(directory, why, "%s", options->directory)
                   : files_path(directory, why, KIT_BUILD_DIR "/run/reference/%s", lab->name);
    if (made < 0)
        return -1;
    struct reference_setup setup = {
        .lab = lab,
        .programs = KIT_BUILD_DIR "/solutions",
        .directory = directory,
        .captures = captures,
    };
    return options->verify ? reference_verify(&setup, why) : reference_make(&setup, why);
}

static int perform(int argc, char **argv) {
    static const char *const writable[] = {captures, NULL};
    struct options options;
    struct failure why;
    struct lab lab;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    if (!options.verify)
        files_make_directory(captures, NULL); /* inside, where it cannot be made, writing fails */
    switch (network_enter(&(struct network_options){.writable = options.verify ? NULL : writable},
                          argv, &status, &why)) {
    case NETWORK_ENDED:
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    if (lab_open(KIT_SOURCE_DIR "/labs", argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    status = COMMAND_FINE;
    if (refer(&lab, &options, &why) < 0) {
        fprintf(stderr, "wire reference: %s\n", why.text);
        status = COMMAND_FAILED;
    }
    lab_free(&lab);
    return status;
}

const struct command reference_command = {
    .name = "reference",
    .run = perform,
    .usage = "LAB [OPTION…]",
    .meaning = "Records a lab's reference capture anew, from its solution: captures/NN-name.pcapng "
               "and .txt;\nof another run that a question is about captures/NN-name-RUN.",
    .details =
        "  --verify             changes nothing: holds a new recording against both\n"
        "  --run-directory DIR  what the run leaves; without it build/run/reference/NN-name\n"
        "The exit status is 1 when they differ, or nothing could be recorded.\n",
};
