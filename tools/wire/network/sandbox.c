#include "sandbox.h"
#include "confine.h"
#include "network.h"
#include "process.h"
#include "sandbox_view.h"
#include "sanitized.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum {
    NICENESS = 5,
    CROWD_MS = 50,  /* a crowd stays; a look at the wrong moment does not count */
    REST_MS = 1000, /* so long a program may go on with what it does before it is asked to end */
};

/* How many processes the user may have, bwrap included, before it has made a user namespace: some
   more than there are on the whole machine. Which of them the kernel counts depends on its version
   and on namespaces, but it is never more than that. */
static rlim_t process_limit_of_machine(void) {
    struct sysinfo machine;
    return sysinfo(&machine) < 0 ? RLIM_INFINITY
                                 : (rlim_t)machine.procs + 4 * SANDBOX_PROCESS_LIMIT;
}

/* How many it may have of its own, where it has a user of its own. */
static rlim_t process_limit(void) {
    return network_program_user() != 0 ? SANDBOX_PROCESS_CEILING : process_limit_of_machine();
}

struct limit {
    __rlimit_resource_t what;
    rlim_t value;
};

static void set_limits(const struct limit *limits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct rlimit limit = {.rlim_cur = limits[i].value, .rlim_max = limits[i].value};
        setrlimit(limits[i].what, &limit);
    }
}

static void set_limits_of_memory(const struct sandbox_setup *setup) {
    const struct limit of_client[] = {{RLIMIT_AS, SANDBOX_MEMORY_LIMIT}};
    const struct limit of_tool[] = {{RLIMIT_AS, SANDBOX_TOOL_MEMORY_LIMIT}};
    const struct limit of_server[] = {{RLIMIT_AS, SANDBOX_SERVER_ADDRESSES},
                                      {RLIMIT_DATA, SANDBOX_MEMORY_LIMIT},
                                      {RLIMIT_STACK, SANDBOX_SERVER_STACK}};
    if (SANITIZED)
        return; /* they reserve terabytes */
    if (setup->reports)
        set_limits(of_tool, 1);
    else if (setup->serves)
        set_limits(of_server, sizeof of_server / sizeof of_server[0]);
    else
        set_limits(of_client, 1);
}

static void limit_program(const struct sandbox_setup *setup) {
    bool many_files = setup->serves && !setup->reports;
    const struct limit limits[] = {
        {RLIMIT_CPU, (rlim_t)setup->processor_seconds},
        {RLIMIT_FSIZE, SANDBOX_FILE_LIMIT},
        {RLIMIT_NOFILE, many_files ? SANDBOX_SERVER_FILES : SANDBOX_FILES},
        {RLIMIT_CORE, 0},
        {RLIMIT_NPROC, process_limit()},
    };
    set_limits(limits, sizeof limits / sizeof limits[0]);
    set_limits_of_memory(setup);
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
static _Noreturn void become_program(const struct sandbox_setup *setup, const char *scratch,
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
    limit_program(setup);
    if (chdir(setup->directory) < 0 || sandbox_view_confine(setup, scratch) < 0) {
        dprintf(STDERR_FILENO, "%s: %s\n", setup->directory, strerror(errno));
        _exit(126);
    }
    if (setup->counts_threads && thread_count_install(threads) < 0)
        _exit(126); /* thread_count_begin has the reason */
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
    sandbox_view_command(setup->program, setup->directory, setup->writable, scratch, &line);
    sandbox_view_environment(scratch, &variables);
    if (setup->environment != NULL && setup->environment->count > 0)
        arguments_add_all(&variables, setup->environment->words);
    pid_t pid = -1;
    if (line.failed || variables.failed)
        failure_set(why, "not enough memory");
    else if (!setup->counts_threads || thread_count_prepare(threads, why) == 0)
        pid = process_fork(why);
    if (pid == 0)
        become_program(setup, scratch, &line, &variables, theirs, threads);
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
    if (sandbox_view_make_scratch(setup->reports, scratch, why) < 0)
        return -1;
    if (open_pipes(setup, ours, theirs) < 0)
        failure_system(why, errno, "a pipe");
    else if ((!setup->serves || network_open_ports(why) == 0) &&
             sandbox_view_hand_over(setup->writable, why) == 0 &&
             sandbox_view_hand_over(setup->readable, why) == 0)
        pid = start(setup, scratch, theirs, &threads, why);
    close_all(theirs);
    if (pid < 0) {
        thread_count_end(&threads);
        close_all(ours);
        sandbox_view_remove_scratch(scratch);
        return -1;
    }
    *sandbox = (struct sandbox){.pid = pid,
                                .input = ours[INPUT],
                                .output = ours[OUTPUT],
                                .error = ours[ERROR],
                                .report = ours[REPORT],
                                .crowded = DEADLINE_NEVER,
                                .threads = threads};
    written_begin(&sandbox->written, setup->writable);
    snprintf(sandbox->scratch, sizeof sandbox->scratch, "%s", scratch);
    return 0;
}

bool sandbox_is_crowded(struct sandbox *sandbox) {
    unsigned count = network_is_private()          ? process_count_inside(sandbox->pid)
                     : network_program_user() != 0 ? process_count_of(network_program_user())
                                                   : 0;
    if (count <= SANDBOX_PROCESS_LIMIT)
        sandbox->crowded = DEADLINE_NEVER;
    else if (sandbox->crowded == DEADLINE_NEVER)
        sandbox->crowded = deadline_in(CROWD_MS);
    return deadline_left(sandbox->crowded) == 0;
}

bool sandbox_is_full(struct sandbox *sandbox) {
    return written_is_too_much(&sandbox->written);
}

bool sandbox_ask_to_end(const struct sandbox *sandbox) {
    pid_t program = sandbox->pid;
    /* bwrap's child is the first process of the namespace, whose child is the program. */
    for (int i = 0; network_is_private() && i < 2 && program > 0; i++)
        program = process_first_child(program);
    return program > 0 && process_await_rest(program, deadline_in(REST_MS)) &&
           kill(program, SIGTERM) == 0;
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
    sandbox_view_remove_scratch(sandbox->scratch);
}
