#include "run_one.h"
#include "fields.h"
#include "files.h"
#include "keyboard.h"
#include "net.h"
#include "peer.h"
#include "process.h"
#include "record.h"
#include "sandbox.h"
#include "script.h"
#include "servers.h"
#include <errno.h>
#include <fcntl.h>
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
    TICK_MS = 50,      /* how often the number of processes is looked at */
    LAST_MS = 2000,    /* for output that is still on its way when the program has ended */
    CLOSING_MS = 2000, /* for connections to close, and the script to see that */
};

struct run_state {
    const struct run_setup *setup;
    const struct lab_run *run;
    char directory[PATH_MAX];
    struct servers servers;
    pid_t script;      /* -1: there is none */
    int script_report; /* its words come here */
    int script_over;   /* closed when the program has ended */
    pid_t peer;        /* likewise */
    struct record *record;
    struct buf output;
    struct buf error;
    struct keyboard keyboard;
    struct run_result result;
};

static int path_in(const struct run_state *state, const char *name, char path[PATH_MAX],
                   struct failure *why) {
    int length = snprintf(path, PATH_MAX, "%s/%s", state->directory, name);
    return length > 0 && length < PATH_MAX ? 0 : failure_set(why, "%s: too long a name", name);
}

/* A message of exactly `size` bytes: headers, then lines of text, some of which begin with a dot.
 */
static int write_message(const struct run_state *state, struct failure *why) {
    static const char head[] = "From: alice@example.org\nTo: bob@example.org\nSubject: large\n\n";
    static const char *const lines[] = {
        "Line after line of a letter that goes on and on, to see whether all arrives.\n",
        ".One of them begins with a dot.\n", "\n"};
    char path[PATH_MAX];
    struct buf text;
    size_t size = state->run->message_size;
    if (state->run->message == NULL)
        return 0;
    if (path_in(state, state->run->message, path, why) < 0)
        return -1;
    buf_init(&text, size + 100);
    int result = buf_append(&text, head, sizeof head - 1);
    for (size_t i = 0; result == 0 && text.length < size; i++) {
        const char *line = lines[i % (sizeof lines / sizeof lines[0])];
        result = buf_append(&text, line, strlen(line));
    }
    result = result < 0 ? failure_set(why, "not enough memory")
                        : files_write(path, text.bytes, size, why);
    buf_free(&text);
    return result;
}

static int start_script(struct run_state *state, const char *listen, struct failure *why) {
    int report[2], over[2];
    int listener = net_listen(listen, why);
    if (listener < 0)
        return -1;
    if (pipe2(report, O_CLOEXEC) < 0 || pipe2(over, O_CLOEXEC) < 0)
        return failure_system(why, errno, "a pipe");
    state->script_report = report[0];
    state->script_over = over[1];
    state->script = process_fork(why);
    if (state->script == 0) {
        char words[300];
        close(over[1]);
        script_play(&state->run->script, listener, over[0], deadline_in(state->run->limit_ms),
                    words, sizeof words);
        _exit(write(report[1], words, strlen(words)) < 0 ? 1 : 0);
    }
    close(report[1]);
    close(over[0]);
    close(listener);
    return state->script < 0 ? -1 : 0;
}

static int start_peer(struct run_state *state, const char *listen, const char *port,
                      struct failure *why) {
    int listener = net_listen(listen, why);
    if (listener < 0)
        return -1;
    state->peer = process_fork(why);
    if (state->peer == 0) {
        if (state->script > 0)
            close(state->script_over);
        peer_serve(state->run->peer, listener, PEER_BACK, port);
    }
    close(listener);
    return state->peer < 0 ? -1 : 0;
}

/* All that the program talks to. */
static int start_others(struct run_state *state, struct failure *why) {
    const struct lab_run *run = state->run;
    const char *port = strrchr(run->listen, ':') + 1; /* lab_run.c: there is one */
    char back[64];
    snprintf(back, sizeof back, "%s:%s", PEER_BACK, port);
    const char *listen = run->peer == NULL ? run->listen : back;

    struct servers_setup servers = {
        .names = run->servers.words,
        .options = run->options.words,
        .listen = listen,
        .directory = state->directory,
    };
    if (servers_start(&servers, &state->servers, why) < 0)
        return -1;
    if (run->scripted && start_script(state, listen, why) < 0)
        return -1;
    return run->peer == NULL ? 0 : start_peer(state, run->listen, port, why);
}

/* The words of the command line, {run} replaced by the run's directory. */
static void command_line(const struct run_state *state, struct arguments *line) {
    static const char mark[] = "{run}";
    arguments_addf(line, "%s/%s", state->setup->programs, state->setup->lab->name);
    for (size_t i = 0; i < state->run->program.count; i++) {
        const char *word = state->run->program.words[i];
        const char *found = strstr(word, mark);
        if (found == NULL)
            arguments_add(line, word);
        else
            arguments_addf(line, "%.*s%s%s", (int)(found - word), word, state->directory,
                           found + sizeof mark - 1);
    }
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
    };
    int left = deadline_left(keyboard_patience(&state->keyboard));
    if (poll(pipes, 3, left < 0 || left > wait_ms ? wait_ms : left) < 0)
        return true; /* EINTR */
    bool news = false;
    if (pipes[0].revents != 0)
        news = take_output(&sandbox->output, &state->output) > 0;
    if (pipes[1].revents != 0)
        take_output(&sandbox->error, &state->error);
    keyboard_play(&state->keyboard, &state->output, news);
    return sandbox->output >= 0 || sandbox->error >= 0;
}

static int milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

/* Stops it when it must be. Whether it was. */
static bool stop_if_needed(struct run_state *state, const struct sandbox *sandbox, deadline until) {
    enum run_ending ending = deadline_left(until) == 0     ? RUN_TIME
                             : is_flooded(state)           ? RUN_OUTPUT
                             : sandbox_is_crowded(sandbox) ? RUN_PROCESSES
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

/* The program, from its start to its end. */
static int run_program(struct run_state *state, struct failure *why) {
    const struct lab_run *run = state->run;
    struct arguments line = {0};
    struct sandbox sandbox = {.pid = -1};
    command_line(state, &line);
    int processor_seconds = (run->limit_ms + 999) / 1000;
    int started = line.failed ? failure_set(why, "not enough memory")
                              : sandbox_start(&line, state->setup->lab->directory,
                                              processor_seconds, run->typed, &sandbox, why);
    arguments_free(&line);
    if (started < 0)
        return -1;

    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    deadline until = deadline_in(run->limit_ms);
    keyboard_start(&state->keyboard, &run->session, &sandbox.input);
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
    deadline last = deadline_in(LAST_MS);
    while (deadline_left(last) > 0 && !is_flooded(state) && attend(state, &sandbox, TICK_MS))
        continue;
    note_status(state, status);
    keyboard_end(&state->keyboard);
    sandbox_end(&sandbox);
    return 0;
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

static void end_script(struct run_state *state) {
    int status;
    if (state->script <= 0)
        return;
    close(state->script_over);
    if (!process_wait(state->script, deadline_in(CLOSING_MS), &status)) {
        process_end(state->script, 0);
        snprintf(state->result.script, sizeof state->result.script, "it was not played to its end");
        return;
    }
    char *words = state->result.script;
    ssize_t count = read(state->script_report, words, sizeof state->result.script - 1);
    words[count > 0 ? count : 0] = '\0';
}

static int write_result(const struct run_state *state, struct failure *why) {
    const struct run_result *result = &state->result;
    struct fields fields = {0};
    char path[PATH_MAX];
    int added = fields_add(&fields, "ending", "%d", (int)result->ending) |
                fields_add(&fields, "status", "%d", result->status) |
                fields_add(&fields, "signal", "%d", result->signal) |
                fields_add(&fields, "milliseconds", "%d", result->milliseconds) |
                fields_add(&fields, "todo", "%s", result->todo) |
                fields_add(&fields, "keyboard", "%s", result->keyboard) |
                fields_add(&fields, "script", "%s", result->script);
    int written =
        added < 0 ? failure_set(why, "not enough memory") : path_in(state, "stdout", path, why);
    if (written == 0)
        written = files_write(path, state->output.bytes, state->output.length, why);
    if (written == 0 && (written = path_in(state, "stderr", path, why)) == 0)
        written = files_write(path, state->error.bytes, state->error.length, why);
    if (written == 0 && (written = path_in(state, "result", path, why)) == 0)
        written = fields_write(&fields, path, why);
    fields_free(&fields);
    return written;
}

static int perform(struct run_state *state, struct failure *why) {
    char path[PATH_MAX];
    if (path_in(state, "capture.pcapng", path, why) < 0 || write_message(state, why) < 0 ||
        start_others(state, why) < 0)
        return -1;
    /* Its thread comes last: the processes above are forks of this one. */
    state->record = record_start(path, "lo", why);
    if (state->record == NULL)
        return -1;
    int ran = run_program(state, why);
    end_script(state);
    struct record_result recorded;
    struct record_end end = {.streams_until = deadline_in(CLOSING_MS)};
    struct failure *words = ran == 0 ? why : NULL;
    if (record_stop(state->record, &end, &recorded, words) < 0 || ran < 0)
        return -1;
    if (state->peer > 0)
        process_end(state->peer, 0);
    return servers_stop(&state->servers, why);
}

int run_one(const struct run_setup *setup, const struct lab_run *run, struct failure *why) {
    struct run_state state = {.setup = setup, .run = run, .script = -1, .peer = -1};
    int length =
        snprintf(state.directory, sizeof state.directory, "%s/%s", setup->directory, run->name);
    if (length < 0 || (size_t)length >= sizeof state.directory)
        return failure_set(why, "%s: too long a name", setup->directory);
    signal(SIGPIPE, SIG_IGN);
    buf_init(&state.output, SANDBOX_OUTPUT_LIMIT);
    buf_init(&state.error, SANDBOX_OUTPUT_LIMIT);
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
    return result;
}
