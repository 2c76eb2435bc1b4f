#include "run_one.h"
#include "fields.h"
#include "files.h"
#include "keyboard.h"
#include "memcheck.h"
#include "process.h"
#include "record.h"
#include "run_message.h"
#include "sandbox.h"
#include "sanitized.h"
#include "scene.h"
#include "text.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    TICK_MS = 20,      /* how often the number of processes is looked at */
    LAST_MS = 2000,    /* for output that is still on its way when the program has ended */
    CLOSING_MS = 2000, /* for connections to close, and the script to see that */
};

struct run_state {
    const struct run_setup *setup;
    const struct lab_run *run;
    char directory[PATH_MAX];
    struct record *record;
    struct buf output;
    struct buf error;
    struct buf report; /* of valgrind */
    struct keyboard keyboard;
    struct run_result result;
};

static int path_in(const struct run_state *state, const char *name, char path[PATH_MAX],
                   struct failure *why) {
    return files_path(path, why, "%s/%s", state->directory, name);
}

/* The words of the command line, {run} replaced by the run's directory; under valgrind if a tool is
   to be used. 0 or -1. */
static int command_line(const struct run_state *state, bool tool, struct arguments *line,
                        struct failure *why) {
    struct arguments program = {0};
    arguments_addf(&program, "%s/%s", state->setup->programs, state->setup->lab->name);
    for (size_t i = 0; i < state->run->program.count; i++) {
        const char *word = state->run->program.words[i];
        struct buf filled;
        buf_init(&filled, 1 << 20);
        if (text_fill(word, strlen(word) + 1, "{run}", state->directory, &filled) < 0)
            program.failed = true;
        else
            arguments_add(&program, filled.bytes);
        buf_free(&filled);
    }
    int result = program.failed ? failure_set(why, "not enough memory") : 0;
    if (result == 0 && tool)
        result = memcheck_command_line(&program, line, why);
    else if (result == 0)
        arguments_add_all(line, program.words);
    arguments_free(&program);
    return result < 0 || line->failed ? -1 : 0;
}

/* Takes what is there. -1: the end, and the pipe is closed. 1: something came; 0: nothing. */
static int take_output(int *from, struct buf *into) {
    char bytes[65536];
    ssize_t count = read(*from, bytes, sizeof bytes);
    if (count > 0) {
        size_t room = into->limit - into->length;
        buf_append(into, bytes, (size_t)count < room ? (size_t)count : room);
        return 1;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    close(*from);
    *from = -1;
    return -1;
}

static bool is_flooded(const struct run_state *state) {
    return state->output.length >= state->output.limit || state->error.length >= state->error.limit;
}

/* One turn: waits for the program's pipes, takes, types. Whether there is anything left to wait
   for. */
static bool attend(struct run_state *state, struct sandbox *sandbox, int wait_ms) {
    bool typing = keyboard_play(&state->keyboard, &state->output, false);
    struct pollfd pipes[] = {
        {.fd = sandbox->output, .events = POLLIN},
        {.fd = sandbox->error, .events = POLLIN},
        {.fd = typing ? sandbox->input : -1, .events = POLLOUT},
        {.fd = sandbox->report, .events = POLLIN},
        {.fd = sandbox->threads.notices, .events = POLLIN},
    };
    int left = deadline_left(keyboard_patience(&state->keyboard));
    if (poll(pipes, sizeof pipes / sizeof pipes[0], left < 0 || left > wait_ms ? wait_ms : left) <
        0)
        return true; /* EINTR */
    bool news = false;
    if (pipes[0].revents != 0)
        news = take_output(&sandbox->output, &state->output) > 0;
    if (pipes[1].revents != 0)
        take_output(&sandbox->error, &state->error);
    if (pipes[3].revents != 0)
        take_output(&sandbox->report, &state->report);
    if (pipes[4].revents != 0)
        thread_count_note(&sandbox->threads);
    keyboard_play(&state->keyboard, &state->output, news);
    return sandbox->output >= 0 || sandbox->error >= 0 || sandbox->report >= 0 ||
           sandbox->threads.notices >= 0;
}

static int milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

/* Stops it when it must be. Whether it was. */
static bool stop_if_needed(struct run_state *state, struct sandbox *sandbox, deadline until) {
    enum run_ending ending = deadline_left(until) == 0     ? RUN_TIME
                             : is_flooded(state)           ? RUN_OUTPUT
                             : sandbox_is_crowded(sandbox) ? RUN_PROCESSES
                             : sandbox_is_full(sandbox)    ? RUN_FULL
                                                           : RUN_ENDED;
    if (ending == RUN_ENDED)
        return false;
    state->result.ending = ending;
    sandbox_kill(sandbox);
    return true;
}

/* bwrap ends with 128 + n when signal n has killed the program. */
static void note_status(struct run_state *state, int status) {
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGKILL,
                                  SIGPIPE, SIGXCPU, SIGXFSZ, SIGTERM, SIGALRM, SIGSYS};
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    state->result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (state->result.status == 128 + crashes[i])
            number = crashes[i];
    if (number == 0 || state->result.ending != RUN_ENDED)
        return;
    state->result.signal = number;
    state->result.ending = number == SIGXCPU ? RUN_TIME : RUN_CRASHED;
}

/* A directory that the program may write in, if it is told of one: its name goes into `path`. */
static int make_writable(const struct run_state *state, char path[PATH_MAX], struct failure *why) {
    bool told = false;
    for (size_t i = 0; i < state->run->program.count; i++)
        told = told || strstr(state->run->program.words[i], "{run}/files") != NULL;
    if (!told)
        return 0;
    return path_in(state, "files", path, why) < 0 ? -1 : files_make_directory(path, why);
}

/* The program, from its start to its end. */
static int run_program(struct run_state *state, struct failure *why) {
    const struct lab_run *run = state->run;
    struct arguments line = {0};
    struct sandbox sandbox = {.pid = -1};
    struct sandbox_setup setup = {
        .program = &line,
        .directory = state->setup->lab->directory,
        .environment = &run->environment,
        .processor_seconds = (run->limit_ms + 999) / 1000,
        .typed = run->typed,
        .reports = run->tool && !SANITIZED,
        .counts_threads = run->counts_threads,
    };
    char writable[PATH_MAX] = "";
    int started = command_line(state, setup.reports, &line, why);
    if (started == 0)
        started = make_writable(state, writable, why);
    setup.writable = *writable == '\0' ? NULL : writable;
    if (started == 0)
        started = sandbox_start(&setup, &sandbox, why);
    arguments_free(&line);
    if (started < 0)
        return -1;

    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    deadline until = deadline_in(run->limit_ms);
    keyboard_start(&state->keyboard, &run->session, &sandbox.input);
    if (run->tool) /* it needs time to start, on a busy machine much */
        state->keyboard.until = until;
    int status = 0;
    while (!process_wait(sandbox.pid, deadline_in(0), &status)) {
        bool stopped = stop_if_needed(state, &sandbox, until);
        if (!stopped && attend(state, &sandbox, TICK_MS))
            continue;
        /* Its output is closed, or it was killed: only its end is still to come. */
        if (process_wait(sandbox.pid, stopped ? DEADLINE_NEVER : deadline_in(TICK_MS), &status))
            break;
    }
    state->result.milliseconds = milliseconds_since(&start);
    state->result.threads = run->counts_threads ? sandbox.threads.most : 0;
    thread_count_end(&sandbox.threads);
    deadline last = deadline_in(LAST_MS);
    while (deadline_left(last) > 0 && !is_flooded(state) && attend(state, &sandbox, TICK_MS))
        continue;
    note_status(state, status);
    keyboard_end(&state->keyboard);
    sandbox_end(&sandbox);
    return written_tidy(&sandbox.written, why);
}

/* "TODO 2: smtp_greet is not written yet", out of the program's stderr. */
static void find_todo(struct run_state *state) {
    static const char mark[] = " is not written yet";
    const char *text = state->error.length == 0 ? "" : state->error.bytes;
    const char *end = strstr(text, mark);
    if (end == NULL)
        return;
    const char *start = end;
    while (start > text && start[-1] != '\n')
        start--;
    const char *todo = strstr(start, "TODO ");
    if (todo == NULL || todo > end)
        return;
    snprintf(state->result.todo, sizeof state->result.todo, "%.*s%s", (int)(end - todo), todo,
             mark);
}

static int write_result(const struct run_state *state, struct failure *why) {
    const struct run_result *result = &state->result;
    struct fields fields = {0};
    char path[PATH_MAX];
    int added = fields_add(&fields, "ending", "%d", (int)result->ending) |
                fields_add(&fields, "status", "%d", result->status) |
                fields_add(&fields, "signal", "%d", result->signal) |
                fields_add(&fields, "milliseconds", "%d", result->milliseconds) |
                fields_add(&fields, "threads", "%u", result->threads) |
                fields_add(&fields, "todo", "%s", result->todo) |
                fields_add(&fields, "keyboard", "%s", result->keyboard) |
                fields_add(&fields, "script", "%s", result->script);
    int written =
        added < 0 ? failure_set(why, "not enough memory") : path_in(state, "stdout", path, why);
    if (written == 0)
        written = files_write(path, state->output.bytes, state->output.length, why);
    if (written == 0 && (written = path_in(state, "stderr", path, why)) == 0)
        written = files_write(path, state->error.bytes, state->error.length, why);
    if (written == 0 && state->run->tool &&
        (written = path_in(state, MEMCHECK_FILE, path, why)) == 0)
        written = files_write(path, state->report.bytes, state->report.length, why);
    if (written == 0 && (written = path_in(state, "result", path, why)) == 0)
        written = fields_write(&fields, path, why);
    fields_free(&fields);
    return written;
}

/* Program and recording, with everything else in place. */
static int record_program(struct run_state *state, struct scene *scene, struct failure *why) {
    char path[PATH_MAX], keys[PATH_MAX];
    if (path_in(state, "capture.pcapng", path, why) < 0 ||
        path_in(state, SCENE_KEYS, keys, why) < 0)
        return -1;
    struct record *record = record_start(path, "lo", why);
    if (record == NULL)
        return -1;
    int ran = run_program(state, why);
    scene_end_script(scene, state->result.script, sizeof state->result.script);
    struct record_result recorded;
    struct record_end end = {.streams_until = deadline_in(CLOSING_MS), .keys = keys};
    int stopped = record_stop(record, &end, &recorded, ran == 0 ? why : NULL);
    return ran < 0 ? ran : stopped;
}

static int perform(struct run_state *state, struct failure *why) {
    struct scene scene;
    const struct scene_setup setup = {
        .run = state->run,
        .letters = state->setup->lab->directory,
        .directory = state->directory,
        .limit_ms = state->run->limit_ms,
    };
    if (run_message_write(state->run, setup.letters, state->directory, why) < 0 ||
        scene_start(&scene, &setup, why) < 0)
        return -1;
    int result = record_program(state, &scene, why);
    int ended = scene_end(&scene, result == 0 ? why : NULL);
    return result < 0 ? result : ended;
}

int run_one(const struct run_setup *setup, const struct lab_run *run, struct failure *why) {
    struct run_state state = {.setup = setup, .run = run};
    if (files_path(state.directory, why, "%s/%s", setup->directory, run->name) < 0)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    buf_init(&state.output, SANDBOX_OUTPUT_LIMIT);
    buf_init(&state.error, SANDBOX_OUTPUT_LIMIT);
    buf_init(&state.report, SANDBOX_REPORT_LIMIT);
    int result = files_remove(state.directory, why);
    if (result == 0)
        result = files_make_directory(state.directory, why);
    if (result == 0)
        result = perform(&state, why);
    if (result == 0) {
        find_todo(&state);
        snprintf(state.result.keyboard, sizeof state.result.keyboard, "%s", state.keyboard.note);
        result = write_result(&state, why);
    }
    buf_free(&state.output);
    buf_free(&state.error);
    buf_free(&state.report);
    return result;
}
