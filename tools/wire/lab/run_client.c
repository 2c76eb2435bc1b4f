/* A run whose program is a client: wire types, and looks at what it shows. */
#include "files.h"
#include "run_inside.h"
#include <stdio.h>
#include <string.h>

/* One turn: waits for the program's pipes, takes, types. Whether there is anything left to wait
   for. */
static bool attend(struct run_state *state) {
    struct program *program = &state->program;
    bool typing = keyboard_play(&state->keyboard, &program->output, false);
    struct pollfd input = {.fd = typing ? program->sandbox.input : -1, .events = POLLOUT};
    int left = deadline_left(keyboard_patience(&state->keyboard));
    size_t shown = program->output.length;
    bool open = program_attend(&program, 1, &input,
                               left < 0 || left > PROGRAM_TICK_MS ? PROGRAM_TICK_MS : left);
    keyboard_play(&state->keyboard, &program->output, program->output.length > shown);
    return open;
}

/* A directory that the program may write in, if it is told of one: its name goes into `path`. */
static int make_writable(const struct run_state *state, char path[PATH_MAX], struct failure *why) {
    bool told = false;
    for (size_t i = 0; i < state->run->program.count; i++)
        told = told || strstr(state->run->program.words[i], "{run}/files") != NULL;
    if (!told)
        return 0;
    return run_path(state, "files", path, why) < 0 ? -1 : files_make_directory(path, why);
}

static int start(struct run_state *state, struct failure *why) {
    const struct lab_run *run = state->run;
    struct arguments words = {0}, line = {0};
    char writable[PATH_MAX] = "";
    struct sandbox_setup setup = {
        .program = &line,
        .directory = state->setup->lab->directory,
        .environment = &run->environment,
        .processor_seconds = (run->limit_ms + 999) / 1000,
        .typed = run->typed,
        .reports = run_is_watched(run),
        .counts_threads = run->counts_threads,
    };
    arguments_addf(&words, "%s/%s", state->setup->programs, state->setup->lab->name);
    int result = run_add_words(state, &run->program, &words, why);
    if (result == 0)
        result = run_command_line(state, &words, &line, why);
    if (result == 0)
        result = make_writable(state, writable, why);
    setup.writable = *writable == '\0' ? NULL : writable;
    if (result == 0)
        result = program_start(&state->program, &setup, why);
    arguments_free(&words);
    arguments_free(&line);
    return result;
}

int run_client(struct run_state *state, struct failure *why) {
    const struct lab_run *run = state->run;
    struct program *program = &state->program;
    if (start(state, why) < 0)
        return -1;
    deadline until = deadline_in(run->limit_ms);
    keyboard_start(&state->keyboard, &run->session, &program->sandbox.input);
    if (run->tool) /* it needs time to start, on a busy machine much */
        state->keyboard.until = until;
    while (!program_has_ended(program, 0)) {
        bool stopped = program_must_stop(program, until);
        if (!stopped && attend(state))
            continue;
        /* Its output is closed, or it was killed: only its end is still to come. */
        if (program_has_ended(program, stopped ? -1 : PROGRAM_TICK_MS))
            break;
    }
    int result = program_finish(program, why);
    keyboard_play(&state->keyboard, &program->output, true);
    keyboard_end(&state->keyboard);
    snprintf(state->result.keyboard, sizeof state->result.keyboard, "%s", state->keyboard.note);
    return result;
}
