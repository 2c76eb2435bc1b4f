/* wire sandbox: runs a command as a check runs a student's program. */
#include "commands.h"
#include "network.h"
#include "program.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    STANDARD_SECONDS = 10,
    MOST_SECONDS = 3600,
    GRACE_MS = 5000, /* to end when it is asked to */
    STOPPED = 124,
};

struct order {
    const char *writable, *readable;
    int seconds;
    bool serves;
};

/* What is taken from the program and not yet passed on. */
struct passed {
    size_t output, error;
};

static void pass(int to, const struct buf *from, size_t *passed) {
    while (*passed < from->length) {
        ssize_t count = write(to, from->bytes + *passed, from->length - *passed);
        if (count < 0 && errno != EINTR)
            *passed = from->length; /* nobody listens any more */
        else if (count > 0)
            *passed += (size_t)count;
    }
}

static void pass_on(const struct program *program, struct passed *passed) {
    pass(STDOUT_FILENO, &program->output, &passed->output);
    pass(STDERR_FILENO, &program->error, &passed->error);
}

/* Until the program has ended, by itself or not. SIGTERM is passed on. */
static void attend(struct program *program, int signals, deadline until, struct passed *passed) {
    struct program *const alone[] = {program};
    while (!program_has_ended(program, 0)) {
        struct pollfd asked = {.fd = signals, .events = POLLIN};
        program_attend(alone, 1, &asked, PROGRAM_TICK_MS);
        pass_on(program, passed);
        struct signalfd_siginfo which;
        if (asked.revents != 0 && read(signals, &which, sizeof which) == (ssize_t)sizeof which) {
            program_ask_to_end(program);
            until = deadline_in(GRACE_MS);
        }
        if (program_must_stop(program, until))
            program_has_ended(program, -1);
    }
}

static int status_of(const struct program *program) {
    static const char *const stopped[] = {
        [RUN_TIME] = "its time was over",
        [RUN_OUTPUT] = "it said too much",
        [RUN_PROCESSES] = "it started too many processes",
        [RUN_FULL] = "it wrote too much",
    };
    if (program->stopped)
        fprintf(stderr, "wire sandbox: stopped: %s\n", stopped[program->ending]);
    return program->stopped      ? STOPPED
           : program->signal > 0 ? 128 + program->signal
                                 : program->status;
}

static int run(const struct order *order, char **words) {
    char here[PATH_MAX];
    struct arguments line = {0};
    struct failure why;
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGTERM);
    sigaddset(&asked, SIGINT);
    sigprocmask(SIG_BLOCK, &asked, NULL);
    int signals = signalfd(-1, &asked, SFD_CLOEXEC);
    arguments_add_all(&line, words);
    const struct sandbox_setup setup = {
        .program = &line,
        .directory = getcwd(here, sizeof here),
        .writable = order->writable,
        .readable = order->readable,
        .processor_seconds = order->seconds,
        .serves = order->serves,
    };
    struct program program;
    program_init(&program);
    int status = COMMAND_MISUSE;
    if (signals < 0 || setup.directory == NULL || line.failed)
        command_misuse("sandbox", "%s", strerror(errno));
    else if (program_start(&program, &setup, &why) < 0)
        command_misuse("sandbox", "%s", why.text);
    else {
        struct passed passed = {0};
        attend(&program, signals, deadline_in(1000 * order->seconds), &passed);
        int finished = program_finish(&program, &why);
        pass_on(&program, &passed);
        status = finished < 0 ? command_misuse("sandbox", "%s", why.text) : status_of(&program);
    }
    program_free(&program);
    arguments_free(&line);
    if (signals >= 0)
        close(signals);
    return status;
}

static int understand(int argc, char **argv, struct order *order) {
    static const struct option options[] = {
        {"write", required_argument, NULL, 'w'},
        {"read", required_argument, NULL, 'r'},
        {"seconds", required_argument, NULL, 's'},
        {"serves", no_argument, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };
    int option;
    char *end;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (option) {
        case 'w':
            order->writable = optarg;
            break;
        case 'r':
            order->readable = optarg;
            break;
        case 'l':
            order->serves = true;
            break;
        case 's':
            order->seconds = (int)strtol(optarg, &end, 10);
            if (*end != '\0' || order->seconds < 1 || order->seconds > MOST_SECONDS)
                return command_misuse(argv[0], "--seconds %s: 1 to %d", optarg, MOST_SECONDS);
            break;
        default:
            return COMMAND_MISUSE; /* getopt has said why */
        }
    }
    return optind < argc ? COMMAND_FINE : command_misuse(argv[0], "which command?");
}

static int perform(int argc, char **argv) {
    struct order order = {.seconds = STANDARD_SECONDS};
    int status = understand(argc, argv, &order);
    if (status != COMMAND_FINE)
        return status;
    const char *const writable[] = {order.writable, NULL};
    const struct network_options options = {.writable = writable};
    struct failure why;
    switch (network_enter(&options, argv, &status, &why)) {
    case NETWORK_ENDED:
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    return run(&order, argv + optind);
}

const struct command sandbox_command = {
    .name = "sandbox",
    .run = perform,
    .own_words = 1,
    .usage = "[OPTION…] [--] COMMAND [WORD…]",
    .meaning = "Runs COMMAND in the lab network as a check runs a student's program "
               "(tools/wire/network/sandbox.h).",
    .details = "  --write DIR   it can write below DIR, and nowhere else\n"
               "  --read DIR    DIR is there for it to read, also where it is a user of its own\n"
               "  --serves      it is a server: any port, more files, more addresses\n"
               "  --seconds N   so long it may run, and compute (standard: 10)\n"
               "It works in the current directory, without standard input. SIGTERM is passed on to "
               "it.\n"
               "The exit status is COMMAND's own; 128 + n when signal n killed it; 124 when it had "
               "to be\n"
               "stopped; 2 when it could not be run.\n",
};
