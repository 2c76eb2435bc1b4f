#include "sandbox.h"
#include "network.h"
#include "process.h"
#include "sanitized.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum {
    NICENESS = 5
};

/* What the program sees of the environment: these, and of ours the ones in `kept`. */
static const char *const set[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/", "TERM=dumb",
                                  "LC_ALL=C.UTF-8"};
static const char *const kept[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                                   "RESOLV_MULTI", "LD_PRELOAD",    "WIRE_NAMES"};

static void environment(struct arguments *variables) {
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
        arguments_add(variables, set[i]);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *value = getenv(kept[i]);
        if (value != NULL)
            arguments_addf(variables, "%s=%s", kept[i], value);
    }
}

static void for_each_home(struct arguments *line, const char *option) {
    static const char *const homes[] = {"/home", "/root"};
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (access(homes[i], F_OK) < 0)
            continue;
        arguments_add(line, option);
        arguments_add(line, homes[i]);
    }
}

/* Home directories are covered by empty ones; the kit, if it lies in one, is bound again. */
static void cover_homes(struct arguments *line) {
    static const char *const kit[] = {KIT_SOURCE_DIR, KIT_BUILD_DIR};
    for_each_home(line, "--tmpfs");
    for (size_t i = 0; i < sizeof kit / sizeof kit[0]; i++) {
        arguments_add(line, "--ro-bind");
        arguments_add(line, kit[i]);
        arguments_add(line, kit[i]);
    }
    for_each_home(line, "--remount-ro");
}

/* Whether user 0 in here is somebody else outside: whoever is root there, too, the kernel does not
   count, and bubblewrap has covered parts of his /proc, so that he cannot mount another one. */
static bool is_counted(void) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    if (map == NULL)
        return false;
    char line[64] = "", *rest = line;
    bool read = fgets(line, sizeof line, map) != NULL && strtoul(line, &rest, 10) == 0;
    fclose(map);
    return read && strtoul(rest, NULL, 10) != 0;
}

/* A user namespace of the program's own: from Linux 5.14 on the kernel counts processes for each.
 */
static void count_processes(struct arguments *line) {
    static char *const user[] = {"--unshare-user", "--uid", "0", "--gid", "0", NULL};
    if (is_counted())
        arguments_add_all(line, user);
}

static void command_line(const struct arguments *program, const char *directory,
                         const char *scratch, struct arguments *line) {
    static char *const isolation[] = {"bwrap",
                                      "--unshare-pid",
                                      "--unshare-ipc",
                                      "--cap-drop",
                                      "ALL",
                                      "--die-with-parent",
                                      "--new-session",
                                      "--ro-bind",
                                      "/",
                                      "/",
                                      "--dev",
                                      "/dev",
                                      "--remount-ro",
                                      "/dev",
                                      "--proc",
                                      "/proc",
                                      NULL};
    if (network_is_private()) {
        arguments_add_all(line, isolation);
        count_processes(line);
        arguments_add(line, "--bind");
        arguments_add(line, scratch);
        arguments_add(line, "/tmp");
        cover_homes(line);
        arguments_add(line, "--chdir");
        arguments_add(line, directory);
        arguments_add(line, "--");
        arguments_add(line, "prlimit");
        arguments_addf(line, "--nproc=%d", SANDBOX_PROCESS_CEILING);
        arguments_add(line, "--");
    }
    arguments_add_all(line, program->words);
}

/* /tmp of the program: memory, and little of it. It disappears with the sandbox. */
static int make_scratch(char path[SANDBOX_SCRATCH_SIZE], struct failure *why) {
    *path = '\0';
    if (!network_is_private())
        return 0;
    char name[SANDBOX_SCRATCH_SIZE] = "/run/program-XXXXXX", options[64];
    snprintf(options, sizeof options, "mode=1777,size=%lu,nr_inodes=%d", SANDBOX_SCRATCH_LIMIT,
             SANDBOX_SCRATCH_FILES);
    if (mkdtemp(name) == NULL)
        return failure_system(why, errno, "%s", name);
    if (mount("tmpfs", name, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
        int error = errno;
        rmdir(name);
        return failure_system(why, error, "a file system for the program's /tmp");
    }
    snprintf(path, SANDBOX_SCRATCH_SIZE, "%s", name);
    return 0;
}

static void remove_scratch(char path[SANDBOX_SCRATCH_SIZE]) {
    if (*path == '\0')
        return;
    umount2(path, MNT_DETACH);
    rmdir(path);
    *path = '\0';
}

/* How many processes the user may have, bwrap included, before it has made a user namespace: some
   more than there are on the whole machine. Which of them the kernel counts depends on its version
   and on namespaces, but it is never more than that. */
static rlim_t process_limit(void) {
    struct sysinfo machine;
    return sysinfo(&machine) < 0 ? RLIM_INFINITY
                                 : (rlim_t)machine.procs + 4 * SANDBOX_PROCESS_LIMIT;
}

static void set_limits(const struct sandbox_setup *setup) {
    rlim_t memory = setup->reports ? SANDBOX_TOOL_MEMORY_LIMIT : SANDBOX_MEMORY_LIMIT;
    const struct {
        __rlimit_resource_t what;
        rlim_t value;
    } limits[] = {
        {RLIMIT_CPU, (rlim_t)setup->processor_seconds},
        {RLIMIT_FSIZE, SANDBOX_FILE_LIMIT},
        {RLIMIT_NOFILE, SANDBOX_FILES},
        {RLIMIT_CORE, 0},
        {RLIMIT_NPROC, process_limit()},
        {RLIMIT_AS, SANITIZED ? RLIM_INFINITY : memory},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit = {.rlim_cur = limits[i].value, .rlim_max = limits[i].value};
        setrlimit(limits[i].what, &limit);
    }
    /* When memory runs out, the kernel takes it from the program, and not from its neighbours. */
    int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0) {
        if (write(oom, "1000", 4) < 0)
            errno = 0; /* then not */
        close(oom);
    }
    /* Whoever must stop a program that takes all of the machine comes before it. */
    if (nice(NICENESS) < 0)
        return; /* then not */
}

/* The pipes of the program's descriptors; both ends. */
enum {
    INPUT,
    OUTPUT,
    ERROR,
    REPORT,
    PIPES,
};

static const int numbers[PIPES] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, SANDBOX_REPORT};

/* In the child. */
static _Noreturn void become_program(const struct sandbox_setup *setup,
                                     const struct arguments *line,
                                     const struct arguments *variables, const int ends[PIPES],
                                     const struct thread_count *threads) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    for (int i = 0; i < PIPES; i++)
        if (ends[i] >= 0)
            dup2(ends[i], numbers[i]);
    /* Nothing else of wire's goes along: the recorder's socket sees and sends everything. */
    close_range(STDERR_FILENO + 1, SANDBOX_REPORT - 1, CLOSE_RANGE_CLOEXEC);
    close_range(SANDBOX_REPORT + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    set_limits(setup);
    if (setup->counts_threads && thread_count_install(threads) < 0)
        _exit(126); /* thread_count_begin has the reason */
    if (chdir(setup->directory) == 0)
        execvpe(line->words[0], line->words, variables->words);
    dprintf(STDERR_FILENO, "%s: %s\n", line->words[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* ours[i] and theirs[i] are the ends of one pipe; -1 where there is none. 0 or -1. */
static int open_pipes(const struct sandbox_setup *setup, int ours[PIPES], int theirs[PIPES]) {
    for (int i = 0; i < PIPES; i++)
        ours[i] = theirs[i] = -1;
    for (int i = 0; i < PIPES; i++) {
        int ends[2];
        if (i == REPORT && !setup->reports)
            continue;
        if (i == INPUT && !setup->typed) {
            theirs[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (theirs[i] < 0)
                return -1;
            continue;
        }
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -1;
        ours[i] = ends[i == INPUT ? 1 : 0];
        theirs[i] = ends[i == INPUT ? 0 : 1];
        fcntl(ours[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

static void close_all(int ends[PIPES]) {
    for (int i = 0; i < PIPES; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* Forks, and becomes the program in the child. Its pid, or -1. */
static pid_t start(const struct sandbox_setup *setup, const char *scratch, const int theirs[PIPES],
                   struct thread_count *threads, struct failure *why) {
    struct arguments line = {0}, variables = {0};
    command_line(setup->program, setup->directory, scratch, &line);
    environment(&variables);
    pid_t pid = -1;
    if (line.failed || variables.failed)
        failure_set(why, "not enough memory");
    else if (!setup->counts_threads || thread_count_prepare(threads, why) == 0)
        pid = process_fork(why);
    if (pid == 0)
        become_program(setup, &line, &variables, theirs, threads);
    if (pid > 0 && setup->counts_threads && thread_count_begin(threads, why) < 0) {
        process_end(pid, 0);
        pid = -1;
    }
    arguments_free(&line);
    arguments_free(&variables);
    return pid;
}

int sandbox_start(const struct sandbox_setup *setup, struct sandbox *sandbox, struct failure *why) {
    int ours[PIPES], theirs[PIPES];
    struct thread_count threads = {.channel = {-1, -1}, .notices = -1};
    char scratch[SANDBOX_SCRATCH_SIZE];
    pid_t pid = -1;
    if (make_scratch(scratch, why) < 0)
        return -1;
    if (open_pipes(setup, ours, theirs) < 0)
        failure_system(why, errno, "a pipe");
    else
        pid = start(setup, scratch, theirs, &threads, why);
    close_all(theirs);
    if (pid < 0) {
        thread_count_end(&threads);
        close_all(ours);
        remove_scratch(scratch);
        return -1;
    }
    *sandbox = (struct sandbox){.pid = pid,
                                .input = ours[INPUT],
                                .output = ours[OUTPUT],
                                .error = ours[ERROR],
                                .report = ours[REPORT],
                                .threads = threads};
    snprintf(sandbox->scratch, sizeof sandbox->scratch, "%s", scratch);
    return 0;
}

bool sandbox_is_crowded(const struct sandbox *sandbox) {
    return network_is_private() && process_count_inside(sandbox->pid) > SANDBOX_PROCESS_LIMIT;
}

void sandbox_kill(const struct sandbox *sandbox) {
    /* The first process of its namespace takes all others with it; it is a child of bwrap. */
    pid_t first = network_is_private() ? process_first_child(sandbox->pid) : -1;
    if (first > 0)
        kill(first, SIGKILL);
    kill(-sandbox->pid, SIGKILL); /* its session, for where there is no namespace */
    kill(sandbox->pid, SIGKILL);
}

void sandbox_end(struct sandbox *sandbox) {
    kill(-sandbox->pid, SIGKILL);
    thread_count_end(&sandbox->threads);
    int *ends[] = {&sandbox->input, &sandbox->output, &sandbox->error, &sandbox->report};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (*ends[i] >= 0)
            close(*ends[i]);
        *ends[i] = -1;
    }
    remove_scratch(sandbox->scratch);
}
