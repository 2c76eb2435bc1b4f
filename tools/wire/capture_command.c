/* wire capture: runs a lab's session once, and keeps what was on the wire. */
#include "commands.h"
#include "dissect_join.h"
#include "files.h"
#include "lab.h"
#include "network.h"
#include "run.h"
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *programs;
    const char *file; /* NULL: labs/NN-name/capture.pcapng */
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"programs", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.programs = KIT_BUILD_DIR "/labs"};
    for (int letter; (letter = getopt_long(argc, argv, "o:", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        *(letter == 'o' ? &options->file : &options->programs) = optarg;
    }
    return optind + 1 == argc ? COMMAND_FINE
                              : command_misuse(argv[0], "which lab? One: 3, for example");
}

/* "labs/03-smtp-send/capture.old.pcapng" for "…/capture.pcapng". */
static int name_of_old(const char *file, char old[PATH_MAX], struct failure *why) {
    static const char ending[] = ".pcapng";
    size_t length = strlen(file);
    if (length > sizeof ending - 1 && strcmp(file + length - (sizeof ending - 1), ending) == 0)
        length -= sizeof ending - 1;
    return files_path(old, why, "%.*s.old%s", (int)length, file, ending);
}

/* Puts `from` in the place of `file`, all or nothing; what is there becomes `old`. */
static int put_in_place(const char *from, const char *file, const char *old, struct failure *why) {
    char new[PATH_MAX];
    struct buf bytes;
    if (files_path(new, why, "%s.new", file) < 0)
        return -1;
    buf_init(&bytes, 512u << 20);
    int result = files_read(from, &bytes, why);
    if (result == 0)
        result = files_write(new, bytes.bytes, bytes.length, why);
    buf_free(&bytes);
    if (result < 0)
        return -1;
    if (rename(file, old) < 0 && errno != ENOENT)
        return failure_system(why, errno, "%s cannot be renamed", files_short_path(file));
    return rename(new, file) == 0 ? 0 : failure_system(why, errno, "%s", files_short_path(file));
}

/* Where the program did not come to its end, the capture does not show all of the session. */
static void say_how_it_ended(const struct lab *lab, const struct run_result *result) {
    char words[200];
    run_result_describe(result, words, sizeof words);
    if (result->start[0] != '\0')
        printf("Your program: %s.\n", result->start);
    else if (result->todo[0] != '\0')
        printf("Your program said: %s.\n", result->todo);
    else if (result->ending != RUN_ENDED || result->status != 0)
        printf("Your program %s.\n", words);
    else if (result->keyboard[0] != '\0')
        printf("%s: %s.\n", lab->server != NULL ? "The session" : "At the keyboard",
               result->keyboard);
}

static int keep(const struct lab *lab, const char *recorded, const char *file,
                const struct run_result *result, struct failure *why) {
    char old[PATH_MAX];
    struct capture_file capture;
    if (capture_open(&capture, recorded, why) < 0)
        return -1;
    close(capture.file);
    if (capture.contents.packets == 0) {
        say_how_it_ended(lab, result);
        printf("Your program sent nothing, so nothing was kept.\n");
        return COMMAND_FAILED;
    }
    bool replaces = access(file, F_OK) == 0;
    if (name_of_old(file, old, why) < 0 || put_in_place(recorded, file, old, why) < 0)
        return -1;
    printf("%u frames are in %s.\n", capture.contents.packets, files_short_path(file));
    if (replaces)
        printf("The capture that was there is now %s.\n", files_short_path(old));
    say_how_it_ended(lab, result);
    printf("next: ./kit diff %d\n", lab_number(lab));
    return COMMAND_FINE;
}

static int capture(const struct lab *lab, const struct options *options, const char *file,
                   struct failure *why) {
    char directory[PATH_MAX], recorded[PATH_MAX], programs[PATH_MAX], program[PATH_MAX];
    struct run_result result;
    if (realpath(options->programs, programs) == NULL)
        return failure_system(why, errno, "%s", options->programs);
    if (files_path(program, why, "%s/%s", programs, lab->name) < 0)
        return -1;
    if (access(program, X_OK) < 0)
        return failure_set(why, "%s: not built: ./kit build", program);
    if (files_path(directory, why, KIT_BUILD_DIR "/run/%s/capture", lab->name) < 0 ||
        files_path(recorded, why, "%s/main/capture.pcapng", directory) < 0 ||
        files_make_directory(directory, why) < 0)
        return -1;
    bool *wanted = calloc(lab->run_count, sizeof *wanted);
    if (wanted == NULL)
        return failure_set(why, "not enough memory");
    wanted[0] = true; /* main */
    const struct run_setup setup = {.lab = lab, .programs = programs, .directory = directory};
    int ran = run_all(&setup, wanted, why);
    free(wanted);
    if (ran < 0 || run_result_read(directory, lab->runs[0].name, &result, why) < 0)
        return -1;
    return keep(lab, recorded, file, &result, why);
}

static int perform_in(const struct lab *lab, const struct options *options, char **argv) {
    char file[PATH_MAX], directory[PATH_MAX];
    struct failure why;
    int status;
    int named = options->file != NULL ? files_path(file, &why, "%s", options->file)
                                      : files_path(file, &why, "%s/capture.pcapng", lab->directory);
    if (named < 0 || files_path(directory, &why, "%s", file) < 0)
        return command_misuse(argv[0], "%s", why.text);
    const char *writable[] = {dirname(directory), NULL};
    switch (network_enter(&(struct network_options){.writable = writable}, argv, &status, &why)) {
    case NETWORK_ENDED:
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    status = capture(lab, options, file, &why);
    return status < 0 ? command_misuse(argv[0], "%s", why.text) : status;
}

static int perform(int argc, char **argv) {
    struct options options;
    struct failure why;
    struct lab lab;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    if (lab_open(KIT_SOURCE_DIR "/labs", argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    status = perform_in(&lab, &options, argv);
    lab_free(&lab);
    return status;
}

const struct command capture_command = {
    .name = "capture",
    .run = perform,
    .usage = "LAB [OPTION…]",
    .meaning = "Runs a lab's session once with your program, and keeps what was on the wire.",
    .details =
        "The capture is labs/NN-name/capture.pcapng: compare it with the reference, answer the\n"
        "lab's questions from it, hand it in. The one that was there becomes capture.old.pcapng.\n"
        "  -o, --output FILE  another file\n"
        "  --programs DIR     where the lab's program is; without it build/labs\n"
        "The exit status is 1 when the program sent nothing: then nothing is kept.\n",
};
