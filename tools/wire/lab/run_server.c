/* A run whose program is a server: wire starts it, visits it, and asks it to end. */
#include "files.h"
#include "mailboxes.h"
#include "own_server.h"
#include "run_inside.h"
#include "sandbox_view.h"
#include "text.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    STOP_MS = 5000,          /* to end when it is asked to */
    STOP_WATCHED_MS = 20000, /* … under valgrind */
};

/* What a run needs while it goes on. */
struct serving {
    struct run_state *state;
    struct own_server server;
    struct arguments line; /* its command line, perhaps under valgrind */
    deadline until;        /* the end of all visits */
    bool down;             /* it was killed, or has ended, and all that was put away */
    bool killed;           /* … because the session wanted it */
    bool asked;            /* the session wanted it to end, and it knows */
    bool over;             /* the visitor has nothing more to do */
};

/* Whether it is still there. What must be stopped is. */
static bool is_alive(struct serving *serving) {
    struct program *program = &serving->state->program;
    if (serving->down || program_has_ended(program, 0))
        return false;
    program_must_stop(program, DEADLINE_NEVER);
    return !program->stopped || !program_has_ended(program, -1);
}

static void put_away(struct serving *serving) {
    program_has_ended(&serving->state->program, -1);
    program_finish(&serving->state->program, NULL);
    serving->down = true;
}

/* "…: it ended with status 1", and its last words. */
static void explain_start(struct serving *serving, const char *words) {
    struct run_state *state = serving->state;
    const char *line;
    size_t length = program_last_words(&state->program, &line);
    struct buf last;
    buf_init(&last, 1000);
    if (length > 0)
        text_printable(line, length < 160 ? length : 160, &last, NULL);
    snprintf(state->result.start, sizeof state->result.start,
             "the server did not start to listen: it %s%s%s", words,
             last.length > 0 ? "\nit said last:  " : "", last.length > 0 ? last.bytes : "");
    buf_free(&last);
}

/* Takes what the server says until its newline: it listens. false: it does not, and why. */
static bool await_ready(struct serving *serving) {
    struct run_state *state = serving->state;
    struct program *program = &state->program;
    deadline until = deadline_earlier(deadline_in(state->run->limit_ms), serving->until);
    size_t before = program->output.length;
    bool ready, alive;
    do {
        alive = is_alive(serving); /* before its last words are taken */
        program_attend(&program, 1, NULL, PROGRAM_TICK_MS);
        ready = program->output.length > before && memchr(program->output.bytes + before, '\n',
                                                          program->output.length - before) != NULL;
    } while (!ready && alive && deadline_left(until) > 0);
    if (ready)
        return true;
    char words[200];
    bool silent = is_alive(serving);
    if (silent)
        program_stop(program, RUN_TIME);
    put_away(serving);
    if (silent)
        snprintf(words, sizeof words, "had not said so after %.1f s, and was stopped",
                 program->milliseconds / 1000.0);
    else
        run_describe_end(program, words, sizeof words);
    explain_start(serving, words);
    return false;
}

static int start(struct serving *serving, struct failure *why) {
    struct run_state *state = serving->state;
    const struct lab_run *run = state->run;
    const struct sandbox_setup setup = {
        .program = &serving->line,
        .directory = state->setup->lab->directory,
        .environment = &run->environment,
        .writable = serving->server.store,
        .readable = serving->server.given,
        .processor_seconds = (run->limit_ms + STOP_MS + 999) / 1000,
        .reports = run_is_watched(run),
        .counts_threads = run->counts_threads,
        .serves = true,
    };
    if (program_start(&state->program, &setup, why) < 0)
        return -1;
    serving->down = serving->killed = serving->asked = false;
    return 0;
}

static void kill_server(struct serving *serving) {
    if (serving->down)
        return;
    sandbox_kill(&serving->state->program.sandbox);
    put_away(serving);
    serving->killed = true;
}

/* Mail comes, or goes, while the server runs. */
static int change_mailbox(const struct serving *serving, const char *change) {
    const struct run_state *state = serving->state;
    char path[PATH_MAX];
    if (mailboxes_change(change, state->setup->lab->directory, state->run->nonce,
                         serving->server.store, path, NULL) < 0)
        return -1;
    return *path == '\0' ? 0 : sandbox_view_hand_over(path, NULL);
}

/* What the visitor wants. */
static void hear(struct serving *serving) {
    struct run_state *state = serving->state;
    char report[sizeof state->result.keyboard];
    switch (visitor_hear(&state->visitor, report, sizeof report)) {
    case VISITOR_STOP:
        serving->asked = is_alive(serving);
        if (serving->asked)
            program_ask_to_end(&state->program);
        visitor_answer(&state->visitor, true);
        break;
    case VISITOR_KILL:
        kill_server(serving);
        visitor_answer(&state->visitor, true);
        break;
    case VISITOR_RESTART:
        kill_server(serving);
        visitor_answer(&state->visitor, start(serving, NULL) == 0 && await_ready(serving));
        break;
    case VISITOR_CHANGE:
        visitor_answer(&state->visitor, change_mailbox(serving, report) == 0);
        break;
    case VISITOR_OVER:
        snprintf(state->result.keyboard, sizeof state->result.keyboard, "%s", report);
        serving->over = true;
        break;
    }
}

/* One turn of the server, while `program` (NULL: nobody) is at work beside it. */
static void attend(struct serving *serving, struct program *program, struct pollfd *other) {
    struct program *programs[2];
    size_t count = 0;
    if (is_alive(serving))
        programs[count++] = &serving->state->program;
    if (program != NULL)
        programs[count++] = program;
    program_attend(programs, count, other, PROGRAM_TICK_MS);
}

static void play_session(struct serving *serving) {
    struct run_state *state = serving->state;
    struct visitor *visitor = &state->visitor;
    deadline until = deadline_in(state->run->limit_ms + VISITOR_CLOSING_MS);
    visitor_go(visitor);
    while (!serving->over && deadline_left(until) > 0) {
        struct pollfd channel = {.fd = visitor->channel, .events = POLLIN};
        attend(serving, NULL, &channel);
        if (channel.revents != 0)
            hear(serving);
    }
    if (!serving->over)
        snprintf(state->result.keyboard, sizeof state->result.keyboard,
                 "it was not played to its end in time");
}

/* The real client. */
static int visit(struct serving *serving, struct failure *why) {
    struct run_state *state = serving->state;
    struct program *program = &state->visit;
    struct arguments line = {0}, environment = {0};
    char place[PATH_MAX];
    struct sandbox_setup setup = {
        .program = &line,
        .directory = state->setup->lab->directory,
        .environment = &environment,
        .writable = place,
        .processor_seconds = (state->run->limit_ms + 999) / 1000,
    };
    int result = run_path(state, "visit", place, why);
    if (result == 0)
        result = files_make_directory(place, why);
    arguments_addf(&environment, "SSLKEYLOGFILE=%s/keys", place);
    if (result == 0)
        result = run_add_words(state, &state->run->visit, &line, why);
    if (result == 0)
        result = program_start(program, &setup, why);
    while (result == 0 && !program_has_ended(program, 0)) {
        if (!program_must_stop(program, serving->until))
            attend(serving, program, NULL);
        else
            program_has_ended(program, -1);
    }
    if (result == 0)
        result = program_finish(program, why);
    if (result == 0) {
        state->result.visit_status = program->ending == RUN_ENDED ? program->status : -1;
        run_describe_end(program, state->result.visit, sizeof state->result.visit);
    }
    arguments_free(&line);
    arguments_free(&environment);
    return result;
}

/* Asks it to end, and sees whether it does. */
static int end(struct serving *serving, struct failure *why) {
    struct program *program = &serving->state->program;
    if (serving->down) {
        if (serving->killed) { /* as it was to be */
            program->ending = RUN_ENDED;
            program->status = 0;
        }
        return 0;
    }
    bool left = !serving->asked && (!is_alive(serving) || !program_ask_to_end(program));
    deadline until = deadline_in(run_is_watched(serving->state->run) ? STOP_WATCHED_MS : STOP_MS);
    while (deadline_left(until) > 0 && is_alive(serving))
        attend(serving, NULL, NULL);
    if (is_alive(serving))
        program_stop(program, RUN_DEAF);
    program_has_ended(program, -1);
    int result = program_finish(program, why);
    if (left && program->ending == RUN_ENDED)
        program->ending = RUN_LEFT;
    return result;
}

/* Where programs in the sandbox are looked for (sandbox_view.c). */
static int find_client(const char *name, struct failure *why) {
    static const char *const places[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (files_path(path, NULL, "%s/%s", places[i], name) == 0 && access(path, X_OK) == 0)
            return 0;
    return failure_set(why, "%s is not installed: ./kit setup installs it", name);
}

static int prepare(struct serving *serving, struct failure *why) {
    const struct run_state *state = serving->state;
    char program[PATH_MAX];
    if (state->run->visit.count > 0 && find_client(state->run->visit.words[0], why) < 0)
        return -1;
    if (files_path(program, why, "%s/%s", state->setup->programs, state->setup->lab->name) < 0 ||
        own_server_prepare(&serving->server, state->setup->lab, state->run, program,
                           state->directory, why) < 0)
        return -1;
    return run_command_line(state, &serving->server.line, &serving->line, why);
}

int run_server(struct run_state *state, struct failure *why) {
    struct serving serving = {.state = state, .until = DEADLINE_NEVER};
    int result = prepare(&serving, why);
    if (result == 0)
        result = start(&serving, why);
    if (result == 0 && await_ready(&serving)) {
        serving.until = deadline_in(state->run->limit_ms);
        play_session(&serving);
        if (state->run->visit.count > 0)
            result = visit(&serving, why);
        visitor_end(&state->visitor); /* and the crowd goes */
        int ended = end(&serving, result == 0 ? why : NULL);
        result = result < 0 ? result : ended;
    }
    own_server_free(&serving.server);
    arguments_free(&serving.line);
    return result;
}
