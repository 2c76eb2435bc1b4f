#include "run_one.h"
#include "files.h"
#include "memcheck.h"
#include "record.h"
#include "run_inside.h"
#include "run_message.h"
#include "sanitized.h"
#include "scene.h"
#include "text.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    KEYS_LIMIT = 1 << 20,
    CLOSING_MS = 2000, /* for connections to close, and the script to see that */
};

int run_path(const struct run_state *state, const char *name, char path[PATH_MAX],
             struct failure *why) {
    return files_path(path, why, "%s/%s", state->directory, name);
}

int run_add_words(const struct run_state *state, const struct arguments *words,
                  struct arguments *line, struct failure *why) {
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->words[i];
        struct buf filled;
        buf_init(&filled, 1 << 20);
        if (text_fill(word, strlen(word) + 1, "{run}", state->directory, &filled) < 0)
            line->failed = true;
        else
            arguments_add(line, filled.bytes);
        buf_free(&filled);
    }
    return line->failed ? failure_set(why, "not enough memory") : 0;
}

/* A program that was built with a sanitizer watches itself. */
bool run_is_watched(const struct lab_run *run) {
    return run->tool && !SANITIZED;
}

int run_command_line(const struct run_state *state, const struct arguments *words,
                     struct arguments *line, struct failure *why) {
    if (run_is_watched(state->run))
        return memcheck_command_line(words, line, why);
    arguments_add_all(line, words->words);
    return line->failed ? failure_set(why, "not enough memory") : 0;
}

/* What the program has said, beside the result. */
static int write_words(const struct run_state *state, struct failure *why) {
    const struct program *program = &state->program, *visit = &state->visit;
    const struct {
        const char *name;
        const struct buf *bytes;
        bool there;
    } files[] = {
        {"stdout", &program->output, true},
        {"stderr", &program->error, true},
        {MEMCHECK_FILE, &program->report, state->run->tool},
        {"visit.out", &visit->output, state->run->visit.count > 0},
        {"visit.err", &visit->error, state->run->visit.count > 0},
    };
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i].there &&
            (run_path(state, files[i].name, path, why) < 0 ||
             files_write(path, files[i].bytes->bytes, files[i].bytes->length, why) < 0))
            return -1;
    return 0;
}

/* The keys of the visit's TLS go to those of all others. */
static int add_keys(const struct run_state *state, const char *keys, struct failure *why) {
    char path[PATH_MAX];
    struct buf all;
    if (state->run->visit.count == 0 || run_path(state, "visit/keys", path, why) < 0 ||
        access(path, F_OK) < 0)
        return 0;
    buf_init(&all, KEYS_LIMIT);
    int result = access(keys, F_OK) == 0 ? files_read(keys, &all, why) : 0;
    if (result == 0)
        result = files_read(path, &all, why);
    if (result == 0)
        result = files_write(keys, all.bytes, all.length, why);
    buf_wipe(&all);
    return result;
}

/* Program and recording, with everything else in place. */
static int record_program(struct run_state *state, struct scene *scene, struct failure *why) {
    char path[PATH_MAX], keys[PATH_MAX];
    if (run_path(state, "capture.pcapng", path, why) < 0 ||
        run_path(state, SCENE_KEYS, keys, why) < 0)
        return -1;
    struct record *record = record_start(path, "lo", why);
    if (record == NULL)
        return -1;
    int ran = state->run->serves ? run_server(state, why) : run_client(state, why);
    visitor_end(&state->visitor);
    if (ran == 0)
        ran = add_keys(state, keys, why);
    scene_end_script(scene, state->result.script, sizeof state->result.script);
    struct record_result recorded;
    struct record_end end = {.streams_until = deadline_in(CLOSING_MS), .keys = keys};
    int stopped = record_stop(record, &end, &recorded, ran == 0 ? why : NULL);
    return ran < 0 ? ran : stopped;
}

static int start_visitor(struct run_state *state, struct failure *why) {
    char keys[PATH_MAX], address[80];
    const char *listen = state->run->listen.words[0];
    if (state->run->peers.count > 0)
        snprintf(address, sizeof address, "%s%s", PEER_BACK, strrchr(listen, ':'));
    else
        snprintf(address, sizeof address, "%s", listen);
    const struct visitor_setup setup = {
        .session = &state->run->session,
        .address = address,
        .crowd = state->run->crowd,
        .limit_ms = state->run->limit_ms,
        .patience_ms = run_is_watched(state->run) ? state->run->limit_ms : VISITOR_PATIENCE_MS,
        .keys = keys,
    };
    return run_path(state, SCENE_KEYS, keys, why) < 0 ? -1
                                                      : visitor_start(&state->visitor, &setup, why);
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
    int result = state->run->serves ? start_visitor(state, why) : 0;
    if (result == 0)
        result = record_program(state, &scene, why);
    int ended = scene_end(&scene, result == 0 ? why : NULL);
    return result < 0 ? result : ended;
}

int run_one(const struct run_setup *setup, const struct lab_run *run, struct failure *why) {
    struct run_state state = {.setup = setup, .run = run, .visitor = {.channel = -1}};
    if (files_path(state.directory, why, "%s/%s", setup->directory, run->name) < 0)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    program_init(&state.program);
    program_init(&state.visit);
    int result = files_remove(state.directory, why);
    if (result == 0)
        result = files_make_directory(state.directory, why);
    if (result == 0)
        result = perform(&state, why);
    if (result == 0)
        result = write_words(&state, why);
    if (result == 0)
        result = run_write_result(&state, why);
    program_free(&state.program);
    program_free(&state.visit);
    return result;
}
