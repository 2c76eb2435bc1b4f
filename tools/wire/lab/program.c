#include "program.h"
#include "process.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LAST_MS = 2000, /* for output that is still on its way when the program has ended */
    PIPES = 4,
    PROGRAMS_LIMIT = 2,
};

void program_init(struct program *program) {
    *program = (struct program){.sandbox = {.pid = -1}};
    buf_init(&program->output, SANDBOX_OUTPUT_LIMIT);
    buf_init(&program->error, SANDBOX_OUTPUT_LIMIT);
    buf_init(&program->report, SANDBOX_REPORT_LIMIT);
}

void program_free(struct program *program) {
    buf_free(&program->output);
    buf_free(&program->error);
    buf_free(&program->report);
}

int program_start(struct program *program, const struct sandbox_setup *setup, struct failure *why) {
    program->ended = program->stopped = false;
    program->ending = RUN_ENDED;
    if (sandbox_start(setup, &program->sandbox, why) < 0)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &program->started);
    return 0;
}

/* Takes what is there. The end closes the pipe. */
static void take(int *from, struct buf *into) {
    char bytes[65536];
    ssize_t count = read(*from, bytes, sizeof bytes);
    if (count > 0) {
        size_t room = into->limit - into->length;
        buf_append(into, bytes, (size_t)count < room ? (size_t)count : room);
        return;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    close(*from);
    *from = -1;
}

static void list_pipes(const struct program *program, struct pollfd pipes[PIPES]) {
    const struct sandbox *sandbox = &program->sandbox;
    const int descriptors[PIPES] = {sandbox->output, sandbox->error, sandbox->report,
                                    sandbox->threads.notices};
    for (int i = 0; i < PIPES; i++)
        pipes[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
}

static void take_pipes(struct program *program, const struct pollfd pipes[PIPES]) {
    struct sandbox *sandbox = &program->sandbox;
    if (pipes[0].revents != 0)
        take(&sandbox->output, &program->output);
    if (pipes[1].revents != 0)
        take(&sandbox->error, &program->error);
    if (pipes[2].revents != 0)
        take(&sandbox->report, &program->report);
    if (pipes[3].revents != 0)
        thread_count_note(&sandbox->threads);
}

static bool is_open(const struct program *program) {
    const struct sandbox *sandbox = &program->sandbox;
    return sandbox->output >= 0 || sandbox->error >= 0 || sandbox->report >= 0 ||
           sandbox->threads.notices >= 0;
}

bool program_attend(struct program *const *programs, size_t count, struct pollfd *other,
                    int wait_ms) {
    struct pollfd all[PROGRAMS_LIMIT * PIPES + 1];
    size_t last = count * PIPES;
    for (size_t i = 0; i < count; i++)
        list_pipes(programs[i], &all[i * PIPES]);
    all[last] = (struct pollfd){.fd = -1};
    if (other != NULL)
        all[last] = *other;
    if (poll(all, last + 1, wait_ms) < 0)
        return true; /* EINTR */
    bool open = false;
    for (size_t i = 0; i < count; i++) {
        take_pipes(programs[i], &all[i * PIPES]);
        open = open || is_open(programs[i]);
    }
    if (other != NULL)
        other->revents = all[last].revents;
    return open;
}

bool program_has_ended(struct program *program, int wait_ms) {
    if (!program->ended)
        program->ended =
            process_wait(program->sandbox.pid, wait_ms < 0 ? DEADLINE_NEVER : deadline_in(wait_ms),
                         &program->wait_status);
    return program->ended;
}

static bool is_flooded(const struct program *program) {
    return program->output.length >= program->output.limit ||
           program->error.length >= program->error.limit;
}

void program_stop(struct program *program, enum run_ending ending) {
    program->ending = ending;
    program->stopped = true;
    sandbox_kill(&program->sandbox);
}

bool program_must_stop(struct program *program, deadline until) {
    struct sandbox *sandbox = &program->sandbox;
    enum run_ending ending = deadline_left(until) == 0     ? RUN_TIME
                             : is_flooded(program)         ? RUN_OUTPUT
                             : sandbox_is_crowded(sandbox) ? RUN_PROCESSES
                             : sandbox_is_full(sandbox)    ? RUN_FULL
                                                           : RUN_ENDED;
    if (ending != RUN_ENDED && !program->stopped)
        program_stop(program, ending);
    return program->stopped;
}

bool program_ask_to_end(struct program *program) {
    return sandbox_ask_to_end(&program->sandbox);
}

/* bwrap ends with 128 + n when signal n has killed the program. */
static void note_status(struct program *program) {
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGKILL,
                                  SIGPIPE, SIGXCPU, SIGXFSZ, SIGTERM, SIGALRM, SIGSYS};
    int status = program->wait_status;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    program->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (program->status == 128 + crashes[i])
            number = crashes[i];
    if (number == 0 || program->ending != RUN_ENDED)
        return;
    program->signal = number;
    program->ending = number == SIGXCPU ? RUN_TIME : RUN_CRASHED;
}

static int milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

int program_finish(struct program *program, struct failure *why) {
    struct program *const alone[] = {program};
    struct sandbox *sandbox = &program->sandbox;
    program->milliseconds = milliseconds_since(&program->started);
    if (program->threads < sandbox->threads.most)
        program->threads = sandbox->threads.most;
    thread_count_end(&sandbox->threads);
    deadline last = deadline_in(LAST_MS);
    while (deadline_left(last) > 0 && !is_flooded(program) &&
           program_attend(alone, 1, NULL, PROGRAM_TICK_MS))
        continue;
    note_status(program);
    sandbox_end(sandbox);
    return written_tidy(&sandbox->written, why);
}

size_t program_last_words(const struct program *program, const char **line) {
    const struct buf *error = &program->error;
    size_t end = error->length;
    while (end > 0 && error->bytes[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && error->bytes[start - 1] != '\n')
        start--;
    *line = end > start ? error->bytes + start : "";
    return end - start;
}
