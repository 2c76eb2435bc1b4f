#include "network.h"
#include "arguments.h"
#include "confine.h"
#include "loopback.h"
#include "network_open.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* "private" or "open" inside a network. */
static const char network_variable[] = "WIRE_NETWORK";
/* In an open one: whom the program runs as. */
static const char user_variable[] = "WIRE_PROGRAM_USER";
/* For the first process inside, from the one outside: two file descriptors, see arrive(). */
static const char arrival_variable[] = "WIRE_ARRIVAL";

static const char *const built[] = {KIT_BUILD_DIR "/run", KIT_BUILD_DIR "/lab",
                                    KIT_BUILD_DIR "/state"};

/* Signals that somebody outside may send to end what runs inside. */
static void passed_on(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGHUP);
    sigaddset(signals, SIGQUIT);
}

/* /tmp and /run are covered by empty ones: what is needed of them is bound again. */
static bool is_covered(const char *path) {
    return strncmp(path, "/tmp/", 5) == 0 || strncmp(path, "/run/", 5) == 0;
}

static void bind_again(struct arguments *line, const char *path) {
    if (!is_covered(path))
        return;
    arguments_add(line, "--ro-bind");
    arguments_add(line, path);
    arguments_add(line, path);
}

static void bind_over(struct arguments *line, const char *file, const char *system_file) {
    if (access(system_file, F_OK) < 0)
        return; /* a read-only tree has no place for it, and nobody to read it */
    arguments_add(line, "--ro-bind");
    arguments_add(line, file);
    arguments_add(line, system_file);
}

static void bind_writable(struct arguments *line, const char *directory) {
    char path[PATH_MAX];
    if (realpath(directory, path) == NULL)
        return; /* whoever writes there will say that it is missing */
    arguments_add(line, "--bind");
    arguments_add(line, path);
    arguments_add(line, path);
}

/* The command line of bwrap, up to the command that it runs. */
static void sandbox(struct arguments *line, const struct network_options *options, int info) {
    static char *const everyone[] = {"--unshare-user-try", "--uid", "0", "--gid", "0", NULL};
    static char *const isolation[] = {
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "client.example.org",
        "--cap-add",
        "ALL",
        "--die-with-parent",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--tmpfs",
        "/tmp",
        "--tmpfs",
        "/run",
        "--unsetenv",
        "TMPDIR",
        "--setenv",
        "RESOLV_MULTI",
        "on", /* host.conf(5): all addresses of a name in /etc/hosts, not the first alone */
        "--setenv",
        "SSL_CERT_FILE",
        KIT_BUILD_DIR "/lab/tls/ca.pem",
        "--unsetenv", /* these two would come first for curl */
        "SSL_CERT_DIR",
        "--unsetenv",
        "CURL_CA_BUNDLE",
        NULL};
    char directory[PATH_MAX];

    arguments_add(line, "bwrap");
    if (!options->host_users)
        arguments_add_all(line, everyone);
    arguments_add_all(line, isolation);
    /* Without a session of its own, a Ctrl-C at the terminal reaches what runs inside. */
    if (!isatty(STDIN_FILENO))
        arguments_add(line, "--new-session");
    bind_over(line, KIT_SOURCE_DIR "/tools/wire/network/hosts", "/etc/hosts");
    bind_over(line, KIT_SOURCE_DIR "/tools/wire/network/nsswitch.conf", "/etc/nsswitch.conf");
    bind_again(line, KIT_SOURCE_DIR);
    bind_again(line, KIT_BUILD_DIR);
    if (getcwd(directory, sizeof directory) != NULL)
        bind_again(line, directory);
    for (size_t i = 0; i < sizeof built / sizeof *built; i++)
        bind_writable(line, built[i]);
    for (size_t i = 0; options->writable != NULL && options->writable[i] != NULL; i++)
        bind_writable(line, options->writable[i]);
    arguments_add(line, "--setenv");
    arguments_add(line, network_variable);
    arguments_add(line, "private");
    arguments_add(line, "--info-fd");
    arguments_addf(line, "%d", info);
    arguments_add(line, "--");
}

/*
 * The first thing that happens inside. Two file descriptors came along: one to say that the sandbox
 * stands (so that nobody has to guess whether bwrap or the command failed), and the real stderr,
 * because bwrap's own words were collected in a pipe.
 */
static void arrive(const char *descriptors) {
    char *rest = NULL;
    long ready = strtol(descriptors, &rest, 10);
    long errors = *rest == ',' ? strtol(rest + 1, NULL, 10) : -1;
    if (ready < 0 || ready > INT_MAX || errors < 0 || errors > INT_MAX)
        return;
    dup2((int)errors, STDERR_FILENO);
    close((int)errors);
    if (write((int)ready, "", 1) != 1)
        return;
    close((int)ready);
    unsetenv(arrival_variable);
    sigset_t signals;
    passed_on(&signals);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);

    struct failure why;
    if (loopback_like_ethernet(&why) < 0)
        fprintf(stderr, "wire: %s; segments will be larger than outside\n", why.text);
}

/* The process that bwrap started inside, as seen from here. bwrap's own pid is `outer`; what it
   reported on `info` names the first process of the new namespace, whose child is the command. */
static pid_t find_command(int info) {
    char text[512] = "";
    ssize_t count = pread(info, text, sizeof text - 1, 0);
    const char *field = count > 0 ? strstr(text, "\"child-pid\":") : NULL;
    if (field == NULL)
        return -1;
    long first = strtol(field + strlen("\"child-pid\":"), NULL, 10);

    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", first, first);
    FILE *children = fopen(path, "re");
    if (children == NULL)
        return -1;
    long command = -1;
    if (fgets(text, sizeof text, children) != NULL)
        command = strtol(text, NULL, 10);
    fclose(children);
    return command > 0 ? (pid_t)command : -1;
}

/* Waits for bwrap to end and passes on the signals that come in the meantime. Its wait status. */
static int wait_outside(pid_t bwrap, int info, bool shares_terminal) {
    sigset_t signals;
    passed_on(&signals);
    sigaddset(&signals, SIGCHLD);
    for (;;) {
        siginfo_t what;
        int number = sigwaitinfo(&signals, &what);
        if (number < 0)
            continue; /* EINTR: stopped and continued */
        if (number == SIGCHLD) {
            int status;
            if (waitpid(bwrap, &status, WNOHANG) == bwrap)
                return status;
            continue;
        }
        /* What the terminal sends went to everybody who shares it. */
        if (shares_terminal && what.si_code == SI_KERNEL)
            continue;
        pid_t command = find_command(info);
        kill(command > 0 ? command : bwrap, command > 0 ? number : SIGKILL);
    }
}

/* In the child: becomes bwrap. Only returns when it cannot: then errno goes through `ready`. */
static void become_bwrap(const struct network_options *options, char **argv, int info, int ready,
                         int words) {
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    int errors = dup(STDERR_FILENO);
    struct arguments line = {0};
    if (length > 0 && errors >= 0) {
        self[length] = '\0';
        char descriptors[32];
        snprintf(descriptors, sizeof descriptors, "%d,%d", ready, errors);
        setenv(arrival_variable, descriptors, 1);
        sandbox(&line, options, info);
        arguments_add(&line, self);
        arguments_add_all(&line, argv);
        if (!line.failed && dup2(words, STDERR_FILENO) >= 0)
            execvp("bwrap", line.words);
    }
    unsigned char error = (unsigned char)errno;
    _exit(write(ready, &error, 1) == 1 ? 127 : 126);
}

struct outside {
    int ready[2]; /* what arrive() or become_bwrap() says */
    int words[2]; /* what bwrap says */
    int info;     /* a file in memory with bwrap's report of its child */
};

static int open_outside(struct outside *outside) {
    if (pipe2(outside->ready, O_CLOEXEC) < 0 || pipe2(outside->words, O_CLOEXEC) < 0)
        return -1;
    fcntl(outside->ready[1], F_SETFD, 0); /* this one goes through bwrap */
    outside->info = memfd_create("wire-info", 0);
    return outside->info < 0 ? -1 : 0;
}

/* Runs it all. 0 with *status; -1: the sandbox could not be made; `reason` says why. */
static int run_private(const struct network_options *options, char **argv, int *status,
                       struct failure *reason) {
    struct outside outside;
    if (open_outside(&outside) < 0)
        return failure_system(reason, errno, "a pipe");

    sigset_t signals, before;
    passed_on(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, &before);
    bool shares_terminal = isatty(STDIN_FILENO);

    pid_t bwrap = fork();
    if (bwrap < 0)
        return failure_system(reason, errno, "fork");
    if (bwrap == 0) {
        /* bwrap keeps the signals blocked; the process inside, which gets them, unblocks them. */
        passed_on(&signals);
        sigprocmask(SIG_SETMASK, &before, NULL);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        become_bwrap(options, argv, outside.info, outside.ready[1], outside.words[1]);
    }
    close(outside.ready[1]);
    close(outside.words[1]);
    int ended = wait_outside(bwrap, outside.info, shares_terminal);
    sigprocmask(SIG_SETMASK, &before, NULL);

    char said[256] = "";
    unsigned char error = 0;
    ssize_t arrived = read(outside.ready[0], &error, 1);
    ssize_t count = read(outside.words[0], said, sizeof said - 1);
    said[count > 0 ? count : 0] = '\0';
    close(outside.ready[0]);
    close(outside.words[0]);
    close(outside.info);
    if (arrived == 1 && error == 0) {
        *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
        return 0;
    }
    said[strcspn(said, "\n")] = '\0';
    if (arrived == 1 && error != ENOENT)
        snprintf(said, sizeof said, "%s", strerror(error));
    network_open_reason(arrived == 1 && error == ENOENT, said, reason);
    return -1;
}

enum network_result network_enter(const struct network_options *options, char **argv, int *status,
                                  struct failure *why) {
    const char *arrival = getenv(arrival_variable);
    if (arrival != NULL)
        arrive(arrival);
    if (getenv(network_variable) != NULL)
        return NETWORK_INSIDE;
    if (options->host_users && geteuid() != 0)
        return failure_set(why, "--host-users: only root may keep the machine's users");

    for (size_t i = 0; i < sizeof built / sizeof *built; i++)
        mkdir(built[i], 0755); /* if it cannot be made, whoever writes there will say so */

    struct failure reason;
    const char *simulated = getenv("WIRE_NO_BWRAP");
    if (simulated != NULL && *simulated != '\0')
        failure_set(&reason, "WIRE_NO_BWRAP is set: unset it");
    else if (run_private(options, argv, status, &reason) == 0)
        return NETWORK_ENDED;

    struct failure also;
    if (network_open_prepare(&also) < 0)
        return failure_set(why, "no private network: %s (without it: %s)", reason.text, also.text);
    bool other_user = network_open_reaches(CONFINE_USER);
    if (getenv("WIRE_STAGE") == NULL) /* grading has said it already */
        fprintf(stderr, "wire: no private network: %s. Using this machine's own loopback\n",
                reason.text);
    if (other_user) {
        char user[16];
        snprintf(user, sizeof user, "%d", CONFINE_USER);
        setenv(user_variable, user, 1);
    }
    setenv(network_variable, "open", 1);
    return NETWORK_INSIDE;
}

uid_t network_program_user(void) {
    const char *user = getenv(user_variable);
    return network_is_private() || user == NULL ? 0 : (uid_t)strtoul(user, NULL, 10);
}

bool network_is_private(void) {
    const char *kind = getenv(network_variable);
    return kind != NULL && strcmp(kind, "private") == 0;
}
