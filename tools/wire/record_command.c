/* wire record: records what a command does in the lab network. */
#include "commands.h"
#include "network.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long connections that the command left open may take to close. */
#define STREAMS_PATIENCE_MS 2000

struct task {
    const char *file;
    const char *keys;
    char **command;
};

static int read_arguments(int argc, char **argv, struct task *task) {
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            task->file = argv[++i];
        else if (strcmp(argv[i], "--keys") == 0 && i + 1 < argc)
            task->keys = argv[++i];
        else
            return command_misuse(argv[0], "not understood: %s", argv[i]);
    }
    if (task->file == NULL)
        return command_misuse(argv[0], "into which file? -o FILE");
    if (i >= argc)
        return command_misuse(argv[0], "which command?");
    task->command = argv + i;
    return COMMAND_FINE;
}

/* What is waited for while the command runs. */
static void watched(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGCHLD);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGQUIT);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGHUP);
}

/* Waits for the child, passing on what is to end it. Its exit status, as a shell would say it. */
static int wait_for(pid_t child, const sigset_t *signals) {
    for (;;) {
        siginfo_t what;
        int status, number = sigwaitinfo(signals, &what);

        if (number == SIGCHLD && waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        /* What the terminal sends has reached the child too. */
        if (number > 0 && number != SIGCHLD && what.si_code != SI_KERNEL)
            kill(child, number);
    }
}

static int run(char **command) {
    sigset_t signals, before;

    watched(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(command[0], command);
        fprintf(stderr, "wire record: %s: %s\n", command[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    int status = COMMAND_MISUSE;
    if (child < 0)
        fprintf(stderr, "wire record: %s: %s\n", command[0], strerror(errno));
    else
        status = wait_for(child, &signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* What the command runs is asked to log the keys of its TLS sessions, unless somebody has asked
   already. `own` becomes the name of that log, which is to be removed; "" if there is none. */
static const char *ask_for_keys(const struct task *task, char own[PATH_MAX]) {
    own[0] = '\0';
    if (task->keys != NULL)
        return task->keys;
    const char *asked = getenv("SSLKEYLOGFILE");
    if (asked != NULL && *asked != '\0')
        return asked;
    snprintf(own, PATH_MAX, "/tmp/wire-keys-XXXXXX");
    int file = mkostemp(own, O_CLOEXEC);
    if (file < 0) {
        own[0] = '\0';
        return NULL;
    }
    close(file);
    setenv("SSLKEYLOGFILE", own, 1);
    return own;
}

static int record_task(const struct task *task) {
    struct record_result result;
    struct failure why;
    char own_keys[PATH_MAX];
    struct record *record = record_start(task->file, "lo", &why);

    if (record == NULL)
        return command_misuse("record", "%s", why.text);
    const char *keys = ask_for_keys(task, own_keys);
    int status = run(task->command);
    struct record_end end = {.streams_until = deadline_in(STREAMS_PATIENCE_MS), .keys = keys};
    int stopped = record_stop(record, &end, &result, &why);
    if (own_keys[0] != '\0')
        unlink(own_keys);
    if (stopped < 0)
        return command_misuse("record", "%s", why.text);
    if (result.open > 0)
        fprintf(stderr, "wire record: %s: a connection was still open: its end is missing\n",
                task->file);
    if (result.frames == 0)
        fprintf(stderr, "wire record: %s: nothing was sent\n", task->file);
    return status;
}

/* The directory of a file, as dirname(3) says; into `path`. */
static const char *directory_of(const char *file, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s", file);
    return dirname(path);
}

static int perform(int argc, char **argv) {
    struct task task = {.file = NULL};
    char file_path[PATH_MAX], keys_path[PATH_MAX];
    struct failure why;
    int status = read_arguments(argc, argv, &task);

    if (status != COMMAND_FINE)
        return status;
    const char *writable[] = {directory_of(task.file, file_path),
                              task.keys != NULL ? directory_of(task.keys, keys_path) : NULL, NULL};
    struct network_options options = {.writable = writable};
    switch (network_enter(&options, argv, &status, &why)) {
    case NETWORK_ENDED:
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    return record_task(&task);
}

const struct command record_command = {
    .name = "record",
    .run = perform,
    .own_words = 1,
    .usage = "-o FILE [--] COMMAND [WORD…]",
    .meaning = "Runs COMMAND in a private network and records every byte that it sends and "
               "receives there.",
    .details =
        "  -o FILE        the capture (pcapng); Wireshark opens it too\n"
        "  --keys FILE    a TLS key log; its keys go into the capture, which then opens "
        "decrypted.\n"
        "                 Without it, what COMMAND runs is asked for its keys: SSLKEYLOGFILE, "
        "which\n"
        "                 the servers and clients of this kit, curl and Python know\n"
        "COMMAND can write into FILE's directory. The exit status is its own, or 2 when it could "
        "not "
        "be\n"
        "recorded.\n",
};
