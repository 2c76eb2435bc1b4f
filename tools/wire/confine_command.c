/* wire confine: runs a command with little power, where no namespaces can be had. */
#include "commands.h"
#include "confine.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATHS_LIMIT = 32
};

static int perform(int argc, char **argv) {
    const char *readable[PATHS_LIMIT + 1] = {NULL}, *writable[PATHS_LIMIT + 1] = {NULL};
    size_t readable_count = 0, writable_count = 0;
    struct confinement confinement = {
        .user = CONFINE_USER, .readable = readable, .writable = writable};
    int i = 1;
    for (; i + 1 < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i += 2) {
        if (strcmp(argv[i], "--read") == 0 && readable_count < PATHS_LIMIT)
            readable[readable_count++] = argv[i + 1];
        else if (strcmp(argv[i], "--write") == 0 && writable_count < PATHS_LIMIT)
            writable[writable_count++] = argv[i + 1];
        else
            return command_misuse(argv[0], "not understood: %s", argv[i]);
    }
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i >= argc)
        return command_misuse(argv[0], "which command?");
    if (confine(&confinement) < 0)
        return command_misuse(argv[0], "this process cannot be confined: %s", strerror(errno));
    execvp(argv[i], argv + i);
    fprintf(stderr, "wire confine: %s: %s\n", argv[i], strerror(errno));
    return errno == ENOENT ? 127 : 126;
}

const struct command confine_command = {
    .name = "confine",
    .run = perform,
    .own_words = 1,
    .usage = "[--read PATH] [--write PATH] -- COMMAND [WORD…]",
    .meaning = "Runs COMMAND with little power where no namespaces can be had, for grading "
               "(tools/wire/network/confine.h).",
    .details =
        "  --read PATH   it can read PATH and what is below, besides the system's own files\n"
        "  --write PATH  it can do everything there; each up to 32 times\n"
        "Started by root, COMMAND runs as user 59890. The exit status is COMMAND's own.\n",
};
