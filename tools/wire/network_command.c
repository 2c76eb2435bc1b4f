/* wire network: runs a command in the lab network. */
#include "commands.h"
#include "network.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    WRITABLE_LIMIT = 16
};

static int perform(int argc, char **argv) {
    const char *writable[WRITABLE_LIMIT + 1] = {NULL};
    struct network_options options = {.writable = writable};
    size_t count = 0;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--host-users") == 0)
            options.host_users = true;
        else if (strcmp(argv[i], "--writable") == 0 && i + 1 < argc && count < WRITABLE_LIMIT)
            writable[count++] = argv[++i];
        else
            return command_misuse(argv[0], "not understood: %s", argv[i]);
    }
    if (i >= argc)
        return command_misuse(argv[0], "which command?");

    struct failure why;
    int status = 0;
    switch (network_enter(&options, argv, &status, &why)) {
    case NETWORK_ENDED:
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    execvp(argv[i], argv + i);
    fprintf(stderr, "wire network: %s: %s\n", argv[i], strerror(errno));
    return errno == ENOENT ? 127 : 126;
}

const struct command network_command = {
    .name = "network",
    .run = perform,
    .own_words = 1,
    .usage = "[OPTION…] [--] COMMAND [WORD…]",
    .meaning = "Runs COMMAND in the lab's private network (its names and addresses: "
               "tools/wire/network/hosts).",
    .details =
        "  --host-users    keep the machine's users (only root): for programs that change theirs\n"
        "  --writable DIR  DIR can be written inside; without it only build/run, build/lab and\n"
        "                  build/state can\n"
        "The exit status is COMMAND's own; 128 + n when signal n killed it; 127 when it is not "
        "found;\n"
        "2 when there is no network to run it in.\n",
};
